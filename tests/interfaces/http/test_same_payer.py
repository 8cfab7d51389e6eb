"""Is no reward given by itself to who pays by the same as who brought them? Over HTTP and the gateway's own wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import psycopg
import pytest

from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, show
from domain.referral import Referral
from infra.database_url import app_dsn
from infra.privacy.erasure import erase
from infra.privacy.gathering import Gathering
from infra.privacy.whom import Person
from tests.interfaces.http.test_payment_orders import gateway, settings, till
from tests.interfaces.http.test_rewards_due import Town
from tests.support.api import somebody
from tests.support.paid import a_paid_job

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from application.engine import Answer, Engine, Work
    from tests.interfaces.http.test_payment_orders import Till

__all__ = ["gateway", "settings", "till"]
pytestmark = [pytest.mark.anyio, pytest.mark.servers]

MINE = {"method": "upi", "vpa": "asha@sandbox"}
CARD = {"method": "card", "last4": "4242"}
HOWS = pytest.mark.parametrize("how", [MINE, CARD], ids=["upi", "card"])
COUNT = "SELECT count(*) FROM payer_instruments WHERE tenant = %s AND customer_id = %s"


class Ring:
    """People of one tenant who bring each other, break down, and pay at the gateway."""

    def __init__(self, town: Town, till: Till) -> None:
        self.town, self.till = town, till

    async def person(self) -> Actor:
        """Somebody with a telephone of their own."""
        who = Actor(Role.CUSTOMER, new_id(self.town.at), self.town.tenant)
        await self.town.claims(self._id(who).bytes * 2, self._id(who))
        return who

    async def friend(self, bringer: Actor) -> Actor:
        """Somebody whom another brought, and whose job was paid from own money."""
        paid = await a_paid_job(cast("Engine", self.town.stack.engine), self.town.tenant)
        new, by = self._id(paid.customer), self._id(bringer)
        await self.town.claims(new.bytes * 2, new)

        async def bring(work: Work) -> Answer:
            work.add(Referral.make(self.town.tenant, by, new, self.town.at))
            return {}

        await self.town.order(bring)
        return paid.customer

    async def pays(self, who: Actor, outcome: str = "success", **how: str) -> None:
        """A top-up, of which the gateway tells twice."""
        order = await self.till.order(who)
        shown = await self.till.until(order, who, "open")
        self.till.gateway.pay(str(shown["gateway_order"]), outcome, **how)
        await self.till.deliver(times=2)
        await self.till.settle()

    async def withheld(self, friend: Actor, asked_by: Role = Role.ADMIN) -> object:
        path = f"/v1/customers/{show(Prefix.USER, self._id(friend))}/referral"
        actor = friend if asked_by is Role.CUSTOMER else somebody(asked_by, self.town.tenant)
        told = (await self.till.api.get(path, actor)).json()
        assert told["state"] == "waits_for_reward"
        return told["withheld"]

    async def noted(self, who: Actor) -> int:
        cursor = await self.town.connection.execute(COUNT, (self.town.tenant, who.subject_id))
        return int((await cursor.fetchone() or [0])[0])

    def _id(self, who: Actor) -> UUID:
        assert who.subject_id is not None
        return who.subject_id


@pytest.fixture
async def ring(till: Till) -> AsyncIterator[Ring]:
    dsn = app_dsn(till.stack.settings, "vehicaid-test")
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        tenant = f"ring-{new_id(datetime.now(UTC)).hex}"
        yield Ring(Town(till.stack, tenant, cast("Any", connection)), till)


@HOWS
async def test_who_pays_by_the_same_as_their_bringer_waits_for_a_person(ring: Ring, how: dict[str, str]) -> None:
    bringer = await ring.person()
    friend = await ring.friend(bringer)
    await ring.pays(friend, **how)
    assert await ring.noted(friend) == 1, "however often it is told"
    assert await ring.withheld(friend) is None
    await ring.pays(bringer, **how)
    assert await ring.withheld(friend) == "same_payer"
    assert await ring.withheld(friend, Role.CUSTOMER) is None, "who plays two people is not told by what it is seen"
    await ring.town.look()
    assert await ring.town.waiting() == []
    assert await ring.town.given_to(friend.subject_id) == 0  # type: ignore[arg-type]  # a customer has one


@HOWS
async def test_who_tried_in_vain_or_pays_by_something_else_is_rewarded(ring: Ring, how: dict[str, str]) -> None:
    bringer = await ring.person()
    friend = await ring.friend(bringer)
    await ring.pays(bringer, **how)
    await ring.pays(friend, "failure", **how)
    other = {name: value.replace("asha", "ravi").replace("4242", "1881") for name, value in how.items()}
    await ring.pays(friend, **other)
    await ring.pays(friend)
    await ring.pays(friend, method="netbanking")
    assert await ring.withheld(friend) is None
    await ring.town.look()
    assert await ring.town.given_to(friend.subject_id) == 10_000  # type: ignore[arg-type]


@HOWS
async def test_of_two_friends_who_pay_by_the_same_one_is_rewarded(ring: Ring, how: dict[str, str]) -> None:
    bringer = await ring.person()
    friends = [await ring.friend(bringer) for _ in range(2)]
    for friend in friends:
        await ring.pays(friend, **{**how, "vpa": "Asha@Sandbox"} if "vpa" in how else how)
    assert [await ring.withheld(friend) for friend in friends] == [None, "same_payer"], "the older account has it"
    for _ in range(2):
        await ring.town.look()
    given = [await ring.town.given_to(friend.subject_id) for friend in friends]  # type: ignore[arg-type]
    assert sorted(given) == [0, 10_000]


@pytest.mark.parametrize(("how", "then"), [(CARD, None), (MINE, "same_payer")], ids=["card", "upi"])
async def test_strangers_may_share_the_digits_of_a_card_and_no_upi_id(
    ring: Ring, how: dict[str, str], then: str | None
) -> None:
    stranger = (await a_paid_job(cast("Engine", ring.town.stack.engine), ring.town.tenant)).customer
    first, second = [await ring.friend(await ring.person()) for _ in range(2)]
    for who in (stranger, second, first):
        await ring.pays(who, **how)
    assert (await ring.withheld(first), await ring.withheld(second)) == (None, then), "whom nobody brought is nobody's"
    await ring.town.look()
    third = await ring.friend(await ring.person())
    await ring.pays(third, **how)
    assert await ring.withheld(third) == then


async def test_what_somebody_paid_by_is_told_in_an_export_and_goes_with_an_erasure(ring: Ring) -> None:
    friend = await ring.person()
    await ring.pays(friend, **MINE)
    await ring.pays(friend, **CARD)
    assert friend.subject_id is not None
    person = Person(ring.town.tenant, Prefix.USER, friend.subject_id)
    stack = ring.town.stack
    told = await Gathering(stack.readers, stack.records, stack.files, stack.aggregates).about(person)
    assert {row["kind"] for row in told["paid_by"]} == {"upi", "card"}
    rows = await (await ring.town.connection.execute("SELECT p::text FROM payer_instruments p")).fetchall()
    assert not any("sandbox" in str(row) or "4242" in str(row) for row in rows)
    await erase(stack, person, ring.town.at)
    assert await ring.noted(friend) == 0
