"""What of the board has not been learnt yet? Finished jobs and answers, each once, none lost between two looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.answering import LearntPatience
    from application.dispatch.board import AnsweredOffer, DispatchBoard, FinishedJob
    from application.dispatch.willing import Willing
    from application.dispatch.work_times import WorkTimes

T = TypeVar("T")


class Unlearnt(Generic[T]):
    """Remembers how far a board was read that is in order of instants.

    Two things can end at the same instant, and a look can fall between them: what is read again from that instant on
    is told apart by id. So what was learnt follows from the board alone, not from when it was looked at.
    """

    def __init__(self, told_at: Callable[[T], datetime], id_of: Callable[[T], UUID]) -> None:
        self._told_at = told_at
        self._id_of = id_of
        self._at: datetime | None = None
        self._known: frozenset[UUID] = frozenset()

    def since(self, otherwise: datetime) -> datetime:
        """From which instant on to read, that instant included."""
        return self._at or otherwise

    def of(self, read: Sequence[T]) -> list[T]:
        """Those that are new, in their order; from now on they are known."""
        new = [each for each in read if self._id_of(each) not in self._known]
        if not new:
            return new
        reached = max(self._told_at(each) for each in new)
        latest = frozenset(self._id_of(each) for each in new if self._told_at(each) == reached)
        self._known = latest | self._known if reached == self._at else latest
        self._at = reached
        return new


class Learning:
    """What jobs take, who says yes and how soon, learnt from a board as it comes to show more."""

    def __init__(self, work_times: WorkTimes, willing: Willing, patience: LearntPatience) -> None:
        self._work_times = work_times
        self._willing = willing
        self._patience = patience
        self._jobs: Unlearnt[FinishedJob] = Unlearnt(lambda job: job.ended_at, lambda job: job.request_id)
        self._answers: Unlearnt[AnsweredOffer] = Unlearnt(lambda one: one.answered_at, lambda one: one.offer_id)

    async def learn(self, board: DispatchBoard, begins_at: datetime, most: int) -> None:
        """Hear of all that is new; when nothing was learnt yet, of what is not older than ``begins_at``."""
        finished = self._jobs.of(await board.finished_jobs(self._jobs.since(begins_at), most))
        if finished:
            self._work_times.learn(finished)
        answered = self._answers.of(await board.answered_offers(self._answers.since(begins_at), most))
        if answered:
            self._willing.learn(answered)
            self._patience.learn(answered)
