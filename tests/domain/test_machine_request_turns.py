"""Does a request keep its promises when its drive is watched, its share raised, and a merge undone?"""

from datetime import timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from domain.actor import Role
from domain.drive_watch import Doubt
from domain.request_drive import ON_THE_WAY, Owed
from domain.request_terms import CLOSED, RequestState
from tests.domain.request_commands import MINUTE
from tests.domain.test_machine_request import ENDINGS, RequestMachine
from tests.support.effort import examples
from tests.support.roadside import OTHER_REQUEST, OTHER_SHIFT, some_id

UNMERGED = "service_request.unmerged"
OTHERS = st.sampled_from([OTHER_REQUEST, some_id(43)])
PATIENCE = timedelta(seconds=25)


class WatchedRequestMachine(RequestMachine):
    """The same, with what the watch over drives, the ladder and the desk can do besides."""

    def _holder(self) -> UUID:
        held = self.aggregate.assignment
        return held.offer_id if held else some_id(31)

    @rule(doubt=st.sampled_from(Doubt), metres=st.integers(0, 9_000))
    def nudge(self, doubt: Doubt, metres: int) -> None:
        self.attempt(lambda r: r.nudge_drive(self._holder(), doubt, metres, self.now))

    @rule()
    def ring_up(self) -> None:
        self.attempt(lambda r: r.call_about_drive(self._holder(), self.now))

    @rule()
    def comes_after_all(self) -> None:
        self.attempt(lambda r: r.resume_drive(self._holder(), self.now))

    @rule()
    def tells_when(self) -> None:
        self.attempt(lambda r: r.tell_eta(600, self.now + 10 * MINUTE, self.now))

    @rule()
    def is_replaced(self) -> None:
        before = self.aggregate.standing_doubt()
        refusal = self.attempt(lambda r: r.take_from_drive(self._holder(), PATIENCE, self.now))
        if refusal is None:
            assert before is not None
            assert self.now - before.nudged_at >= PATIENCE

    @rule(amount=st.integers(0, 5_000))
    def is_sent_back(self, amount: int) -> None:
        owed = Owed(amount, "INR")
        self.attempt(lambda r: r.swap_provider(self._holder(), OTHER_SHIFT, 600, owed, self.now))

    @rule(bp=st.integers(0, 2_000))
    def gives_more(self, bp: int) -> None:
        before = self.aggregate.raised_bp
        self.attempt(lambda r: r.raise_share(bp, 1_500, self.now))
        assert before <= self.aggregate.raised_bp <= 1_500

    @rule(into=OTHERS)
    def is_suggested(self, into: UUID) -> None:
        self.attempt(lambda r: r.suggest_merge(into, 80, self.now))

    @rule()
    def is_dismissed(self) -> None:
        self.attempt(lambda r: r.dismiss_merge(Role.DISPATCHER, self.now))

    @precondition(lambda self: self.aggregate.state is RequestState.MERGED)
    @rule()
    def is_unmerged(self) -> None:
        self.attempt(lambda r: r.unmerge(Role.DISPATCHER, self.now))

    @invariant()
    def a_doubt_stands_only_while_somebody_drives(self) -> None:
        if self.aggregate.standing_doubt() is not None:
            assert self.aggregate.state in ON_THE_WAY

    @invariant()
    def at_most_one_crew_is_sent_back_for_another(self) -> None:
        assert self.topics().count("service_request.provider_swapped") <= 1
        assert self.topics().count("service_request.provider_compensated") <= 1

    @invariant()
    def what_was_dismissed_is_not_suggested_again(self) -> None:
        dismissed: set[object] = set()
        for told in self.history:
            if told.event_class.__name__ == "MergeSuggested":
                assert told.fields["into"] not in dismissed
            if told.event_class.__name__ in {"MergeDismissed", "Unmerged"}:
                dismissed.add(told.fields["into"])

    @invariant()
    def ends_are_ends_and_only_settled_afterwards(self) -> None:
        """Since a merge was last undone."""
        topics = self._since_the_undoing()
        ended = [index for index, topic in enumerate(topics) if topic in ENDINGS]
        assert len(ended) <= 1
        assert (self.aggregate.state in CLOSED) == bool(ended)

    @invariant()
    def settled_at_most_once_and_before_a_paid_job_is_completed(self) -> None:
        topics = self._since_the_undoing()
        assert topics.count("service_request.settled") <= 1
        assert (self.aggregate.settlement is not None) == ("service_request.settled" in topics)

    def _since_the_undoing(self) -> list[str]:
        topics = self.topics()
        last = max((index for index, topic in enumerate(topics) if topic == UNMERGED), default=-1)
        return topics[last + 1 :]


TestWatchedRequest = WatchedRequestMachine.TestCase
TestWatchedRequest.settings = settings(max_examples=examples(60), stateful_step_count=40, deadline=None)
