"""How do the demo city's companies get to work, drive, rest and go home?

Whoever registers or goes on duty asks the API first who they are: a demo that is started again finds its people there.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from interfaces.demo.companies import EVERY_VEHICLE, LIGHT_VEHICLES, Company
from interfaces.demo.places import Point, between
from interfaces.simulation.acts import location
from interfaces.simulation.api import Answer, GaveUp, Refused, Who

if TYPE_CHECKING:
    from collections.abc import Iterable

    from interfaces.demo.manners import DemoManners
    from interfaces.simulation.acts import Acts
    from interfaces.simulation.day import Pace

# Companies that sign up at the same time: the rest of the machine is starting, too.
MOST_AT_ONCE: Final = 4
# What a phone does: often while it moves, seldom while it lies there.
PING_MOVING_S: Final = 5.0
PING_STILL_S: Final = 30.0


@dataclass(slots=True)
class Crew:
    """One company's crew with its truck, as the API knows it, and where it is."""

    company: Company
    provider_id: str = ""
    crew_id: str = ""
    truck_id: str = ""
    shift_id: str = ""
    on_duty_since: datetime | None = None
    is_sent_home: bool = False
    _from: Point = field(init=False)
    _to: Point = field(init=False)
    _left_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _there_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    pinged_at: datetime | None = None

    def __post_init__(self) -> None:
        """It begins at its base."""
        self._from = self._to = self.company.base

    @property
    def who(self) -> Who:
        """As whom it speaks."""
        return Who("provider", self.provider_id)

    def set_out(self, to: Point | None, seconds: float) -> None:
        """See ``interfaces.simulation.job.Crew``."""
        if to is not None:
            now = datetime.now(UTC)
            self._from, self._to = self.place(now), to
            self._left_at, self._there_at = now, now + timedelta(seconds=seconds)

    def stand(self, at: Point) -> None:
        """It is here, and not on the way anywhere."""
        self._from = self._to = at

    def place(self, now: datetime) -> Point:
        """Where it is: as far along the straight way as the time along the drive."""
        length = (self._there_at - self._left_at).total_seconds()
        share = 1.0 if length <= 0 else (now - self._left_at).total_seconds() / length
        return between(self._from, self._to, share)

    def moves(self, now: datetime) -> bool:
        """Whether it drives."""
        return now < self._there_at and self._from != self._to

    def is_due(self, now: datetime) -> bool:
        """Whether it is time for another ping."""
        if not self.shift_id:
            return False
        every_s = PING_MOVING_S if self.moves(now) else PING_STILL_S
        return self.pinged_at is None or (now - self.pinged_at).total_seconds() >= every_s


class Crews:
    """Everyone who works in the demo city."""

    def __init__(self, acts: Acts, companies: Iterable[Company], manners: DemoManners, pace: Pace) -> None:
        self._acts = acts
        self._manners = manners
        self._pace = pace
        self.all = [Crew(company) for company in companies]

    def of_provider(self, provider_id: object) -> Crew | None:
        """The crew of that company, if it is one of ours."""
        return next((crew for crew in self.all if crew.provider_id == provider_id), None)

    async def go_on_duty(self) -> None:
        """Sign up who is not, and begin every shift that has not begun; raises Refused or GaveUp."""
        at_once = asyncio.Semaphore(MOST_AT_ONCE)
        known = await self._registered(at_once)

        async def one(crew: Crew) -> None:
            async with at_once:
                await self._sign_up(crew, known.get(crew.company.name))
                await self.begin_shift(crew)

        await asyncio.gather(*(one(crew) for crew in self.all))

    async def begin_shift(self, crew: Crew) -> None:
        """On duty from now, or still."""
        now = datetime.now(UTC)
        running = (await self._acts.api.ask(crew.who, "/v1/shifts", provider_id=crew.provider_id))["data"]
        if running:
            crew.shift_id = running[0]["id"]
            crew.stand(await self._last_seen(crew))
        else:
            body = {
                "provider_id": crew.provider_id,
                "crew_id": crew.crew_id,
                "truck_id": crew.truck_id,
                "location": location(crew.place(now)),
            }
            key = f"/shift/{crew.provider_id}/{now:%Y%m%dT%H%M}"
            crew.shift_id = (await self._acts.say(crew.who, "/v1/shifts", body, note="on_duty", key=key))["id"]
        crew.on_duty_since = now
        crew.is_sent_home = False

    async def after_job(self, crew: Crew, request_id: str) -> None:
        """Go home when the day was long enough, rest sometimes; raises Refused or GaveUp."""
        long_enough = timedelta(seconds=self._manners.shift_s(crew.shift_id) / self._pace.speed)
        if crew.on_duty_since is not None and datetime.now(UTC) - crew.on_duty_since > long_enough:
            ended, crew.shift_id = crew.shift_id, ""
            await self._acts.say(crew.who, f"/v1/shifts/{ended}/end", note="off_duty")
            await self._pace.take(self._manners.off_duty_s(ended))
            crew.stand(crew.company.base)
            await self.begin_shift(crew)
        elif self._manners.takes_break(request_id):
            path = f"/v1/shifts/{crew.shift_id}/break"
            await self._acts.say(crew.who, path, note="breaks", key=f"{path}/{request_id}")
            await self._rest(crew, request_id)

    async def _rest(self, crew: Crew, request_id: str) -> None:
        await self._pace.take(self._manners.break_s(request_id))
        back = {"location": location(crew.place(datetime.now(UTC)))}
        path = f"/v1/shifts/{crew.shift_id}/break-end"
        await self._acts.say(crew.who, path, back, key=f"{path}/{request_id}")

    async def ping(self, crew: Crew, now: datetime) -> None:
        """Say where it is, once; a ping that is refused or lost is followed by the next one."""
        crew.pinged_at = now
        try:
            answer = await self._acts.ping(crew.who, crew.shift_id, crew.place(now), now.isoformat())
        except (Refused, GaveUp) as error:
            self._acts.journal.note("pings_lost")
            self._acts.journal.fault(f"ping: {error}")
            return
        self._acts.journal.note("pings")
        if answer["refused"]:
            self._acts.journal.note("pings_refused")
        if any(one["code"] == "unknown_shift" for one in answer["refused"]):
            crew.shift_id, crew.is_sent_home = "", True

    async def _sign_up(self, crew: Crew, provider_id: str | None) -> None:
        company, key = crew.company, f"/provider/{crew.company.number}"
        if provider_id is None:
            joins = {"name": company.name, "phone": company.phone}
            made = await self._acts.say(self._acts.desk, "/v1/providers", joins, note="registered", key=key)
            provider_id = str(made["id"])
        crew.provider_id = provider_id
        path = f"/v1/providers/{provider_id}"
        known = await self._acts.api.ask(crew.who, path)
        if known["crew"]:
            crew.crew_id = known["crew"][0]["crew_id"]
        else:
            skills = {"skills": list(company.capabilities)}
            crew.crew_id = (await self._acts.say(crew.who, f"{path}/crew-members", skills, key=f"{key}/crew"))[
                "crew_id"
            ]
        if known["trucks"]:
            crew.truck_id = known["trucks"][0]["truck_id"]
        else:
            carries = EVERY_VEHICLE if company.is_heavy else LIGHT_VEHICLES
            truck = {"equipment": list(company.capabilities), "vehicle_classes": list(carries)}
            crew.truck_id = (await self._acts.say(crew.who, f"{path}/trucks", truck, key=f"{key}/truck"))["truck_id"]

    async def _registered(self, at_once: asyncio.Semaphore) -> dict[str, str]:
        """Companies that registered before, by name; the idempotency key alone would remember them for a month only."""
        desk, api = self._acts.desk, self._acts.api

        async def read(provider_id: str) -> Answer:
            async with at_once:
                return await api.ask(desk, f"/v1/providers/{provider_id}")

        listed = await api.ask_all(desk, "/v1/providers")
        return {told["name"]: told["id"] for told in await asyncio.gather(*(read(str(row["id"])) for row in listed))}

    async def _last_seen(self, crew: Crew) -> Point:
        try:
            seen = await self._acts.api.ask(crew.who, f"/v1/shifts/{crew.shift_id}/position")
        except Refused:
            return crew.company.base
        return float(seen["location"]["lat"]), float(seen["location"]["lng"])
