"""Does the row of a dispute say what the dispute itself would, whatever happens to it?"""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import invariant

from domain.dispute_terms import Answered
from infra.event_store.codec import decode
from infra.in_memory.folding import Table
from projections.disputes import DisputeRow, disputes
from projections.fact import Fact
from tests.domain.test_machine_dispute import DisputeMachine
from tests.support.effort import examples
from tests.support.roadside import TENANT


class RowMachine(DisputeMachine):
    """A dispute, and the row that follows it."""

    def __init__(self) -> None:
        self.table: Table[DisputeRow] = Table(disputes, lambda _before, _after: None)
        self.folded = 0
        super().__init__()

    @invariant()
    def the_row_says_the_same(self) -> None:
        for position, (version, topic, payload, at) in enumerate(self.rows[self.folded :], self.folded + 1):
            self.table.fold(Fact(position, TENANT, self.stream, version, topic, payload, "system:test", at, decode))
        self.folded = len(self.rows)
        (row,) = self.table.rows.values()
        dispute = self.aggregate
        assert (row.state, row.answered) == (dispute.status.value, dispute.answered.value)
        assert (row.held_minor, row.lost_minor) == (dispute.held_minor, dispute.lost_minor)
        assert row.passed_on_minor == (0 if dispute.borne is None else dispute.borne.amount_minor)
        assert row.fee_minor == 590 * len(dispute.fees)
        assert (row.respond_by, row.refused_for) == (dispute.respond_by, dispute.refused_for)
        assert row.is_strong == (dispute.draft is not None and dispute.draft.is_strong)
        assert (row.drafted_at is None) == (dispute.draft is None)
        if row.needs_person:
            assert dispute.wants_answer
        if dispute.wants_answer and (dispute.handed_over or dispute.lapsed):
            assert row.needs_person
        if dispute.answered is not Answered.NOTHING:
            assert not row.needs_person


TestRowMachine = RowMachine.TestCase
TestRowMachine.settings = settings(max_examples=examples(40), stateful_step_count=20, deadline=None)
