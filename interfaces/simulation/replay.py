"""How is a recorded day played through the API, from the first shift to the last reckoning?"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from interfaces.simulation.acts import REQUESTS, Acts
from interfaces.simulation.api import Api, GaveUp, Refused, Tally
from interfaces.simulation.callers import Callers
from interfaces.simulation.day import Journal, Pace
from interfaces.simulation.fleet import Fleet
from interfaces.simulation.job import ENDED
from interfaces.simulation.prices import charge
from interfaces.simulation.reckoning import Reckoning, reckon

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from interfaces.simulation.recorded_calls import Recorded
    from interfaces.simulation.sites import Site

# How often the desk is asked what is still open, once every call was made.
LOOK_S: Final = 1.0
# A second more between two looks for every so many rows that have to be read at each.
ROWS_A_LOOK: Final = 400
BALANCES: Final = "/v1/ledger/balances"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long anything is waited for."""

    give_up_after_s: float
    """How long one command or query is tried while the API is away."""
    patience_s: float
    """How long nothing at all may happen before what is still open counts as stuck."""


@dataclass(frozen=True, slots=True)
class Script:
    """What is to be played. ``speed`` scales the people, never the stack."""

    url: str
    tenant: str
    run: str
    speed: float
    seed: int
    decline_percent: int
    limits: Limits
    tariff: bool = False
    """Whether the desk publishes prices first: then calls are quoted, confirmed and paid."""
    pay: str = "cash"


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
    api = Api(script.url, script.tenant, script.limits.give_up_after_s)
    try:
        await api.check()
        journal = Journal()
        acts = Acts(api, script.run, journal)
        fleet = Fleet(
            acts,
            sites,
            Pace(script.speed),
            journal,
            seed=script.seed,
            decline_percent=script.decline_percent,
        )
        callers = Callers(acts, calls, journal, script.pay)
        watch = asyncio.create_task(_watch(journal, watching))
        try:
            if script.tariff:
                await charge(acts, (calls[0].lat, calls[0].lng))
            await fleet.go_on_duty()
            await _the_day(script, fleet, callers, acts)
            reckoning = await _read_back(script, fleet, callers, calls, acts)
        finally:
            watch.cancel()
        watching(journal)
    finally:
        await api.close()
    return Played(reckoning, journal, api.tally, time.monotonic() - began, journal.faults)


async def _the_day(script: Script, fleet: Fleet, callers: Callers, acts: Acts) -> None:
    working = asyncio.create_task(fleet.work())
    stuck = False
    try:
        await callers.call_for_help(script.speed)
        while not stuck and await _is_going_on(acts):
            if time.monotonic() - acts.journal.happened_at > script.limits.patience_s:
                acts.journal.fault(f"nothing happened for {script.limits.patience_s:.0f} s")
                stuck = True
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
    if not stuck:
        await fleet.go_off_duty()


async def _is_going_on(acts: Acts) -> bool:
    """Whether any request is not at its end; then some time has passed, the more the longer the list is."""
    try:
        rows = await acts.api.ask_all(acts.desk, REQUESTS, min_position=acts.journal.position)
    except (GaveUp, Refused) as error:
        acts.journal.fault(str(error))
        rows = []
    else:
        if all(row["state"] in ENDED for row in rows):
            return False
    await asyncio.sleep(LOOK_S * (1 + len(rows) // ROWS_A_LOOK))
    return True


async def _read_back(
    script: Script, fleet: Fleet, callers: Callers, calls: Sequence[Recorded], acts: Acts
) -> Reckoning:
    position = acts.journal.position
    requests = await acts.api.ask_all(fleet.desk, REQUESTS, min_position=position)
    offers = await acts.api.ask_all(fleet.desk, "/v1/offers", min_position=position)
    balances = await acts.api.ask_all(fleet.desk, BALANCES, min_position=position) if script.tariff else []
    return reckon(
        calls,
        {call.id: callers.customer_of(call) for call in calls},
        callers.request_ids,
        callers.refusals,
        requests,
        [offer for offer in offers if offer["provider_id"] in fleet.provider_ids],
        balances,
    )


async def _watch(journal: Journal, watching: Callable[[Journal], None]) -> None:
    while True:
        watching(journal)
        await asyncio.sleep(0.2)
