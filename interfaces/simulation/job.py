"""How does a simulated crew see one job through, from setting out to being paid, wherever it stands when they begin?

The state of the request says what comes next, as it would in a provider's app; whatever somebody else did meanwhile (a
cancellation, the desk, another process of ours before it was killed) is found by looking again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from interfaces.simulation import reading
from interfaces.simulation.api import Answer, Refused, Who

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from interfaces.simulation.acts import Acts, Point
    from interfaces.simulation.day import Pace

ENDED: Final = frozenset(
    {"completed", "cancelled", "gone_on_arrival", "unsuccessful", "unfulfilled", "expired", "merged"}
)
"""States of a request that nothing leaves."""

STEPS: Final = (
    "assigned",
    "en_route",
    "on_scene",
    "in_service",
    "loaded",
    "in_transit",
    "at_drop",
    "work_done",
    "fare_review",
    "settling",
)
"""States of a request in which a crew has something to do."""

OVERTAKEN: Final = frozenset({"out_of_turn", "request_closed", "stale_version", "not_found", "not_allowed"})
"""Refusals that mean: somebody else acted meanwhile, look again."""
# Looking again so often without coming further is no coincidence any more.
MOST_LOOKS: Final = 5


class Crew(Protocol):
    """One crew with its truck, as a job needs it."""

    @property
    def who(self) -> Who:
        """As whom it speaks."""
        ...

    def set_out(self, to: Point | None, seconds: float) -> None:
        """It drives there in so many seconds of the clock from now."""
        ...


@dataclass(slots=True)
class Job:
    """One accepted offer and what is known of it so far."""

    offer: Answer
    row: Answer
    place: Point | None = None
    drop: Point | None = None
    is_told: bool = False
    """Whether the crew knows where the vehicle is and where it goes."""

    def heard(self, answer: Answer) -> None:
        """The last act was answered: that is where the request stands now, without asking for it."""
        self.row = {**self.row, **answer, "updated_at": datetime.now(UTC).isoformat()}

    @property
    def request_id(self) -> str:
        """Whose job it is."""
        return str(self.offer["request_id"])

    @property
    def customer(self) -> Who:
        """The customer, who stands beside the crew and acts with a token of their own."""
        return Who("customer", str(self.row["customer_id"]))

    @property
    def version(self) -> int:
        """How far the request's story had come when it was looked at.

        Part of every key: after another act the same step is a new one, after a kill it is the same.
        """
        return int(self.row["version"])

    @property
    def is_priced(self) -> bool:
        """Whether it costs anything: then work begins with the customer's code and ends with being paid."""
        return reading.is_priced(self.row)


class Manners(Protocol):
    """How long things take in the day, by lot or by rule; in seconds."""

    def takes_s(self, state: str, job: Job) -> float:
        """From reaching that state of the request to the act that leaves it."""
        ...


class JobRun:
    """Sees jobs through; one for all crews of a day."""

    def __init__(self, acts: Acts, pace: Pace, manners: Manners) -> None:
        self._acts = acts
        self._pace = pace
        self._manners = manners
        acts_in_turn = (
            self._set_out,
            self._arrive,
            self._start,
            self._finish_on_scene,
            self._leave_with_vehicle,
            self._reach_drop,
            self._deliver,
            self._have_price_agreed,
            self._have_fare_agreed,
            self._collect_cash,
        )
        self._steps: dict[str, Callable[[Crew, Job], Awaitable[Answer]]] = dict(zip(STEPS, acts_in_turn, strict=True))

    async def see_through(self, crew: Crew, offer: Answer) -> str:
        """From wherever it stands to where this crew has nothing left to do; the last state.

        Raises Refused when the API says no to a step that is in turn, GaveUp.
        """
        looks = 0
        job = await self._looked_at(offer)
        while True:
            state = str(job.row["state"])
            if state not in self._steps or job.row["offer_id"] not in {None, offer["id"]} or looks > MOST_LOOKS:
                return state
            try:
                await self._prepare(crew, job, state)
                await self._take_time(job, state)
                job.heard(await self._steps[state](crew, job))
            except Refused as refused:
                if refused.code not in OVERTAKEN:
                    raise
                self._acts.journal.note("overtaken")
                job = await self._looked_at(offer)
            looks = looks + 1 if job.row["state"] == state else 0

    async def _looked_at(self, offer: Answer) -> Job:
        return Job(offer, await self._acts.row(str(offer["request_id"])))

    async def _prepare(self, crew: Crew, job: Job, state: str) -> None:
        """What has to be known on the way: where the vehicle is, where it goes."""
        if state not in {"en_route", "on_scene", "in_service", "loaded", "in_transit"}:
            return
        if not job.is_told:
            told = await self._acts.customer_details(crew.who, job.request_id)
            job.place, job.drop = _point(told.get("location")), _point(told.get("drop_location"))
            job.is_told = True
        if state == "en_route":
            crew.set_out(job.place, self._left_s(job, state))
        elif state == "in_transit":
            crew.set_out(job.drop, self._left_s(job, state))

    async def _take_time(self, job: Job, state: str) -> None:
        await asyncio.sleep(self._left_s(job, state))

    def _left_s(self, job: Job, state: str) -> float:
        """Seconds of the clock until the act is due: none when we were away for longer."""
        since = datetime.fromisoformat(str(job.row["updated_at"]))
        age_s = max(0.0, (datetime.now(UTC) - since).total_seconds())
        return max(0.0, self._manners.takes_s(state, job) / self._pace.speed - age_s)

    async def _set_out(self, crew: Crew, job: Job) -> Answer:
        return await self._acts.report(crew.who, job, "en-route")

    async def _arrive(self, crew: Crew, job: Job) -> Answer:
        body: dict[str, object] = {} if job.place is None else {"location": _shown(job.place)}
        return await self._acts.report(crew.who, job, "arrival", body, note="on_scene")

    async def _start(self, crew: Crew, job: Job) -> Answer:
        """What is priced begins with the customer's code; what is not needs none and is finished at once."""
        if not job.is_priced:
            return await self._acts.report(crew.who, job, "completion", note="completed")
        code = await self._acts.start_code(job.customer, job.request_id)
        return await self._acts.report(crew.who, job, "start", {"code": code}, note="started")

    async def _finish_on_scene(self, crew: Crew, job: Job) -> Answer:
        await self._photograph(crew, job, "vehicle_before", job.place)
        if job.drop is None:
            await self._photograph(crew, job, "work_done", job.place)
            return await self._complete(crew, job)
        return await self._acts.report(crew.who, job, "loading")

    async def _leave_with_vehicle(self, crew: Crew, job: Job) -> Answer:
        return await self._acts.report(crew.who, job, "transit")

    async def _reach_drop(self, crew: Crew, job: Job) -> Answer:
        body: dict[str, object] = {} if job.drop is None else {"location": _shown(job.drop)}
        return await self._acts.report(crew.who, job, "drop-arrival", body)

    async def _deliver(self, crew: Crew, job: Job) -> Answer:
        await self._photograph(crew, job, "vehicle_delivered", job.drop)
        job.heard(await self._acts.report(crew.who, job, "delivery"))
        return await self._complete(crew, job)

    async def _complete(self, crew: Crew, job: Job) -> Answer:
        answer = await self._acts.report(crew.who, job, "completion", note="work_done")
        if answer["state"] == "completed":
            self._acts.journal.note("completed", answer)
        return answer

    async def _have_fare_agreed(self, crew: Crew, job: Job) -> Answer:
        _ = crew
        fare = reading.fare_of(job.row) or {}
        return await self._acts.approve_fare(job.customer, job.request_id, int(fare.get("version", 1)))

    async def _have_price_agreed(self, crew: Crew, job: Job) -> Answer:
        """An emergency was helped before anybody spoke of money."""
        quote = reading.quote_of(job.row)
        if quote is not None and not reading.is_confirmed(job.row):
            job.heard(await self._acts.confirm(job.customer, job.request_id, int(quote["version"]), "cash"))
        return await self._acts.report(crew.who, job, "fare", {"parts_minor": 0}, note="fare_proposed")

    async def _collect_cash(self, crew: Crew, job: Job) -> Answer:
        fare = reading.fare_of(job.row) or {}
        owed = {"amount_minor": fare.get("total_minor"), "currency": fare.get("currency")}
        answer = await self._acts.report(crew.who, job, "cash-collection", owed, note="cash_collected")
        if answer["state"] == "completed":
            self._acts.journal.note("completed", answer)
        return answer

    async def _photograph(self, crew: Crew, job: Job, kind: str, place: Point | None) -> None:
        job.heard(await self._acts.evidence(crew.who, job, kind, str(job.row["updated_at"]), place))


def _point(told: object) -> Point | None:
    if not isinstance(told, dict):
        return None
    return float(told["lat"]), float(told["lng"])


def _shown(place: Point) -> dict[str, float]:
    return {"lat": place[0], "lng": place[1]}
