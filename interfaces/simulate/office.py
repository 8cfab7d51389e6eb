"""On what does the engine run in a simulation? The real use cases and the real rounds, over a log in memory."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.dispatch.rounds import Limits, Rounds
from application.engine import Engine
from application.log import CommandContext, fingerprint_of
from domain.refusal import Refusal
from infra.in_memory.aggregates import LivingAggregates
from infra.in_memory.board import InMemoryDispatchBoard
from infra.in_memory.log import InMemoryEventLog
from interfaces.simulate.promises import ScoredPromises

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.board import Due, FreeShift, Search
    from application.dispatch.due import Rules
    from application.dispatch.rounds import Judgement
    from application.dispatch.snapshot import Plan, Policy
    from application.engine import Answer, Work
    from domain.actor import Actor

MOST_ROUNDS: Final = 1_000
"""Rounds at one instant before something must be wrong: each makes offers, and there are only so many to ask."""

WITHOUT_PLANS: Final = timedelta(minutes=5)
"""A policy that rests for a while and means nobody for anybody is asked again at every change, and else this often."""


class NeverAtRest(Exception):
    """Dispatch goes on and on at one instant: a fault of a policy, not of the input."""


class Office:
    """The engine behind the telephone: orders are carried out at once, dispatch looks whenever it may want to."""

    def __init__(self, tenant: str, judgement: Judgement, limits: Limits, rules: Rules) -> None:
        self.tenant = tenant
        self.log = InMemoryEventLog()
        self.board = InMemoryDispatchBoard(self.log)
        self.promises = ScoredPromises(self.log)
        self.engine = Engine(self.log, LivingAggregates(self.log))
        self.refusals = 0
        self._limits = limits
        self._rests_for = judgement.policy.rests_for
        self._rounds = Rounds(self.board, self.engine, limits, self, rules, judgement=judgement)
        self._now: datetime | None = None
        self._decided_at: datetime | None = None
        self._has_plans = False
        self._searching = 0
        self._look_at: set[datetime] = set()

    async def order(
        self, actor: Actor, key: str, about: UUID, at: datetime, decide: Callable[[Work], Awaitable[Answer]]
    ) -> str | None:
        """One command of somebody; the code of its refusal, or None when it was carried out."""
        context = CommandContext(self.tenant, actor.text, key, fingerprint_of(key), about, at)
        try:
            await self.engine.run(context, decide)
        except Refusal as refusal:
            self.refusals += 1
            return refusal.code
        return None

    async def look(self, at: datetime) -> bool:
        """One round; whether it should look again at once, since it did something. Raises NeverAtRest."""
        self._now = at
        self._look_at = {instant for instant in self._look_at if instant > at}
        before = len(self.log.events)
        more = await self._rounds.round(at)
        return more or len(self.log.events) > before

    async def settle(self, at: datetime, hear: Callable[[], Awaitable[None]]) -> None:
        """Rounds until nothing is left to do at that instant; the world hears of each. Raises NeverAtRest."""
        for _ in range(MOST_ROUNDS):
            again = await self.look(at)
            await hear()
            if not again:
                return
        raise NeverAtRest(f"{MOST_ROUNDS} rounds at {at.isoformat()}")

    def next_look_at(self) -> datetime | None:
        """When dispatch wants to look again though nothing has happened: a timer, a refusal that rests, a plan."""
        wanted = list(self._look_at)
        due_at = self.board.waiting.next_at()
        if due_at is not None:
            wanted.append(due_at)
        if self._searching and self._rests_for and self._decided_at is not None:
            rests_for = self._rests_for if self._has_plans else max(self._rests_for, WITHOUT_PLANS)
            wanted.append(self._after_now(self._decided_at + rests_for, rests_for))
        return min(wanted, default=None)

    def _after_now(self, at: datetime, otherwise: timedelta) -> datetime:
        """An instant that is still to come: where a look found nobody to ask, the policy was not asked either."""
        return at if self._now is None or at > self._now else self._now + otherwise

    # What dispatch tells (``application.dispatch.watched.Watch``)

    def offered(self, search: Search, shift: FreeShift, offer_id: UUID, *, replayed: bool) -> None:
        """A shift was asked: the world hears it from the log."""

    def acted(self, due: Due, late_s: float, *, replayed: bool) -> None:
        """A timer's order was carried out."""

    def refused(self, _order: str, _request_id: UUID, _code: str) -> None:
        """What was refused is left alone for a while; then dispatch looks again."""
        self.refusals += 1
        if self._now is not None:
            self._look_at |= {
                self._now + self._limits.look_again_after,
                self._now + self._limits.shift_rests_for,
            }

    def decided(self, _policy: Policy, plan: Plan) -> None:
        """The policy was asked."""
        self._decided_at = self._now
        self._has_plans = bool(plan.now or plan.later)

    def looked(self, searches: Sequence[Search], _unserved: int, _free: int, _longest_wait_s: float) -> None:
        """The board was read."""
        self._searching = len(searches)

    def timers_due(self, count: int) -> None:
        """So many timers were due."""
