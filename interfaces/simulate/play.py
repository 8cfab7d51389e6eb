"""How does simulated time pass? From one instant at which something happens to the next, never faster, never idle."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from application.dispatch.approach import Pace
from application.dispatch.due import Rules
from application.dispatch.policies.catalogue import POLICIES, work_times_for
from application.dispatch.policies.closures import heeding_closures
from application.dispatch.rounds import Judgement, Limits
from application.search_plan import SearchPlan
from application.trade import FREE_EVERYWHERE
from interfaces.simulate.agenda import LAST, NEWS
from interfaces.simulate.office import Office
from interfaces.simulate.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from application.log import LoggedEvent
    from application.zones import ZoneMap
    from interfaces.simulate.demand import Demand
    from interfaces.simulate.job import Job
    from interfaces.simulate.script import Script
    from interfaces.simulate.supply import Supply
    from interfaces.simulate.truck import Truck

TENANT: Final = "simulation"
HOPELESS_AFTER: Final = timedelta(hours=4)
"""When nothing has happened for so long but dispatch looking and nobody answering, nobody will come any more."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EVERYWHERE: Final = SearchPlan(radii_m=())
"""A city is looked at as a whole at once: rings would only delay what is measured."""


@dataclass(frozen=True, slots=True)
class Played:
    """What a simulation came to."""

    script: Script
    jobs: tuple[Job, ...]
    trucks: tuple[Truck, ...]
    events: list[LoggedEvent] = field(repr=False)
    began_at: datetime
    ended_at: datetime
    refusals: int


def rules_and_limits(zones: ZoneMap) -> tuple[Rules, Limits]:
    """How searches go on, and how much a round does: as a deployment has it by default, without rings."""
    return Rules(replace(FREE_EVERYWHERE, search=EVERYWHERE, zones=zones)), Limits()


def judgement_for(script: Script, zones: ZoneMap) -> Judgement:
    """The policy by its name, kept away from closed zones as in the dispatcher.

    The engine guesses drives at the world's pace, and learns what work takes.
    """
    return Judgement(
        heeding_closures(POLICIES[script.policy](), zones),
        Pace(script.detour * 100, script.speed_kmh),
        work_times_for(script.policy),
    )


async def play(
    demand: Demand,
    supply: Supply,
    script: Script,
    tell: Callable[[int, int], None] = lambda _ended, _calls: None,
    zones: ZoneMap = FREE_EVERYWHERE.zones,
) -> Played:
    """Play all calls to their end; ``tell`` hears how many have ended of how many.

    ``zones`` tell dispatch what is closed; whoever calls is taken on wherever they are.
    """
    calls = demand.moved({call.id: script.jitter_of(call) for call in demand.calls}) if script.jitter_s else demand
    rules, limits = rules_and_limits(zones)
    office = Office(TENANT, judgement_for(script, zones), limits, rules)
    world = World(office, script, replace(rules.trade, zones=FREE_EVERYWHERE.zones))
    began_at = _opening(calls, supply)
    world.opens(calls.calls, supply.crews, began_at)
    at = await _pass(office, world, began_at, lambda: tell(world.ended, len(calls.calls)))
    await world.give_up(at)
    jobs = tuple(sorted(world.jobs.values(), key=lambda job: (job.call.at, job.call.id)))
    return Played(script, jobs, tuple(world.trucks.values()), office.log.events, began_at, at, office.refusals)


async def _pass(office: Office, world: World, at: datetime, tell: Callable[[], None]) -> datetime:
    """Let time pass until nothing happens any more; the last instant."""
    happened_at = at
    while True:
        upcoming = [each for each in (world.agenda.next_at(), office.next_look_at()) if each is not None]
        is_over = world.agenda.next_at() is None and world.ended == len(world.jobs)
        if not upcoming or is_over:
            return at
        at = max(at, min(upcoming))
        if world.agenda.next_at() is None and at - happened_at > HOPELESS_AFTER:
            return at
        if await _happens(office, world, at):
            happened_at = at
        tell()


async def _happens(office: Office, world: World, at: datetime) -> bool:
    """All of one instant: what the world does, what dispatch makes of it, and so on until both are at rest."""
    happened = await world.agenda.do(at, NEWS)
    await _decide(office, world, at)
    while await world.agenda.do(at, NEWS) or await world.agenda.do(at, LAST):
        happened = True
        await _decide(office, world, at)
    return happened


async def _decide(office: Office, world: World, at: datetime) -> None:
    await world.hear()
    await office.settle(at, world.hear)


def _opening(demand: Demand, supply: Supply) -> datetime:
    """When the first call comes in, or the first shift begins that has hours; any instant when nothing happens."""
    instants = [crew.starts_at for crew in supply.crews if crew.starts_at is not None]
    return min([*instants, *(call.at for call in demand.calls[:1])], default=EPOCH)
