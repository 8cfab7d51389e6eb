"""What was the customer promised, and what became of it? Made, at risk, kept, broken or waived; scored at arrival."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, event
from domain.geography import checked_cell
from domain.promise import STANDS, Promise, Promised, PromiseState, PromiseStillGood
from domain.request_chapter import RequestChapter
from domain.request_terms import JobEvent, RequestState


class Promising(RequestChapter):
    """From taking the job to being there, as the customer was told it.

    The first promise is the one that is kept or broken, by its nineteen in twenty (``due_at``): who is given to another
    provider is told new times, and was promised the old one.
    """

    promise: Promise | None
    promise_state: PromiseState

    class EtaPromised(JobEvent):
        """The customer is told when somebody is there: 50, 80 and 95 of 100 such drives end by these instants.

        ``from_cell`` is where the shift is when it takes the job, ``law`` the version of the law that was gone by.
        """

        TOPIC: ClassVar[str] = "service_request.eta_promised"
        attempt: int
        from_cell: str
        expected_s: int
        p50_at: datetime
        p80_at: datetime
        p95_at: datetime
        due_at: datetime
        law: str

    class PromiseAtRisk(Aggregate.Event):
        """The likely time of arrival lies past what was promised, or nobody was there by it."""

        TOPIC: ClassVar[str] = "service_request.promise_at_risk"
        due_at: datetime

    class PromiseKept(JobEvent):
        """Somebody was there in time."""

        TOPIC: ClassVar[str] = "service_request.promise_kept"
        due_at: datetime

    class PromiseBroken(Aggregate.Event):
        """Nobody was there in time; ``credit_minor`` is what the customer gets back for it."""

        TOPIC: ClassVar[str] = "service_request.promise_broken"
        due_at: datetime
        credit_minor: int
        currency: str | None

    class PromiseWaived(Aggregate.Event):
        """The request ended before its time: nobody waits any more."""

        TOPIC: ClassVar[str] = "service_request.promise_waived"
        due_at: datetime

    class EtaScored(JobEvent):
        """How long it took beside what was expected; ``within`` is 50, 80 or 95 (percent), or 100 for a late one."""

        TOPIC: ClassVar[str] = "service_request.eta_scored"
        expected_s: int
        took_s: int
        within: int

    def promise_eta(self, told: Promised, from_cell: str, at: datetime) -> None:
        """Tell the customer when the provider that has just taken the job is there; twice for one job is no news.

        At risk at once when it is likely later than what was promised first. Raises RequestClosed, OutOfTurn, BadCell.
        """
        held = self._held("promise_eta", RequestState.ASSIGNED)
        former = self.promise
        if former is not None and former.offer_id == held.offer_id:
            return
        due_at = told.p95_at if former is None else former.due_at
        self._tell(
            self.EtaPromised,
            held,
            at,
            attempt=held.attempt,
            from_cell=checked_cell(from_cell),
            expected_s=told.expected_s,
            p50_at=told.p50_at,
            p80_at=told.p80_at,
            p95_at=told.p95_at,
            due_at=due_at,
            law=told.law,
        )
        if told.p80_at > due_at:
            self.put_promise_at_risk(at)

    def put_promise_at_risk(self, at: datetime) -> None:
        """Note that it will hardly be kept; without one that stands, or twice, that is no news."""
        if self.promise is not None and self.promise_state is PromiseState.MADE:
            self.trigger_event(self.PromiseAtRisk, timestamp=at, due_at=self.promise.due_at)

    def break_promise(self, credit_minor: int, currency: str | None, at: datetime) -> bool:
        """Note that nobody was there in time; False where there is nothing to break. Raises PromiseStillGood before."""
        promise = self.promise
        if promise is None or self.promise_state not in STANDS:
            return False
        if at < promise.due_at:
            raise PromiseStillGood(due_at=promise.due_at.isoformat())
        self.trigger_event(
            self.PromiseBroken, timestamp=at, due_at=promise.due_at, credit_minor=credit_minor, currency=currency
        )
        return True

    def _waive_promise(self, at: datetime) -> None:
        """For who ends the request before its time."""
        if self.promise is not None and self.promise_state in STANDS:
            self.trigger_event(self.PromiseWaived, timestamp=at, due_at=self.promise.due_at)

    def _score_promise(self, at: datetime) -> None:
        """For who confirms an arrival: score what was told, and keep the promise when it is not too late."""
        held, promise = self.assignment, self.promise
        if held is None or promise is None:
            return
        if promise.offer_id == held.offer_id:
            expected_s, took_s = promise.promised.expected_s, max(1, round((at - promise.made_at).total_seconds()))
            self._tell(self.EtaScored, held, at, expected_s=expected_s, took_s=took_s, within=promise.within(at))
        if self.promise_state in STANDS and at <= promise.due_at:
            self._tell(self.PromiseKept, held, at, due_at=promise.due_at)

    @event(EtaPromised)
    def _on_eta_promised(
        self,
        offer_id: UUID,
        expected_s: int,
        p50_at: datetime,
        p80_at: datetime,
        p95_at: datetime,
        due_at: datetime,
        law: str,
        at: datetime,
    ) -> None:
        self.promise = Promise(offer_id, at, Promised(expected_s, p50_at, p80_at, p95_at, law), due_at)
        if self.promise_state is PromiseState.NONE:
            self.promise_state = PromiseState.MADE

    @event(PromiseAtRisk)
    def _on_promise_at_risk(self) -> None:
        self.promise_state = PromiseState.AT_RISK

    @event(PromiseKept)
    def _on_promise_kept(self) -> None:
        self.promise_state = PromiseState.KEPT

    @event(PromiseBroken)
    def _on_promise_broken(self) -> None:
        self.promise_state = PromiseState.BROKEN

    @event(PromiseWaived)
    def _on_promise_waived(self) -> None:
        self.promise_state = PromiseState.WAIVED

    @event(EtaScored)
    def _on_eta_scored(self) -> None:
        """Scores are for whoever learns from them."""
