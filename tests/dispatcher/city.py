"""In which city do the stories of dispatch happen? A few providers at known distances, a log in memory, any clock."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from application.accept_offer import AcceptOffer, accept_offer
from application.add_crew_member import AddCrewMember, add_crew_member
from application.add_truck import AddTruck, add_truck
from application.decline_offer import DeclineOffer, decline_offer
from application.dispatch.asking import Asking
from application.dispatch.board import TimerKind
from application.dispatch.due import Rules
from application.dispatch.rounds import Judgement, Limits, Rounds
from application.engine import Answer, Done, Engine, Work
from application.log import CommandContext, fingerprint_of
from application.positions import Seen
from application.register_provider import RegisterProvider, register_provider
from application.request_service import RequestService, request_service
from application.start_shift import StartShift, start_shift
from domain.actor import Actor, Role
from domain.catalogue import Capability
from domain.geography import cell_of
from domain.offer import DeclineReason
from domain.positions import Ping
from infra.dispatch.whereabouts import LastPositions
from projections.provider_jobs import JobRow, provider_jobs
from projections.request_board import RequestRow, request_board
from projections.timers import TimerRow, timers
from tests.dispatcher.board import MemoryBoard
from tests.positions.memory import MemoryPositions
from tests.support.memory_log import MemoryAggregates, MemoryEventLog
from tests.support.roadside import CALL, DESK_ACTOR, NOON, PROFILE, TENANT, THE_CUSTOMER, TOWING, some_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from application.dispatch.board import Due, FreeShift, Search
    from application.dispatch.snapshot import Plan, Policy

OFFER_TTL = timedelta(seconds=30)


def near(kilometres: float) -> str:
    """A cell so far north of the breakdown."""
    return cell_of(12.9716 + kilometres / 111.195, 77.5946)


@dataclass
class Told:
    """Implements ``application.dispatch.watched.Watch`` by remembering."""

    offers: list[tuple[UUID, UUID, bool]] = field(default_factory=list)
    lapses: list[UUID] = field(default_factory=list)
    timers: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    looks: int = 0
    plans: list[Plan] = field(default_factory=list)

    def offered(self, search: Search, shift: FreeShift, offer_id: UUID, *, replayed: bool) -> None:
        assert offer_id.int
        self.offers.append((search.request_id, shift.shift_id, replayed))

    def acted(self, due: Due, late_s: float, *, replayed: bool) -> None:
        assert late_s >= 0
        if not replayed:
            self.timers.append(due.kind.value)
            if due.kind is TimerKind.OFFER_LAPSES:
                self.lapses.append(due.subject_id)

    def timers_due(self, count: int) -> None:
        assert count >= 0

    def refused(self, order: str, subject_id: UUID, code: str) -> None:
        assert order
        assert subject_id.int
        self.refusals.append(code)

    def decided(self, policy: Policy, plan: Plan) -> None:
        assert policy.name
        self.plans.append(plan)

    def looked(self, searches: Sequence[Search], unserved: int, free: int, longest_wait_s: float) -> None:
        assert min(len(searches), unserved, free, longest_wait_s) >= 0
        self.looks += 1


class City:
    """One tenant; commands at the city's clock, which a test moves."""

    def __init__(self, asking: Asking | None = None) -> None:
        self.log = MemoryEventLog()
        self.engine = Engine(self.log, MemoryAggregates(self.log))
        self.board = MemoryBoard(self.log)
        self.now: datetime = NOON
        self.limits = Limits()
        self.rules = Rules()
        self.asking = asking or Asking()
        self.positions = MemoryPositions()
        self.told = Told()
        self.dispatch = self.new_dispatch()
        self._keys = itertools.count()
        self._ids = itertools.count(1000)

    def new_dispatch(self) -> Rounds:
        """A dispatcher that has just started and remembers nothing."""
        self.judgement = Judgement(asking=self.asking)
        where = LastPositions(self.positions)
        return Rounds(self.board, self.engine, self.limits, self.told, self.rules, where, self.judgement)

    def later(self, **much: float) -> None:
        """Move the clock."""
        self.now += timedelta(**much)

    async def rounds(self, count: int = 4) -> None:
        """Some rounds, a quarter of a second apart."""
        for _ in range(count):
            await self.dispatch.round(self.now)
            self.later(milliseconds=250)

    async def run(self, use_case: Callable[[Any, Work], Awaitable[Answer]], command: Any) -> Done:
        context = CommandContext(
            TENANT, command.actor.text, f"key-{next(self._keys)}", fingerprint_of(repr(command)), some_id(99), self.now
        )
        return await self.engine.run(context, lambda work: use_case(command, work))

    async def calls(self, cell: str | None = None, at: datetime | None = None, **told: Any) -> UUID:
        """A customer asks for help; the request's id."""
        request_id = some_id(next(self._ids))
        call = replace(CALL, cell=cell or CALL.cell, **told)
        await self.run(request_service, RequestService(THE_CUSTOMER, request_id, call, at or self.now))
        return request_id

    async def on_duty(self, cell: str, able: Sequence[Capability] = TOWING) -> tuple[Actor, UUID]:
        """A company with one truck goes on shift; who it is, and the shift's id."""
        provider_id, crew_id, truck_id, shift_id = (some_id(next(self._ids)) for _ in range(4))
        who = Actor(Role.PROVIDER, provider_id, TENANT)
        await self.run(register_provider, RegisterProvider(DESK_ACTOR, provider_id, PROFILE, self.now))
        await self.run(add_crew_member, AddCrewMember(who, provider_id, crew_id, tuple(able), self.now))
        await self.run(add_truck, AddTruck(who, provider_id, truck_id, tuple(able), self.now))
        await self.run(start_shift, StartShift(who, provider_id, shift_id, crew_id, truck_id, cell, self.now))
        return who, shift_id

    def request(self, request_id: UUID) -> RequestRow:
        """How the request stands."""
        return next(row for row in self.board.rows(request_board) if row.request_id == request_id)

    def offers(self, request_id: UUID) -> list[JobRow]:
        """All offers of a request, the oldest first."""
        return [row for row in self.board.rows(provider_jobs) if row.request_id == request_id]

    def live_offer(self, request_id: UUID) -> JobRow:
        """The offer that is out."""
        (out,) = (row for row in self.offers(request_id) if row.state == "made")
        return out

    def timer(self, subject_id: UUID) -> TimerRow | None:
        """What a request, an offer or a shift waits for."""
        return next((row for row in self.board.rows(timers) if row.subject_id == subject_id), None)

    def topics(self, subject_id: UUID) -> list[str]:
        """All that happened to one thing, in short."""
        return [event.topic.partition(".")[2] for event in self.log.events if event.stream_id == subject_id]

    async def says_it_is_at(self, shift_id: UUID, kilometres: float, at: datetime | None = None) -> None:
        """A ping, so far north of the breakdown."""
        ping = Ping(at or self.now, 12.9716 + kilometres / 111.195, 77.5946, 10.0)
        await self.positions.keep(TENANT, [Seen(shift_id, ping, self.now)])

    async def declines(self, who: Actor, request_id: UUID, reason: DeclineReason = DeclineReason.TOO_FAR) -> None:
        offer_id = self.live_offer(request_id).offer_id
        await self.run(decline_offer, DeclineOffer(who, offer_id, reason, self.now))

    async def takes(self, who: Actor, offer_id: UUID) -> None:
        await self.run(accept_offer, AcceptOffer(who, offer_id, self.now))

    async def accepts(self, who: Actor, request_id: UUID) -> None:
        await self.run(accept_offer, AcceptOffer(who, self.live_offer(request_id).offer_id, self.now))
