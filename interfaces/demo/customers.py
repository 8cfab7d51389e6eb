"""How do customers of the demo city call for help, decide about the price, change their mind, and say how it was?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from interfaces.demo.companies import customer_name, customer_phone
from interfaces.simulation import reading
from interfaces.simulation.acts import location
from interfaces.simulation.api import Answer, Refused, Who
from interfaces.simulation.day import person
from interfaces.simulation.job import ENDED, OVERTAKEN

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from interfaces.demo.demand import Breakdown
    from interfaces.demo.manners import DemoManners
    from interfaces.simulation.acts import Acts
    from interfaces.simulation.day import Pace

    Covers = Callable[[Who, str, Answer], Awaitable[bool]]
    """Whether a membership bears something of a request at that price."""

DECIDING: Final = frozenset({"submitted", "quoted"})
WAITING: Final = frozenset({"confirmed", "searching", "assigned", "en_route"})
NOTES: Final = (
    "Beside the metro pillar, hazard lights are on",
    "Opposite the petrol bunk",
    "In the basement parking, second level",
    "On the service road, under the flyover",
    "Near the temple gate",
    "By the tea stall at the signal",
)


class Customers:
    """Everyone who breaks down in the demo city."""

    def __init__(self, acts: Acts, manners: DemoManners, pace: Pace) -> None:
        self._acts = acts
        self._manners = manners
        self._pace = pace
        self._seen_to: set[str] = set()
        self.cover: Covers | None = None

    def subject_of(self, number: int, at: datetime) -> str:
        """Who that is on that day: people are new every day, so that their names can be forgotten after some days."""
        return person(self._acts.run, f"customer/{at.astimezone(UTC):%Y%m%d}/{number}")

    async def call(self, breakdown: Breakdown) -> None:
        """Call for help and see to it until somebody comes; raises Refused or GaveUp."""
        customer = Who("customer", self.subject_of(breakdown.customer, breakdown.at))
        made = await self._acts.call(customer, breakdown.key, _told(breakdown))
        await self.wait(customer, str(made["id"]), by_wallet=breakdown.pays_by_wallet)

    async def wait(self, customer: Who, request_id: str, *, by_wallet: bool) -> None:
        """From wherever the request stands: decide about the price, then wait, and perhaps not long enough.

        One customer decides once: whoever looks through the board meanwhile finds it seen to.
        """
        if request_id in self._seen_to:
            return
        self._seen_to.add(request_id)
        try:
            await self._wait(customer, request_id, by_wallet=by_wallet)
        finally:
            self._seen_to.discard(request_id)

    async def _wait(self, customer: Who, request_id: str, *, by_wallet: bool) -> None:
        row = await self._acts.row(request_id, customer)
        if row["state"] in DECIDING or (reading.is_priced(row) and not reading.is_confirmed(row)):
            await self._pace.take(self._manners.reads_quote_s(request_id))
            if not await self._decide(customer, request_id, by_wallet=by_wallet):
                return
        after_s = self._manners.changes_mind_after_s(request_id)
        if after_s is None or row["state"] in ENDED:
            return
        await self._pace.take(after_s)
        row = await self._acts.row(request_id, customer)
        if row["state"] in WAITING:
            await self._off(customer, row, self._manners.changed_mind(request_id))

    async def rate(self, customer: Who, crew: Who, request_id: str) -> None:
        """Both sides say how it was, or do not bother."""
        for who in (customer, crew):
            stars = self._manners.stars(request_id, who.role)
            if stars is not None:
                await self._acts.rate(who, request_id, stars)

    async def _decide(self, customer: Who, request_id: str, *, by_wallet: bool) -> bool:
        """Whether help is still wanted at that price."""
        row = await self._acts.row(request_id, customer)
        quote = reading.quote_of(row)
        if quote is None or reading.is_confirmed(row) or row["state"] in ENDED:
            return row["state"] not in ENDED
        if row["state"] == "quoted" and not self._manners.wants_it(request_id):
            await self._off(customer, row, "no_longer_needed")
            return False
        # Who is a member pays online what the membership leaves: nobody carries change for a rest.
        borne = self.cover is not None and await self.cover(customer, request_id, quote)
        await self._acts.agree(customer, request_id, quote, "wallet" if by_wallet or borne else "cash")
        return True

    async def _off(self, customer: Who, row: Answer, reason: str) -> None:
        try:
            await self._acts.cancel(customer, row, reason)
        except Refused as refused:
            if refused.code not in OVERTAKEN:
                raise


async def until(at: datetime) -> None:
    """Wait for that instant."""
    await asyncio.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))


def _told(call: Breakdown) -> dict[str, object]:
    body: dict[str, object] = {
        "service": call.service,
        "vehicle_class": call.vehicle_class,
        "fuel": call.fuel,
        "location": location(call.place),
        "contact": {"name": customer_name(call.customer), "phone": customer_phone(call.customer)},
        "note": f"{call.area}: {NOTES[call.customer % len(NOTES)]}",
        "plate": f"KA{1 + call.customer % 5:02d}DM{1_000 + call.customer * 17 % 9_000}",
    }
    if call.drop is not None:
        body["drop_location"] = location(call.drop)
    if call.sos:
        body["sos"] = True
    return body
