"""What can simulated people say to the API, and in which words? The one place that knows addresses and bodies.

Every command's key is made of the day's name and of what is done to what, so that whoever was killed in the middle of a
job and goes on with it says nothing twice.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from interfaces.simulation.api import Answer, Api, Refused, Who
from interfaces.simulation.day import Journal, person

if TYPE_CHECKING:
    from collections.abc import Mapping

    from interfaces.simulation.job import Job

REQUESTS: Final = "/v1/service-requests"
TOO_LATE: Final = frozenset({"offer_lapsed", "offer_closed", "not_the_live_offer", "request_closed"})
"""Refusals that mean: the offer is somebody else's by now, or nobody's."""

# What somebody brings to the counter: ten tows' worth would lie there for nothing, one would be gone at once.
LEAST_TOP_UP_MINOR: Final = 500_000
Point = tuple[float, float]
"""Latitude and longitude in degrees."""


def location(place: Point) -> dict[str, float]:
    """A point as the API writes it."""
    return {"lat": place[0], "lng": place[1]}


class Acts:
    """Everything a customer, a provider or the desk of one simulated day says; raises Refused or GaveUp."""

    def __init__(self, api: Api, run: str, journal: Journal) -> None:
        self.api = api
        self.run = run
        self.journal = journal
        self.desk = Who("dispatcher", person(run, "desk"))

    async def say(
        self, who: Who, path: str, body: Mapping[str, object] | None = None, *, note: str = "", key: str = ""
    ) -> Answer:
        """One command; ``note`` is what the journal counts it as."""
        answer = await self.api.order(who, path, f"{self.run}{key or path}", body)
        if note:
            self.journal.note(note, answer)
        return answer

    async def row(self, request_id: str, who: Who | None = None) -> Answer:
        """A request as it stands after everything that was heard so far; the desk's view unless somebody else asks."""
        return await self.api.ask(who or self.desk, f"{REQUESTS}/{request_id}", min_position=self.journal.position)

    # Customers

    async def call(self, customer: Who, key: str, body: Mapping[str, object]) -> Answer:
        """Call for help; ``key`` is a fact of the call, so that it is made once however often it is sent."""
        return await self.say(customer, REQUESTS, body, note="called", key=f"/call/{key}")

    async def confirm(
        self, customer: Who, request_id: str, quote_version: int, method: str, *, again: bool = False
    ) -> Answer:
        """Take the price that was quoted and say how it will be paid; ``again`` after a refusal."""
        body = {"quote_version": quote_version, "payment_method": method}
        path = f"{REQUESTS}/{request_id}/confirmation"
        return await self.say(customer, path, body, note="confirmed", key=f"{path}/{quote_version}/{method}/{again}")

    async def agree(self, customer: Who, request_id: str, quote: Answer, method: str) -> Answer:
        """Confirm, after a visit to the counter when there is too little in the wallet."""
        version = int(quote["version"])
        try:
            return await self.confirm(customer, request_id, version, method)
        except Refused as refused:
            if refused.code != "insufficient_funds":
                raise
        brought_minor = max(LEAST_TOP_UP_MINOR, int(quote["total_minor"]))
        await self.top_up(customer, f"{request_id}/{version}", brought_minor, str(quote["currency"]))
        return await self.confirm(customer, request_id, version, method, again=True)

    async def cancel(self, customer: Who, row: Answer, reason: str) -> Answer:
        """Call it off, as it was when it was looked at: after another look it is another decision."""
        path, version = f"{REQUESTS}/{row['id']}/cancellation", int(row["version"])
        key = f"{self.run}{path}/{version}"
        answer = await self.api.order(customer, path, key, {"reason": reason}, version)
        self.journal.note("cancelled", answer)
        return answer

    async def start_code(self, customer: Who, request_id: str) -> str:
        """The code that the customer sees and tells the crew, standing beside it."""
        return str((await self.row(request_id, customer))["start_code"])

    async def approve_fare(self, customer: Who, request_id: str, fare_version: int) -> Answer:
        """Agree to a fare that came out higher than the quote allowed for."""
        path = f"{REQUESTS}/{request_id}/fare/approval"
        return await self.say(customer, path, {"fare_version": fare_version}, note="fare_approved")

    async def rate(self, who: Who, request_id: str, stars: int, tags: tuple[str, ...] = ()) -> Answer:
        """Say how it was."""
        path = f"{REQUESTS}/{request_id}/ratings"
        body = {"stars": stars, "tags": list(tags)}
        return await self.say(who, path, body, note="rated", key=f"{path}/{who.role}")

    async def top_up(self, customer: Who, about: str, amount_minor: int, currency: str) -> Answer:
        """Money over the counter, into the customer's wallet."""
        path = f"/v1/customers/{customer.subject}/wallet/top-ups"
        body = {"amount_minor": amount_minor, "currency": currency}
        return await self.say(self.desk, path, body, note="topped_up", key=f"{path}/{about}")

    # Providers, on the job

    async def customer_details(self, crew: Who, request_id: str) -> Answer:
        """Whom to call and where exactly."""
        path = f"{REQUESTS}/{request_id}/customer-details"
        return await self.api.ask(crew, path, min_position=self.journal.position)

    async def report(
        self, crew: Who, job: Job, what: str, body: Mapping[str, object] | None = None, note: str = ""
    ) -> Answer:
        """A step of the job, by the name of its address."""
        path = f"{REQUESTS}/{job.request_id}/{what}"
        return await self.say(crew, path, body, note=note or what.replace("-", "_"), key=f"{path}/{job.version}")

    async def evidence(self, crew: Who, job: Job, kind: str, taken_at: str, place: Point | None) -> Answer:
        """Take a picture, and tell its hash; the same picture twice is no news."""
        path = f"{REQUESTS}/{job.request_id}/evidence"
        told: dict[str, object] = {
            "kind": kind,
            "sha256": sha256(f"{job.request_id}/{kind}".encode()).hexdigest(),
            "taken_at": taken_at,
        }
        if place is not None:
            told["location"] = location(place)
        return await self.say(crew, path, told, note="evidence", key=f"{path}/{kind}/{job.version}")

    # Providers, about offers

    async def delivered(self, crew: Who, offer_id: str) -> Answer:
        """The phone has it."""
        return await self.say(crew, f"/v1/offers/{offer_id}/delivery", note="delivered")

    async def seen(self, crew: Who, offer_id: str) -> Answer:
        """Somebody looked at it."""
        return await self.say(crew, f"/v1/offers/{offer_id}/sight", note="seen")

    async def accept(self, crew: Who, offer_id: str) -> Answer:
        """Take the job."""
        return await self.say(crew, f"/v1/offers/{offer_id}/acceptance", note="accepted")

    async def decline(self, crew: Who, offer_id: str, reason: str) -> Answer:
        """Turn it down."""
        return await self.say(crew, f"/v1/offers/{offer_id}/decline", {"reason": reason}, note="declined")

    async def give_back(self, crew: Who, request_id: str, offer_id: str) -> Answer:
        """Somebody else has to go after all; ``offer_id`` is how it came to the job."""
        path = f"{REQUESTS}/{request_id}/release"
        body = {"reason": "provider_cancelled"}
        return await self.say(crew, path, body, note="given_back", key=f"{path}/{offer_id}")

    # Providers, on duty

    async def ping(self, crew: Who, shift_id: str, place: Point, taken_at: str) -> Answer:
        """Say where the truck is."""
        one = {"shift_id": shift_id, "location": location(place), "accuracy_m": 12, "taken_at": taken_at}
        return await self.say(crew, "/v1/positions", {"positions": [one]}, key=f"/ping/{shift_id}/{taken_at}")
