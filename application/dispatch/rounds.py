"""What does dispatch do in one round? Note lapses, then offer each searching request to the nearest provider."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from application.dispatch import orders
from application.dispatch.nearest import FreeShifts
from application.dispatch.orphans import orphans
from application.engine import Contended
from application.lapse_offer import LapseOffer, lapse_offer
from application.log import KeyReused, LogUnavailable
from application.make_offer import MakeOffer, make_offer
from domain.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.board import DispatchBoard, FreeShift, Open, OverdueOffer, Positions, Search
    from application.engine import Answer, Done, Work
    from application.log import CommandContext

SHIFT_AT_FAULT = frozenset({"shift_reserved", "shift_on_break", "shift_ended", "not_capable", "provider_not_active"})
"""Refusals that are about the shift: another one is asked at once. Any other is about the request."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a round may do, and how soon what failed is tried again."""

    offer_lapses_after: timedelta = timedelta(seconds=30)
    """A provider on the road needs 20 to 30 s to look and answer; longer only delays the next one."""
    look_again_after: timedelta = timedelta(seconds=2)
    """A search that found nobody is tried at every change of the board, and this often without one."""
    shift_rests_for: timedelta = timedelta(seconds=30)
    """A shift that was refused is left alone until it changes, or this long: as long as a refusal holds."""
    offers_may_be_behind: timedelta = timedelta(seconds=1)
    """The list of offers is waited for this long, so that whoever let an offer pass is not asked again at once."""
    most_searches: int = 10_000
    """Requests read in a round: more than a city has open; beyond it the check for orphans raises the alarm."""
    most_shifts: int = 50_000
    """Free shifts read in a round: the largest fleets of a country."""
    most_offers: int = 200
    """Commands ordered at once: one group commit, done before the next poll."""
    most_lapses: int = 500
    """Lapses noted in a round, for the same reason; the rest follow in the next."""


class RunsCommands(Protocol):
    """What dispatch needs of the engine."""

    async def run(self, context: CommandContext, decide: Callable[[Work], Awaitable[Answer]]) -> Done:
        """Run one command to its end; see ``Engine.run``."""
        ...


class Watch(Protocol):
    """Told of everything, for logs and metrics."""

    def offered(self, search: Search, shift: FreeShift, offer_id: UUID, *, replayed: bool) -> None:
        """A shift was asked."""
        ...

    def lapsed(self, offer: OverdueOffer, *, replayed: bool) -> None:
        """A lapse was noted."""
        ...

    def refused(self, order: str, request_id: UUID, code: str) -> None:
        """An order did not go through; on a board that is behind the log this is everyday."""
        ...

    def looked(self, searching: int, unserved: int, free: int, longest_wait_s: float) -> None:
        """The board was read: how many search, how many of them nobody fits, how many are free."""
        ...


class Rounds:
    """Carries decisions out through the engine. All it remembers may be forgotten at any time."""

    def __init__(self, board: DispatchBoard, engine: RunsCommands, limits: Limits, watch: Watch) -> None:
        self._board = board
        self._engine = engine
        self._limits = limits
        self._watch = watch
        self._seen: Positions | None = None
        self._look_again_at: datetime | None = None
        self._held: dict[tuple[UUID, int], datetime] = {}
        self.looked_at: frozenset[UUID] = frozenset()

    async def round(self, at: datetime) -> bool:
        """Do what is due at that instant; True when there is more that need not wait. Raises what the board raises."""
        # The position first: rows read after it are at least as new, so that no change is overlooked.
        positions = await self._board.positions()
        await self._note_lapses(at)
        if positions != self._seen or self._look_again_at is None or at >= self._look_again_at:
            self._look_again_at = at + self._limits.look_again_after
            await self._offer_each_to_the_nearest(positions, at)
            self._seen = positions
        return self._look_again_at <= at

    async def find_orphans(self, at: datetime, patience: timedelta) -> list[Open]:
        """Searching requests that nothing drives on; there must be none."""
        return orphans(await self._board.open_requests(self._limits.most_searches), self.looked_at, at, patience)

    async def _note_lapses(self, at: datetime) -> None:
        overdue = await self._board.overdue_offers(at, self._limits.most_lapses)
        due = [offer for offer in overdue if not self._is_held(offer.offer_id, 0, at)]
        await asyncio.gather(*(self._lapse(offer, at) for offer in due))

    async def _offer_each_to_the_nearest(self, positions: Positions, at: datetime) -> None:
        searches = await self._board.searches(self._limits.most_searches)
        shifts = await self._board.free_shifts(self._limits.most_shifts)
        self._held = {key: until for key, until in self._held.items() if until > at}
        self.looked_at = frozenset(search.request_id for search in searches)
        free = FreeShifts(shift for shift in shifts if not self._is_held(shift.shift_id, shift.version, at))
        taken: set[UUID] = set()
        chosen: list[tuple[Search, FreeShift]] = []
        unserved = 0
        for search in sorted(searches, key=lambda each: (each.requested_at, each.request_id)):
            if not self._is_ripe(search, positions, at) or self._is_held(search.request_id, search.version, at):
                continue
            shift = free.nearest(search, taken)
            if shift is None:
                unserved += 1
            elif len(chosen) < self._limits.most_offers:
                taken.add(shift.shift_id)
                chosen.append((search, shift))
        self._watch.looked(len(searches), unserved, len(shifts), _longest_wait_s(searches, at))
        await asyncio.gather(*(self._offer(search, shift, at) for search, shift in chosen))
        if len(chosen) == self._limits.most_offers:
            self._look_again_at = at

    def _is_ripe(self, search: Search, positions: Positions, at: datetime) -> bool:
        """Whether the list of offers has come as far as the request: else a lapse could be overlooked and the same
        provider asked again. One that stands still is not waited for.
        """
        return search.position <= positions.jobs or at - search.updated_at > self._limits.offers_may_be_behind

    async def _offer(self, search: Search, shift: FreeShift, at: datetime) -> None:
        offer_id = orders.offer_id_for(search, shift, at)
        command = MakeOffer(
            actor=orders.dispatcher_of(search.tenant),
            request_id=search.request_id,
            offer_id=offer_id,
            shift_id=shift.shift_id,
            lapses_at=at + self._limits.offer_lapses_after,
            at=at,
            expected_version=search.version,
        )
        context = orders.to_make_offer(search, shift, offer_id, at)
        again_at = at + self._limits.look_again_after
        done = await self._ordered("make_offer", search.request_id, context, lambda work: make_offer(command, work))
        if isinstance(done, str) and done in SHIFT_AT_FAULT:
            self._held[shift.shift_id, shift.version] = at + self._limits.shift_rests_for
            self._look_again_at = at
            return
        self._held[search.request_id, search.version] = again_at
        if not isinstance(done, str):
            self._held[shift.shift_id, shift.version] = again_at
            self._watch.offered(search, shift, offer_id, replayed=done.replayed)

    async def _lapse(self, offer: OverdueOffer, at: datetime) -> None:
        command = LapseOffer(actor=orders.dispatcher_of(offer.tenant), offer_id=offer.offer_id, at=at)
        context = orders.to_lapse_offer(offer, at)
        done = await self._ordered("lapse_offer", offer.request_id, context, lambda work: lapse_offer(command, work))
        self._held[offer.offer_id, 0] = at + self._limits.look_again_after
        if not isinstance(done, str):
            self._watch.lapsed(offer, replayed=done.replayed)

    async def _ordered(
        self, order: str, request_id: UUID, context: CommandContext, decide: Callable[[Work], Awaitable[Answer]]
    ) -> Done | str:
        """What the order came to, or the code of why not. The board says the same again if it must be repeated."""
        try:
            return await self._engine.run(context, decide)
        except Refusal as refusal:
            code = refusal.code
        except Contended:
            code = "contended"
        except KeyReused:
            code = "key_reused"
        except LogUnavailable:
            code = "log_unavailable"
        self._watch.refused(order, request_id, code)
        return code

    def _is_held(self, thing_id: UUID, version: int, at: datetime) -> bool:
        """Whether it was acted on as it stands. Anything that changes has another version and is free at once."""
        until = self._held.get((thing_id, version))
        return until is not None and at < until


def _longest_wait_s(searches: Sequence[Search], at: datetime) -> float:
    return max(((at - search.requested_at).total_seconds() for search in searches), default=0.0)
