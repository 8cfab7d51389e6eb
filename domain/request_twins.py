"""What if two calls are probably about the same breakdown, and what if they were not after all?"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.actor import Role
from domain.aggregate import Aggregate, event
from domain.refusal import OutOfTurn, Refusal
from domain.request_fare import Settlement
from domain.request_search import Searching
from domain.request_terms import BEFORE_SEARCH, RequestState
from domain.twins import UNDO_WITHIN


class NoMergeSuggested(Refusal):
    """Nobody suggested to merge this request."""

    code = "no_merge_suggested"


class TooLateToUndo(Refusal):
    """A merge can be taken back for half an hour."""

    code = "too_late_to_undo"


class Twinning(Searching):
    """From a suspicion that it was called for twice to a merge, and back."""

    merged_into: UUID | None
    merged_at: datetime | None
    merged_from: RequestState | None
    suggested_into: UUID | None
    no_twins: frozenset[UUID]
    settlement: Settlement | None

    class MergeSuggested(Aggregate.Event):
        """An earlier call is so near, so alike and so recent that the desk should look at both."""

        TOPIC: ClassVar[str] = "service_request.merge_suggested"
        into: UUID
        apart_m: int

    class MergeDismissed(Aggregate.Event):
        """The desk says that these are two breakdowns."""

        TOPIC: ClassVar[str] = "service_request.merge_dismissed"
        into: UUID
        by: Role

    class Unmerged(Aggregate.Event):
        """It was another breakdown after all: the request stands as it did, and its search begins again.

        ``back_to`` is quoted or submitted for one that waited for the customer, until ``waits_until``; else confirmed.
        """

        TOPIC: ClassVar[str] = "service_request.unmerged"
        into: UUID
        by: Role
        back_to: RequestState
        waits_until: datetime | None

    def suggest_merge(self, into: UUID, apart_m: int, at: datetime) -> None:
        """Point at an earlier call; one that was pointed at or dismissed is no news.

        Raises RequestClosed or OutOfTurn.
        """
        self._in_turn("suggest_merge", RequestState.SEARCHING, *BEFORE_SEARCH)
        if self.suggested_into is None and into not in self.no_twins and into != self.id:
            self.trigger_event(self.MergeSuggested, timestamp=at, into=into, apart_m=apart_m)

    def dismiss_merge(self, by: Role, at: datetime) -> None:
        """Say that it is another breakdown. Raises NoMergeSuggested."""
        if self.suggested_into is None:
            raise NoMergeSuggested
        self.trigger_event(self.MergeDismissed, timestamp=at, into=self.suggested_into, by=by)

    def unmerge(self, by: Role, at: datetime) -> None:
        """Take a merge back; raises OutOfTurn for a request that is not merged, or TooLateToUndo."""
        if self.state is not RequestState.MERGED or self.merged_at is None:
            raise OutOfTurn(f"the request is {self.state.value}", state=self.state.value, act="unmerge")
        if at - self.merged_at > UNDO_WITHIN:
            raise TooLateToUndo
        waited = self.merged_from in (RequestState.SUBMITTED, RequestState.QUOTED)
        back_to = self.merged_from if waited and self.merged_from is not None else RequestState.CONFIRMED
        quote = self.quote if back_to is RequestState.QUOTED else None
        self.trigger_event(
            self.Unmerged,
            timestamp=at,
            into=self.merged_into,
            by=by,
            back_to=back_to,
            waits_until=quote.valid_until if quote else None,
        )

    @event(MergeSuggested)
    def _on_merge_suggested(self, into: UUID) -> None:
        self.suggested_into = into

    @event(MergeDismissed)
    def _on_merge_dismissed(self, into: UUID) -> None:
        self.suggested_into = None
        self.no_twins |= {into}

    @event(Unmerged)
    def _on_unmerged(self, into: UUID, back_to: RequestState) -> None:
        self.state = back_to
        self.merged_into = None
        self.merged_at = None
        self.suggested_into = None
        self.no_twins |= {into}
        self.settlement = None
