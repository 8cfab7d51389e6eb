"""How do simulated providers work? On duty they answer offers, drive, arrive and complete, through the API alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from interfaces.simulation.api import Api, GaveUp, Refused, Who
from interfaces.simulation.day import Journal, Pace, lot, person

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

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

UNDER_WAY: Final = ("made", "accepted", "en_route", "on_scene")
"""States of an offer in which the provider has something to do."""


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


class Fleet:
    """Every provider of the day. ``decline_percent`` of the offers are declined, by lot."""

    def __init__(
        self, api: Api, run: str, sites: Sequence[Site], pace: Pace, journal: Journal, seed: int, decline_percent: int
    ) -> None:
        self._api = api
        self._run = run
        self._pace = pace
        self._journal = journal
        self._seed = seed
        self._decline_percent = decline_percent
        self._crews = [Crew(number, site) for number, site in enumerate(sites)]
        self._known: set[str] = set()
        self._jobs: set[asyncio.Task[None]] = set()
        self.desk = Who("dispatcher", person(run, "desk"))

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
        states: tuple[str, ...] = UNDER_WAY
        try:
            while True:
                try:
                    for state in states:
                        for offer in await self._api.ask_all(self.desk, "/v1/offers", state=state):
                            self._take_notice(offer, of_ours.get(offer["provider_id"]))
                    states = ("made",)
                except (Refused, GaveUp) as error:
                    self._journal.fault(str(error))
                await asyncio.sleep(POLL_S)
        finally:
            for job in self._jobs:
                job.cancel()

    def _take_notice(self, offer: dict[str, Any], crew: Crew | None) -> None:
        if crew is None or offer["id"] in self._known:
            return
        self._known.add(offer["id"])
        job = asyncio.create_task(self._see_to(crew, offer))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _sign_up(self, crew: Crew) -> None:
        key = f"{self._run}/provider/{crew.number}"
        company = {"name": crew.site.name[:120], "phone": f"+1610555{crew.number % 10_000:04d}"}
        made = await self._api.order(self.desk, "/v1/providers", key, company)
        crew.provider_id = made["id"]
        path = f"/v1/providers/{crew.provider_id}"
        member = await self._api.order(crew.who, f"{path}/crew-members", f"{key}/crew", {"skills": list(ABLE)})
        truck = await self._api.order(crew.who, f"{path}/trucks", f"{key}/truck", {"equipment": list(ABLE)})
        shift = {
            "provider_id": crew.provider_id,
            "crew_id": member["crew_id"],
            "truck_id": truck["truck_id"],
            "location": {"lat": crew.site.lat, "lng": crew.site.lng},
        }
        started = await self._api.order(crew.who, "/v1/shifts", f"{key}/shift", shift)
        crew.shift_id = started["id"]
        self._journal.note("on_duty", started)

    async def _go_home(self, crew: Crew) -> None:
        path = f"/v1/shifts/{crew.shift_id}/end"
        self._journal.note("off_duty", await self._api.order(crew.who, path, f"{self._run}/end/{crew.number}"))

    async def _see_to(self, crew: Crew, offer: dict[str, Any]) -> None:
        try:
            call = await self._journal.call_of(offer["request_id"])
            if offer["state"] == "made" and not await self._answer(crew, offer, call):
                return
            await self._do_the_job(crew, offer, call)
        except (Refused, GaveUp) as error:
            self._journal.fault(f"offer {offer['id']}: {error}")

    async def _answer(self, crew: Crew, offer: dict[str, Any], call: Recorded | None) -> bool:
        """Whether the provider has the job now."""
        least, most = THINK_S
        about = (self._seed, call.id if call else offer["request_id"], crew.number)
        await self._pace.take(least + lot("think", *about) % (most - least + 1))
        request_id = offer["request_id"]
        wants = lot("decline", *about) % 100 >= self._decline_percent
        if not wants and self._journal.declined[request_id] < MOST_DECLINES:
            self._journal.declined[request_id] += 1
            reason = {"reason": REASONS[lot("reason", *about) % len(REASONS)]}
            await self._say(crew, f"/v1/offers/{offer['id']}/decline", "declined", reason)
            return False
        try:
            await self._say(crew, f"/v1/offers/{offer['id']}/acceptance", "accepted")
        except Refused as refused:
            if refused.code not in {"offer_lapsed", "offer_closed"}:
                raise
            self._journal.note("too_late")
            return False
        return True

    async def _do_the_job(self, crew: Crew, offer: dict[str, Any], call: Recorded | None) -> None:
        """Drive, arrive, work, complete; from wherever the job stands."""
        path = f"/v1/service-requests/{offer['request_id']}"
        if offer["state"] in {"made", "accepted"}:
            await self._say(crew, f"{path}/en-route", "en_route")
        if offer["state"] != "on_scene":
            await self._pace.take(offer["distance_m"] * DETOUR / METRES_PER_SECOND)
            # Whoever reads what it wrote says from where on: the board may be behind, and this provider not on it yet.
            details = await self._api.ask(crew.who, f"{path}/customer-details", min_position=self._journal.position)
            there = {"location": details["location"]} if details["location"] else {}
            await self._say(crew, f"{path}/arrival", "on_scene", there)
        await self._pace.take(work_s(call, offer["request_id"]))
        await self._say(crew, f"{path}/completion", "completed")

    async def _say(self, crew: Crew, path: str, what: str, body: Mapping[str, object] | None = None) -> None:
        answer = await self._api.order(crew.who, path, f"{self._run}{path}", body)
        self._journal.note(what, answer)


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
