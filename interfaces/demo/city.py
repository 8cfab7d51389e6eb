"""How does the demo city live, from the first zone to the last call, and go on after it was killed?

It keeps nothing of its own: calls are a function of the clock, and whatever is under way is found on the board.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Final

from interfaces.demo.companies import COMPANIES
from interfaces.demo.crews import Crew, Crews
from interfaces.demo.customers import DECIDING, Customers, until
from interfaces.demo.manners import DemoManners
from interfaces.demo.members import Members
from interfaces.demo.opening import draw_the_map
from interfaces.simulation.acts import REQUESTS, TOO_LATE, Acts
from interfaces.simulation.api import Answer, Api, GaveUp, Refused, Who
from interfaces.simulation.day import Journal, Pace, chance
from interfaces.simulation.job import ENDED, OVERTAKEN, STEPS, JobRun

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from interfaces.demo.demand import Demand

RUN: Final = "demo"
"""The name in every key and person's id: the same for every process that plays this city."""

# One look at all open offers a second serves forty phones: an app would be told, not ask.
OFFERS_S: Final = 1.0
# How often the board is looked through for whoever nobody sees to: after a kill, or when a step was refused.
BOARD_S: Final = 10.0
# Of these looks the first, and then one in ten minutes, is at every open request, however old.
THOROUGHLY_EVERY: Final = 60
OPEN: Final = (*sorted(DECIDING), *STEPS)
# Calls are planned so far ahead.
AHEAD: Final = timedelta(seconds=5)
# A call that is later than this when a demo starts again was somebody else's minute.
LATE: Final = timedelta(seconds=20)
# Calls in the first ten seconds of a city in which nothing happens yet.
OPENING_CALLS: Final = 6
# After a loop failed, or while the API is away.
PAUSE_S: Final = 5.0
# As long as a supervisor takes to bring anything back, and much longer than a restart.
GIVE_UP_AFTER_S: Final = 60.0
WALLET_SHARE: Final = 0.55


@dataclass(frozen=True, slots=True)
class Place:
    """Which city to live in, and how fast; ``checkout`` is where its people pay online, if they can."""

    url: str
    tenant: str
    speed: float
    seed: int
    checkout: str = ""


class City:
    """Everyone who lives there, in one process; ``tell`` hears faults and what a person at the terminal should know."""

    def __init__(self, place: Place, demand: Demand, api: Api, tell: Callable[[str], None]) -> None:
        self.journal = Journal()
        self.acts = Acts(api, RUN, self.journal)
        self._demand = demand
        self._tell = tell
        manners, pace = DemoManners(place.seed), Pace(place.speed)
        self._manners = manners
        self._pace = pace
        self.crews = Crews(self.acts, COMPANIES, manners, pace)
        self.customers = Customers(self.acts, manners, pace)
        self.members = Members(self.acts, place.checkout, self.customers.subject_of, self._member_breaks_down)
        self.customers.cover = self.members.cover
        self._jobs = JobRun(self.acts, pace, manners)
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def open(self) -> None:
        """Draw the map, publish the prices, and send everyone to work; again and again until it is done."""
        while True:
            try:
                await draw_the_map(self.acts)
                await self.crews.go_on_duty()
            except (Refused, GaveUp) as error:
                self._tell(f"the city cannot open yet: {error}")
                await asyncio.sleep(PAUSE_S)
            else:
                return

    async def live(self) -> None:
        """Until cancelled."""
        loops = (self._see_to_calls, self._answer_offers, self._see_to_the_board, self._ping, self.members.live)
        try:
            await asyncio.gather(*(self._for_ever(loop) for loop in loops))
        finally:
            for task in self._under_way.values():
                task.cancel()

    async def _for_ever(self, loop: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await loop()
            except (Refused, GaveUp) as error:
                self._tell(str(error))
            await asyncio.sleep(PAUSE_S)

    async def _see_to_calls(self) -> None:
        now = datetime.now(UTC)
        planned = now - LATE
        if not await self._open_rows():
            for call in self._demand.opening(now, OPENING_CALLS):
                self._begin(call.key, self._call_at(call.at, self.customers.call(call)))
        while True:
            ahead = datetime.now(UTC) + AHEAD
            for call in self._demand.between(planned, ahead):
                self._begin(call.key, self._call_at(call.at, self.customers.call(call)))
            planned = ahead
            await asyncio.sleep(AHEAD.total_seconds() / 2)

    def _member_breaks_down(self, number: int, at: datetime) -> None:
        """Once a day, so that somebody who watches need not wait until a member is drawn."""
        call = self._demand.of_member(number, at)
        self._begin(call.key, self.customers.call(call))

    async def _call_at(self, at: datetime, call: Coroutine[object, object, None]) -> None:
        try:
            await until(at)
        except asyncio.CancelledError:
            call.close()
            raise
        await call

    async def _answer_offers(self) -> None:
        while True:
            for offer in await self.acts.api.ask_all(self.acts.desk, "/v1/offers", state="made"):
                crew = self.crews.of_provider(offer["provider_id"])
                if crew is not None:
                    self._begin(str(offer["id"]), self._answer(crew, offer))
            await asyncio.sleep(OFFERS_S)

    async def _answer(self, crew: Crew, offer: Answer) -> None:
        try:
            accepted = await self._decide(crew, offer)
        except Refused as refused:
            if refused.code not in TOO_LATE | OVERTAKEN:
                raise
            self.journal.note("too_late")
            return
        if accepted:
            self._begin(str(offer["request_id"]), self._do_the_job(crew, offer))

    async def _decide(self, crew: Crew, offer: Answer) -> bool:
        """Whether the crew has the job now."""
        offer_id = str(offer["id"])
        await self.acts.delivered(crew.who, offer_id)
        answer = self._manners.answer(offer_id)
        if answer == "ignore":
            await until(datetime.fromisoformat(offer["lapses_at"]))
            return False
        await self._pace.take(self._manners.think_s(offer_id) / 2)
        await self.acts.seen(crew.who, offer_id)
        await self._pace.take(self._manners.think_s(offer_id) / 2)
        if answer == "decline":
            await self.acts.decline(crew.who, offer_id, self._manners.decline_reason(offer_id))
            return False
        await self.acts.accept(crew.who, offer_id)
        if self._manners.gives_back(offer_id):
            await self._pace.take(self._manners.think_s(offer_id))
            await self.acts.give_back(crew.who, str(offer["request_id"]), offer_id)
            return False
        return True

    async def _do_the_job(self, crew: Crew, offer: Answer) -> None:
        request_id = str(offer["request_id"])
        state = await self._jobs.see_through(crew, offer)
        if state == "completed":
            row = await self.acts.row(request_id)
            await self.customers.rate(Who("customer", str(row["customer_id"])), crew.who, request_id)
            await self.crews.after_job(crew, request_id)

    async def _see_to_the_board(self) -> None:
        """Go on with what was begun by a demo that was killed, or stopped at a step that was refused."""
        for look in count():
            for row in await self._open_rows(thoroughly=look % THOROUGHLY_EVERY == 0):
                request_id = str(row["id"])
                crew = self.crews.of_provider(row["provider_id"])
                if row["state"] in DECIDING:
                    customer = Who("customer", str(row["customer_id"]))
                    by_wallet = chance("wallet again", request_id) < WALLET_SHARE
                    self._begin(f"waits/{request_id}", self.customers.wait(customer, request_id, by_wallet=by_wallet))
                elif crew is not None and row["offer_id"] is not None:
                    self._begin(request_id, self._go_on(crew, row))
            await asyncio.sleep(BOARD_S)

    async def _go_on(self, crew: Crew, row: Answer) -> None:
        offer = await self.acts.api.ask(crew.who, f"/v1/offers/{row['offer_id']}")
        await self._do_the_job(crew, offer)

    async def _open_rows(self, *, thoroughly: bool = False) -> list[Answer]:
        """What is under way: it is among the newest, or was left long ago."""
        if thoroughly:
            pages = [await self.acts.api.ask_all(self.acts.desk, REQUESTS, state=state) for state in OPEN]
            return [row for page in pages for row in page]
        newest = await self.acts.api.ask(self.acts.desk, REQUESTS, limit=200)
        return [row for row in newest["data"] if row["state"] not in ENDED]

    async def _ping(self) -> None:
        while True:
            now = datetime.now(UTC)
            await asyncio.gather(*(self.crews.ping(crew, now) for crew in self.crews.all if crew.is_due(now)))
            for crew in self.crews.all:
                if crew.is_sent_home:
                    self._begin(f"back/{crew.provider_id}", self.crews.begin_shift(crew))
            await asyncio.sleep(1.0)

    def _begin(self, name: str, doing: Coroutine[object, object, None]) -> None:
        """Have it done, once at a time; what was refused is seen to at the next look at the board."""
        if name in self._under_way:
            doing.close()
            return
        task = asyncio.create_task(self._done(name, doing))
        self._under_way[name] = task
        task.add_done_callback(lambda _task: self._under_way.pop(name, None))

    async def _done(self, name: str, doing: Coroutine[object, object, None]) -> None:
        try:
            await doing
        except (Refused, GaveUp) as error:
            self.journal.note("faults")
            self._tell(f"{name}: {error}")
