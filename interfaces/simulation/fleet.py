"""How do simulated providers work? On duty they answer offers, drive, arrive and complete, through the API alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from interfaces.simulation.acts import REQUESTS, TOO_LATE, Acts, Point
from interfaces.simulation.api import GaveUp, Refused, Who
from interfaces.simulation.day import Journal, Pace, lot
from interfaces.simulation.job import ENDED, JobRun

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from interfaces.simulation.job import Job
    from interfaces.simulation.recorded_calls import Recorded
    from interfaces.simulation.sites import Site

ABLE: Final = ("tow", "flatbed_tow", "flat_tyre", "battery_jump", "fuel_delivery", "lockout", "mechanic", "winch_out")
# The list of open offers is asked for once for all providers, this often: an app's own polling would be slower.
POLL_S: Final = 0.2
# Companies that sign up at the same time.
MOST_AT_ONCE: Final = 8

# How far a road is beyond the straight line, and how fast a truck gets on: the standard benchmark's figures.
DETOUR: Final = 1.35
METRES_PER_SECOND: Final = 35 / 3.6
MINUTE: Final = 60
BASE_MIN: Final = {"disabled_vehicle": 15}
OTHER_BASE_MIN: Final = 20
SPREAD_MIN: Final = 31

# Between hearing of an offer and answering it.
THINK_S: Final = (5, 15)
# A call that so many declined is taken by whoever is asked next: the day must end.
MOST_DECLINES: Final = 3
REASONS: Final = ("too_far", "busy", "shift_ending", "other")


@dataclass(slots=True)
class Crew:
    """One provider with one truck, as the API knows it."""

    number: int
    site: Site
    provider_id: str = ""
    shift_id: str = ""

    @property
    def who(self) -> Who:
        """As whom it speaks."""
        return Who("provider", self.provider_id)

    def set_out(self, to: Point | None, seconds: float) -> None:
        """See ``interfaces.simulation.job.Crew``; nobody looks where it is on the way."""


class Fleet:
    """Every provider of the day. ``decline_percent`` of the offers are declined, by lot."""

    def __init__(
        self, acts: Acts, sites: Sequence[Site], pace: Pace, journal: Journal, seed: int, decline_percent: int
    ) -> None:
        self._acts = acts
        self._pace = pace
        self._journal = journal
        self._seed = seed
        self._decline_percent = decline_percent
        self._crews = [Crew(number, site) for number, site in enumerate(sites)]
        self._known: set[str] = set()
        self._jobs: set[asyncio.Task[None]] = set()
        self.desk = acts.desk
        self._runs = JobRun(acts, pace, Benchmark(journal))

    @property
    def provider_ids(self) -> frozenset[str]:
        """Those who were on duty."""
        return frozenset(crew.provider_id for crew in self._crews)

    async def go_on_duty(self) -> None:
        """Sign every provider up and start its shift at its site; raises Refused or GaveUp."""
        await _each(self._crews, self._sign_up)

    async def go_off_duty(self) -> None:
        """End every shift; raises Refused or GaveUp."""
        await _each(self._crews, self._go_home)

    async def work(self) -> None:
        """Answer offers until cancelled. A day that is played again goes on with the jobs that were begun."""
        of_ours = {crew.provider_id: crew for crew in self._crews}
        goes_on = False
        try:
            while True:
                try:
                    if not goes_on:
                        await self._go_on(of_ours)
                        goes_on = True
                    for offer in await self._acts.api.ask_all(self.desk, "/v1/offers", state="made"):
                        self._take_notice(offer, of_ours.get(offer["provider_id"]))
                except (Refused, GaveUp) as error:
                    self._journal.fault(str(error))
                await asyncio.sleep(POLL_S)
        finally:
            for job in self._jobs:
                job.cancel()

    async def _go_on(self, of_ours: dict[str, Crew]) -> None:
        """Take up the jobs that a replay of the same name had begun."""
        for row in await self._acts.api.ask_all(self.desk, REQUESTS):
            crew = of_ours.get(row["provider_id"] or "")
            if crew is not None and row["state"] not in ENDED:
                self._take_notice(await self._acts.api.ask(crew.who, f"/v1/offers/{row['offer_id']}"), crew)

    def _take_notice(self, offer: dict[str, Any], crew: Crew | None) -> None:
        if crew is None or offer["id"] in self._known:
            return
        self._known.add(offer["id"])
        job = asyncio.create_task(self._see_to(crew, offer))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _sign_up(self, crew: Crew) -> None:
        key = f"/provider/{crew.number}"
        company = {"name": crew.site.name[:120], "phone": f"+1610555{crew.number % 10_000:04d}"}
        crew.provider_id = (await self._acts.say(self.desk, "/v1/providers", company, key=key))["id"]
        path = f"/v1/providers/{crew.provider_id}"
        able = list(ABLE)
        member = await self._acts.say(crew.who, f"{path}/crew-members", {"skills": able}, key=f"{key}/crew")
        truck = await self._acts.say(crew.who, f"{path}/trucks", {"equipment": able}, key=f"{key}/truck")
        shift = {
            "provider_id": crew.provider_id,
            "crew_id": member["crew_id"],
            "truck_id": truck["truck_id"],
            "location": {"lat": crew.site.lat, "lng": crew.site.lng},
        }
        started = await self._acts.say(crew.who, "/v1/shifts", shift, note="on_duty", key=f"{key}/shift")
        crew.shift_id = started["id"]

    async def _go_home(self, crew: Crew) -> None:
        await self._acts.say(crew.who, f"/v1/shifts/{crew.shift_id}/end", note="off_duty", key=f"/end/{crew.number}")

    async def _see_to(self, crew: Crew, offer: dict[str, Any]) -> None:
        try:
            call = await self._journal.call_of(offer["request_id"])
            if offer["state"] != "made" or await self._answer(crew, offer, call):
                await self._runs.see_through(crew, offer)
        except (Refused, GaveUp) as error:
            self._journal.fault(f"offer {offer['id']}: {error}")

    async def _answer(self, crew: Crew, offer: dict[str, Any], call: Recorded | None) -> bool:
        """Whether the provider has the job now."""
        least, most = THINK_S
        about = (self._seed, call.id if call else offer["request_id"], crew.number)
        await self._pace.take(least + lot("think", *about) % (most - least + 1))
        request_id = offer["request_id"]
        wants = lot("decline", *about) % 100 >= self._decline_percent
        try:
            if not wants and self._journal.declined[request_id] < MOST_DECLINES:
                self._journal.declined[request_id] += 1
                await self._acts.decline(crew.who, offer["id"], REASONS[lot("reason", *about) % len(REASONS)])
                return False
            await self._acts.accept(crew.who, offer["id"])
        except Refused as refused:
            if refused.code not in TOO_LATE:
                raise
            self._journal.note("too_late")
            return False
        return True


class Benchmark:
    """How long things take by the standard benchmark; what it does not speak of takes no time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def takes_s(self, state: str, job: Job) -> float:
        """See ``interfaces.simulation.job.Manners``."""
        if state == "en_route":
            return float(job.offer["distance_m"]) * DETOUR / METRES_PER_SECOND
        if state == "in_service" or (state == "on_scene" and not job.is_priced):
            return work_s(self._journal.known_call(job.request_id), job.request_id)
        return 0.0


def work_s(call: Recorded | None, otherwise: str) -> int:
    """Seconds of work on scene: the standard benchmark's minutes, by a lot that the recorded row draws."""
    base_min = BASE_MIN.get(call.kind, OTHER_BASE_MIN) if call else OTHER_BASE_MIN
    return MINUTE * (base_min + lot(call.id if call else otherwise) % SPREAD_MIN)


async def _each(crews: Sequence[Crew], act: Callable[[Crew], Awaitable[None]]) -> None:
    at_once = asyncio.Semaphore(MOST_AT_ONCE)

    async def one(crew: Crew) -> None:
        async with at_once:
            await act(crew)

    await asyncio.gather(*(one(crew) for crew in crews))
