"""Whatever is ordered in whatever order: does a request keep its promises, and does replay agree?"""

from datetime import datetime
from functools import partial
from typing import cast
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from domain.offer import WhyClosed
from domain.promise import PRIOR_LAW
from domain.request_fare import Outcome, Settlement
from domain.request_job import EvidenceKind
from domain.request_search import MOST_ASKED
from domain.request_terms import (
    CLOSED,
    RequestState,
    RevokeReason,
)
from domain.service_request import ServiceRequest
from infra.event_store import codec
from tests.domain.facts import REQUESTED, THERE
from tests.domain.request_commands import ACTS, MINUTE
from tests.domain.request_facts import (
    APPROVED,
    AT_THE_GARAGE,
    AT_THE_TOW,
    AT_THE_TYRE,
    FARE,
    MENDED,
    ON_THE_TRUCK,
    SEARCHED,
    SUBMITTED,
    SUBMITTED_TYRE,
)
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import CALL, DESK_ACTOR, NOON, OTHER_SHIFT, some_id
from tests.support.rulebook import STREAM, Fact, row_of

PROVIDERS = st.sampled_from([some_id(11), some_id(12), some_id(13)])
OFFERS = st.sampled_from([some_id(31), some_id(32), some_id(33), some_id(34)])
BEGINNINGS = (
    (REQUESTED,), (SUBMITTED,), (SUBMITTED_TYRE,), SEARCHED, THERE, AT_THE_TOW, AT_THE_TYRE, ON_THE_TRUCK,
    AT_THE_GARAGE, MENDED, (*MENDED, FARE, APPROVED),
)  # fmt: skip
"""Where random stories begin: few would come as far as a tow's destination by chance."""
ENDINGS = {f"service_request.{name}" for name in (
    "completed", "cancelled", "unfulfilled", "expired", "gone_confirmed", "unsuccessful", "merged"
)}  # fmt: skip


FOUND_OUT_LATER = {"service_request.promise_at_risk", "service_request.promise_broken"}
"""That nobody was there in time is noted whenever it is found out: the customer is owed for it, whatever came after."""

NOT_BY_STATE_ALONE = {
    "load", "complete", "report_gone", "confirm", "capture_evidence", "escalate", "record_triage", "dispute_fare",
    "attempt_contact", "change_need", "collect_cash", "start_dispatch",
}  # fmt: skip
"""Acts that are said to be open although evidence, time or a limit may still be in the way."""

LEADING_NOWHERE = {"cancel", "merge", "give_up", "end_unsuccessful", "release", "offer", "confirm_gone"}
"""Acts that end the story, or that a rule of their own tries."""

MORE_THAN_OFFERED = {"change_need", "start_dispatch", "propose_need_change", "issue_quote", "confirm"}
"""Acts that the rules allow in more states than are offered: a new price in the middle belongs to a change of need."""


class RequestMachine(AggregateMachine[ServiceRequest]):
    """Random commands on one request, by anybody."""

    def __init__(self) -> None:
        super().__init__(ServiceRequest.request(STREAM, CALL, NOON))

    @initialize(facts=st.sampled_from(BEGINNINGS))
    def begin(self, facts: tuple[Fact, ...]) -> None:
        self.history = list(facts)
        self.rows = [row_of(told, version) for version, told in enumerate(facts, 1)]
        self.aggregate = cast("ServiceRequest", codec.replay(STREAM, self.rows))

    @rule(act=st.sampled_from(sorted(ACTS.keys() - {"offer"})))
    def do(self, act: str) -> None:
        self.attempt(lambda r: ACTS[act](r, self.now))

    @rule(choice=st.integers(0, 50))
    def do_something_open(self, choice: int) -> None:
        usual = [act for act in self.aggregate.can(DESK_ACTOR) if act in ACTS and act not in LEADING_NOWHERE]
        if usual:
            act = usual[choice % len(usual)]
            self.attempt(lambda r: ACTS[act](r, self.now))

    @rule(kind=st.sampled_from(EvidenceKind))
    def take_a_picture(self, kind: EvidenceKind) -> None:
        number = f"{len(self.aggregate.evidence):064x}"
        self.attempt(lambda r: r.capture_evidence(kind, number, None, self.now, self.now))

    @rule()
    def enter_a_wrong_code(self) -> None:
        self.attempt(lambda r: r.note_wrong_start_code(self.now))

    @rule(radius_m=st.sampled_from([None, 5_000, 50_000]))
    def widen(self, radius_m: int | None) -> None:
        self.attempt(lambda r: r.widen_search(radius_m, self.now + MINUTE, self.now))

    @rule(offer_id=OFFERS, provider_id=PROVIDERS, beside=st.booleans())
    def make_offer(self, offer_id: UUID, provider_id: UUID, *, beside: bool) -> None:
        self.attempt(lambda r: r.make_offer(offer_id, provider_id, OTHER_SHIFT, self.now, beside=beside))

    @rule(why=st.sampled_from(WhyClosed), which=st.integers(0, 2))
    def close_a_live_offer(self, why: WhyClosed, which: int) -> None:
        for offer_id in self._live(which):
            assert self.attempt(partial(_close, offer_id=offer_id, why=why, at=self.now)) is None

    @rule(which=st.integers(0, 2))
    def take_a_live_offer(self, which: int) -> None:
        for offer_id in self._live(which):
            assert self.attempt(partial(_assign, offer_id=offer_id, at=self.now)) is None

    def _live(self, which: int) -> list[UUID]:
        return [one.offer_id for one in self.aggregate.live_offers[which : which + 1]]

    @rule(offer_id=OFFERS)
    def take_some_offer(self, offer_id: UUID) -> None:
        self.attempt(lambda r: r.assign(offer_id, self.now))

    @rule(reason=st.sampled_from(RevokeReason))
    def revoke(self, reason: RevokeReason) -> None:
        self.attempt(lambda r: r.revoke_assignment(reason, self.now))

    @rule(outcome=st.sampled_from(Outcome))
    def settle(self, outcome: Outcome) -> None:
        self.attempt(lambda r: r.settle(Settlement(outcome, 0, None, None), self.now))

    @rule()
    def close(self) -> None:
        self.attempt(lambda r: r.close(self.now))

    @rule()
    def expire(self) -> None:
        self.attempt(lambda r: r.expire(self.now))

    @rule(expected_s=st.integers(1, 600))
    def promise(self, expected_s: int) -> None:
        self.attempt(lambda r: r.promise_eta(PRIOR_LAW.promised(expected_s, self.now), CALL.cell, self.now))

    @rule()
    def doubt_the_promise(self) -> None:
        self.attempt(lambda r: r.put_promise_at_risk(self.now))

    @rule()
    def break_the_promise(self) -> None:
        self.attempt(lambda r: r.break_promise(0, None, self.now))

    @invariant()
    def a_promise_ends_once_and_not_before_it_was_made(self) -> None:
        topics = self.topics()
        ends = [topics.count(f"service_request.promise_{how}") for how in ("kept", "broken", "waived")]
        assert sum(ends) <= 1
        assert topics.count("service_request.promise_at_risk") <= 1
        assert "service_request.eta_promised" in topics or not sum(ends)

    @invariant()
    def each_provider_is_asked_once_at_a_time_and_one_holds_the_job(self) -> None:
        asked: dict[object, object] = {}
        holder: object = None
        for told in self.history:
            name = told.event_class.__name__
            if name == "OfferMade":
                assert holder is None
                assert told.fields["offer_id"] not in asked
                assert told.fields["provider_id"] not in asked.values()
                asked[told.fields["offer_id"]] = told.fields["provider_id"]
                assert len(asked) <= MOST_ASKED
            elif name == "OfferClosed":
                assert asked.pop(told.fields["offer_id"]) == told.fields["provider_id"]
            elif name == "Assigned":
                assert asked.keys() == {told.fields["offer_id"]}
                assert holder is None
                asked, holder = {}, told.fields["offer_id"]
            elif "offer_id" in told.fields:
                assert holder == told.fields["offer_id"]
                assert name != "Cancelled" or not asked
                holder = None if name == "AssignmentRevoked" else holder
        assert [one.offer_id for one in self.aggregate.live_offers] == list(asked)

    @invariant()
    def who_declined_is_not_asked_again_unless_the_need_changes(self) -> None:
        declined: set[object] = set()
        for told in self.history:
            if told.event_class is ServiceRequest.OfferMade:
                assert told.fields["provider_id"] not in declined
            elif told.event_class is ServiceRequest.NeedChanged:
                declined.clear()
            elif told.fields.get("why") is WhyClosed.DECLINED or reason_of(told) is RevokeReason.PROVIDER_CANCELLED:
                declined.add(told.fields["provider_id"])

    @invariant()
    def ends_are_ends_and_only_settled_afterwards(self) -> None:
        topics = self.topics()
        ended = [index for index, topic in enumerate(topics) if topic in ENDINGS]
        assert len(ended) <= 1
        if ended:
            after = [topic for topic in topics[ended[0] + 1 :] if topic not in FOUND_OUT_LATER]
            assert after in ([], ["service_request.settled"])
        assert (self.aggregate.state in CLOSED) == bool(ended)

    @invariant()
    def settled_at_most_once_and_before_a_paid_job_is_completed(self) -> None:
        topics = self.topics()
        assert topics.count("service_request.settled") <= 1
        if topics[-1] == "service_request.completed" and self.aggregate.is_priced:
            assert topics.index("service_request.settled") < len(topics) - 1
            assert "service_request.fare_approved" in topics

    @invariant()
    def nobody_works_who_was_not_on_scene(self) -> None:
        was_there = False
        for topic in self.topics():
            was_there = was_there or topic == "service_request.arrived_on_scene"
            was_there = was_there and topic != "service_request.assignment_revoked"
            if topic in {"service_request.service_started", "service_request.work_completed"}:
                assert was_there

    @invariant()
    def nobody_searches_before_a_price_is_confirmed_but_for_an_sos(self) -> None:
        if self.aggregate.state is RequestState.SEARCHING and "service_request.dispatch_started" in self.topics():
            confirmed = self.aggregate.confirmed_quote is not None
            assert confirmed or self.aggregate.sos or self.aggregate.attempt > 1

    @invariant()
    def attempts_count_revocations(self) -> None:
        lost = self.topics().count("service_request.assignment_revoked")
        assert self.aggregate.attempt == 1 + lost

    @invariant()
    def what_is_said_to_be_open_is_open(self) -> None:
        said = set(self.aggregate.can(DESK_ACTOR))
        news = {act for act in ACTS if self.would_be_news(lambda r, act=act: ACTS[act](r, self.now))}  # type: ignore[misc]
        assert news - said <= MORE_THAN_OFFERED
        assert said - news <= NOT_BY_STATE_ALONE
        assert not (said and self.aggregate.state in CLOSED)
        assert said or self.aggregate.state in CLOSED | {RequestState.SETTLING}


def _close(request: ServiceRequest, offer_id: UUID, why: WhyClosed, at: datetime) -> None:
    request.close_offer(offer_id, why, at)


def _assign(request: ServiceRequest, offer_id: UUID, at: datetime) -> None:
    request.assign(offer_id, at)


def reason_of(told: Fact) -> object:
    return told.fields.get("reason")


TestRequest = RequestMachine.TestCase
TestRequest.settings = settings(max_examples=examples(60), stateful_step_count=40, deadline=None)
