"""Who in the demo city is a member, how do they become one, and what does a membership bear of their breakdowns?

Everything through doors that anybody has: the API, and the checkout page of the stand-in of the gateway.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import httpx

from interfaces.demo.demand import CUSTOMERS
from interfaces.simulation.api import GaveUp, Refused, Who
from interfaces.simulation.day import person

if TYPE_CHECKING:
    from collections.abc import Callable

    from interfaces.simulation.acts import Acts
    from interfaces.simulation.api import Answer

Plan = dict[str, object]

# One in twenty-five: a member breaks down every few minutes, and joining keeps nobody busy.
MEMBERS: Final = range(0, CUSTOMERS, 25)
# Whoever starts the demo sees the city open first, then one member after the other.
JOINS_EVERY_S: Final = 2.0
# A mandate is open, paid and told of within seconds; after a minute the gateway is away.
LOOKS: Final = 60
LOOK_S: Final = 1.0
# Who joined is looked at again when the day has changed: people are new then.
DAY_LOOK_S: Final = 60.0
NOT_BORNE: Final = frozenset({"not_covered", "not_subscribed", "out_of_turn", "not_found"})


def _plan(code: str, rupees: int, events: int, tow_km: int, fuel_l: int, vehicles: int) -> Plan:
    benefits = [
        {"benefit": "events", "units": events, "most_per_event": 1},
        {"benefit": "tow_km", "units": 10 * tow_km, "most_per_event": 10 * min(tow_km, 50)},
        {"benefit": "fuel", "units": 10 * fuel_l, "most_per_event": 50},
    ]
    return {
        "code": code,
        "price_minor": 100 * rupees,
        "currency": "INR",
        "tax_bp": 1_800,
        "term_days": 45,
        "benefits": [each for each in benefits if each["units"]],
        # Elsewhere 48 hours: people of this city live for a day.
        "waiting_h": 0,
        "same_cause_days": 2,
        "vehicles": vehicles,
        "grace_days": 10,
    }


PLANS: Final = (
    _plan("plus", 199, 2, 50, 5, 2),
    _plan("premium", 399, 4, 100, 10, 4),
    _plan("basic", 99, 1, 25, 0, 1),
    _plan("free", 0, 0, 0, 0, 1),
)
"""What the original began with, in the order in which people of the city take them."""


def plan_of(number: int) -> str:
    """Which plan a member takes."""
    return str(PLANS[MEMBERS.index(number) % len(PLANS)]["code"])


class Members:
    """Everyone who pays before they break down; ``checkout`` is the stand-in's address, empty where there is none."""

    def __init__(
        self,
        acts: Acts,
        checkout: str,
        who: Callable[[int, datetime], str],
        broke_down: Callable[[int, datetime], None],
    ) -> None:
        self._acts = acts
        self._checkout = checkout.rstrip("/")
        self._who = who
        self._broke_down = broke_down
        self._known: dict[str, tuple[str, str]] = {}
        self._joined: set[str] = set()

    async def live(self) -> None:
        """Offer the plans, then join day by day; raises Refused or GaveUp."""
        admin = Who("admin", person(self._acts.run, "admin"))
        for plan in PLANS:
            await self._acts.say(admin, "/v1/plans", plan, note="plans", key=f"/plan/{plan['code']}")
        while True:
            for number in MEMBERS if self._checkout else ():
                await self._join_once(number, datetime.now(UTC))
            await asyncio.sleep(DAY_LOOK_S)

    async def cover(self, customer: Who, request_id: str, quote: Answer) -> bool:
        """Have the membership bear what it bears of that price; whether it bears anything."""
        known = self._known.get(customer.subject)
        if known is None:
            return False
        path = f"/v1/service-requests/{request_id}/coverage"
        body = {"subscription_id": known[0], "vehicle_id": known[1]}
        try:
            borne = await self._acts.say(customer, path, body, key=f"{path}/{quote['version']}")
        except Refused as refused:
            if refused.code not in NOT_BORNE:
                raise
            return False
        self._acts.journal.note("covered")
        return int(borne["covered_minor"]) > 0

    async def _join_once(self, number: int, at: datetime) -> None:
        subject = self._who(number, at)
        if subject in self._joined:
            return
        if await self._join(Who("customer", subject), plan_of(number)):
            self._joined.add(subject)
            if number == MEMBERS[0]:
                self._broke_down(number, at)
        await asyncio.sleep(JOINS_EVERY_S)

    async def _join(self, customer: Who, plan: str) -> bool:
        """Whether they are a member now; begun by a demo that was killed, it is the same membership."""
        vehicle = "veh_" + person(self._acts.run, f"vehicle/{customer.subject}").partition("_")[2]
        body = {"customer_id": customer.subject, "plan": plan, "vehicle_ids": [vehicle]}
        key = f"/member/{customer.subject}"
        member_id = str((await self._acts.say(customer, "/v1/subscriptions", body, note="members", key=key))["id"])
        paid = False
        for _ in range(LOOKS):
            row = await self._acts.api.ask(
                customer, f"/v1/subscriptions/{member_id}", min_position=self._acts.journal.position
            )
            if row["state"] != "awaited":
                self._known[customer.subject] = (member_id, vehicle)
                return True
            if row["gateway_order"] and not paid:
                paid = await self._pay(str(row["gateway_order"]))
            await asyncio.sleep(LOOK_S)
        return False

    async def _pay(self, order: str) -> bool:
        """Fill in the page of the checkout; whether it need not be filled in again. Raises GaveUp."""
        try:
            async with httpx.AsyncClient(timeout=10) as browser:
                told = {"method": "upi", "outcome": "success"}
                answer = await browser.post(f"{self._checkout}/checkout/{order}", data=told)
        except httpx.HTTPError as error:
            raise GaveUp(f"the checkout: {type(error).__name__}") from error
        return answer.status_code < 500
