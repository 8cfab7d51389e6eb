"""How is a recorded day played through the API, from the first shift to the last reckoning?"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from interfaces.simulation.api import Api, GaveUp, Refused, Tally
from interfaces.simulation.callers import Callers
from interfaces.simulation.day import Journal, Pace
from interfaces.simulation.fleet import Fleet
from interfaces.simulation.reckoning import TERMINAL, Reckoning, reckon

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from interfaces.simulation.recorded_calls import Recorded
    from interfaces.simulation.sites import Site

# How often the desk is asked what is still open, once every call was made.
LOOK_S: Final = 1.0
REQUESTS: Final = "/v1/service-requests"


@dataclass(frozen=True, slots=True)
class Script:
    """What is to be played. ``speed`` scales the people, never the stack."""

    url: str
    tenant: str
    run: str
    speed: float
    seed: int
    decline_percent: int
    give_up_after_s: float
    """How long one command or query is tried while the API is away."""
    patience_s: float
    """How long nothing at all may happen before what is still open counts as stuck."""


@dataclass(slots=True)
class Played:
    """What came of it."""

    reckoning: Reckoning
    journal: Journal
    tally: Tally
    wall_s: float
    faults: list[str] = field(default_factory=list)


async def play(
    script: Script,
    calls: Sequence[Recorded],
    sites: Sequence[Site],
    watching: Callable[[Journal], None] = lambda _journal: None,
) -> Played:
    """Play the day; ``watching`` is called a few times a second.

    Raises httpx.TransportError when nobody is there at all, Refused or GaveUp when the fleet cannot be set up.
    """
    began = time.monotonic()
    api = Api(script.url, script.tenant, script.give_up_after_s)
    try:
        await api.check()
        journal = Journal()
        fleet = Fleet(
            api,
            script.run,
            sites,
            Pace(script.speed),
            journal,
            seed=script.seed,
            decline_percent=script.decline_percent,
        )
        callers = Callers(api, script.run, calls, journal)
        watch = asyncio.create_task(_watch(journal, watching))
        try:
            await fleet.go_on_duty()
            await _the_day(script, fleet, callers, api, journal)
            reckoning = await _read_back(fleet, callers, calls, api, journal)
        finally:
            watch.cancel()
        watching(journal)
    finally:
        await api.close()
    return Played(reckoning, journal, api.tally, time.monotonic() - began, journal.faults)


async def _the_day(script: Script, fleet: Fleet, callers: Callers, api: Api, journal: Journal) -> None:
    working = asyncio.create_task(fleet.work())
    stuck = False
    try:
        await callers.call_for_help(script.speed)
        while await _open_requests(api, fleet, journal):
            if time.monotonic() - journal.happened_at > script.patience_s:
                journal.fault(f"nothing happened for {script.patience_s:.0f} s")
                stuck = True
                break
            await asyncio.sleep(LOOK_S)
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
    if not stuck:
        await fleet.go_off_duty()


async def _open_requests(api: Api, fleet: Fleet, journal: Journal) -> int:
    try:
        rows = await api.ask_all(fleet.desk, REQUESTS, min_position=journal.position)
    except (GaveUp, Refused) as error:
        journal.fault(str(error))
        return 1
    return sum(row["state"] not in TERMINAL for row in rows)


async def _read_back(
    fleet: Fleet, callers: Callers, calls: Sequence[Recorded], api: Api, journal: Journal
) -> Reckoning:
    requests = await api.ask_all(fleet.desk, REQUESTS, min_position=journal.position)
    offers = await api.ask_all(fleet.desk, "/v1/offers", min_position=journal.position)
    return reckon(
        calls,
        {call.id: callers.customer_of(call) for call in calls},
        callers.request_ids,
        callers.refusals,
        requests,
        [offer for offer in offers if offer["provider_id"] in fleet.provider_ids],
    )


async def _watch(journal: Journal, watching: Callable[[Journal], None]) -> None:
    while True:
        watching(journal)
        await asyncio.sleep(0.2)
