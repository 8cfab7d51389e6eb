"""Whatever happens to a shift, an offer or a provider: do their rows say what the aggregates know?"""

from __future__ import annotations

from typing import TypeVar

from hypothesis import settings
from hypothesis.stateful import initialize, invariant

from domain.offer_terms import OUT, OfferState
from domain.provider_terms import DocumentState
from domain.shift import ShiftState
from infra.event_store.codec import StreamRow, decode
from projections.fact import Fact
from projections.matching_table import matching_table
from projections.provider_directory import provider_directory
from projections.provider_jobs import provider_jobs
from projections.read_model import ReadModel, Row
from tests.domain.test_machine_offer import OfferMachine
from tests.domain.test_machine_provider import ApplicantMachine, ProviderMachine
from tests.domain.test_machine_shift import ShiftMachine
from tests.projections.telling import folded
from tests.support.effort import examples
from tests.support.roadside import TENANT, some_id
from tests.support.rulebook import STREAM

R = TypeVar("R", bound=Row)
QUICK = settings(max_examples=examples(20), stateful_step_count=20, deadline=None)


def row_of(model: ReadModel[R], stored: list[StreamRow]) -> R | None:
    """The row that a stream's stored events make."""
    facts = [
        Fact(position, TENANT, STREAM, version, topic, payload, "system:dispatcher", occurred_at, decode)
        for position, (version, topic, payload, occurred_at) in enumerate(stored, 1)
    ]
    return folded(model, facts).get((TENANT, STREAM))


class ShiftRows(ShiftMachine):
    """Random commands on one shift, and its row."""

    @invariant()
    def the_row_agrees(self) -> None:
        shift, row = self.aggregate, row_of(matching_table, self.rows)
        if shift.state is ShiftState.ENDED:
            assert row is None
            return
        assert row is not None
        kept_for = shift.reservation
        assert (row.state, row.doing, row.cell, row.version) == (shift.state, shift.doing, shift.cell, shift.version)
        assert (row.offer_id, row.request_id) == (kept_for and kept_for.offer_id, kept_for and kept_for.request_id)
        assert (row.ends_by, row.vehicle_classes) == (shift.ends_by, shift.vehicle_classes)
        assert (row.fuel_l, row.batteries) == (
            shift.stock and shift.stock.fuel_l,
            shift.stock and shift.stock.batteries,
        )


class SilentShiftRows(ShiftRows):
    """The same from where chance seldom comes: nobody hears of a shift that an offer is out for."""

    @initialize()
    def it_fell_silent(self) -> None:
        self.hold(some_id(31), some_id(41))
        self.go_stale()


class OfferRows(OfferMachine):
    """Random answers to one offer, and its row."""

    @invariant()
    def the_row_agrees(self) -> None:
        offer, row = self.aggregate, row_of(provider_jobs, self.rows)
        assert row is not None
        assert (row.state, row.version, row.lapses_at) == (offer.state, offer.version, offer.lapses_at)
        assert (row.answered_at is None) == (offer.state in OUT)
        if offer.state is OfferState.COUNTERED:
            assert row.countered_eta_s == offer.countered_eta_s


class DirectoryAgrees(ProviderMachine):
    """Random commands on one company, and its row."""

    @invariant()
    def the_row_agrees(self) -> None:
        provider, row = self.aggregate, row_of(provider_directory, self.rows)
        assert row is not None
        assert (row.state, row.version) == (provider.state, provider.version)
        assert (row.suspended_for, row.suspended_until) == (provider.suspended_for, provider.suspended_until)
        assert (set(row.crew), set(row.trucks), set(row.on_duty)) == (
            set(provider.crew),
            set(provider.trucks),
            set(provider.on_duty),
        )
        unchecked = {str(one) for one, shown in provider.documents.items() if shown.state is DocumentState.UPLOADED}
        assert {one["document_id"] for one in row.waiting} == unchecked
        assert row.documents_waiting == len(unchecked)


class ApplicantRows(DirectoryAgrees, ApplicantMachine):
    """The same, with a company that nobody vouches for."""


TestShiftRows = ShiftRows.TestCase
TestSilentShiftRows = SilentShiftRows.TestCase
TestOfferRows = OfferRows.TestCase
TestProviderRows = DirectoryAgrees.TestCase
TestApplicantRows = ApplicantRows.TestCase
TestShiftRows.settings = TestSilentShiftRows.settings = TestOfferRows.settings = TestProviderRows.settings = (
    TestApplicantRows.settings
) = QUICK
