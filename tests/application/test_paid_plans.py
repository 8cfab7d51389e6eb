"""A member of a free plan wants one that costs something: is it paid once, and nothing lost whatever comes between?"""

from uuid import UUID

import pytest

from application.run_subscription import ChangeSubscription, Wish, change_subscription
from application.subscribe import OfferPlan, offer_plan
from application.upgrade_subscription import UpgradeSubscription, upgrade_subscription
from domain import ledger
from domain.plan import plan_id
from domain.plan_terms import FIRST_FOUR
from domain.refusal import NotFound
from domain.subscription_terms import SubscriptionState
from tests.application.test_memberships import DAY, MEMBER, SYSTEM, Club
from tests.support.books import audited
from tests.support.roadside import ANOTHER_CUSTOMER, CUSTOMER, NOON, TENANT, THE_CUSTOMER, some_id

pytestmark = pytest.mark.anyio

WISH, OTHER_WISH = some_id(996), some_id(997)
PLUS, PREMIUM = FIRST_FOUR["plus"], FIRST_FOUR["premium"]


class Free(Club):
    """A member of a free plan in a city that sells others."""

    async def begin(self) -> None:
        await self.subscribe("free")
        for code in ("plus", "premium"):
            await self.run(offer_plan, OfferPlan(SYSTEM, code, FIRST_FOUR[code], self.now, self.now))

    async def wish(self, code: str = "plus", operation: UUID = WISH) -> dict[str, object]:
        command = UpgradeSubscription(THE_CUSTOMER, MEMBER, code, operation, self.now)
        return (await self.run(upgrade_subscription, command)).answer

    async def opened(self, operation: UUID = WISH) -> str:
        await self.errands.open(TENANT, MEMBER, operation, self.now)
        return (await self.member()).mandate_order


async def free() -> Free:
    club = Free()
    await club.begin()
    return club


async def test_the_first_term_is_paid_and_the_next_ones_are_charged() -> None:
    club = await free()
    asked = await club.wish()
    assert (asked["due_minor"], asked["order_id"], asked["state"]) == (PLUS.price_minor, None, "active")
    club.gateway.pay(await club.opened())
    assert (await club.member()).terms.is_free
    for _ in range(2):
        await club.errands.ask_about(TENANT, MEMBER, club.now)
    member = await club.member()
    assert (member.terms, member.plan_id, member.payments) == (PLUS, plan_id(TENANT, "plus"), ("pay_1",))
    await club.goes_on(NOON + 100 * DAY)
    member = await club.member()
    assert member.term is not None
    assert (member.term.number, member.state, club.mandates.taken) == (4, SubscriptionState.ACTIVE, 2)
    books = audited(club.log.events)
    assert books.balance(ledger.SUSPENSE) == 0


async def test_a_wish_whose_place_was_taken_is_not_opened_and_its_money_is_in_the_wallet() -> None:
    club = await free()
    await club.wish()
    first = await club.opened()
    await club.wish("premium", OTHER_WISH)
    await club.opened(WISH)
    second = await club.opened(OTHER_WISH)
    assert len(club.gateway.orders) == 2
    paid = club.gateway.pay(first)
    for _ in range(2):
        await club.errands.tell_of_mandate(TENANT, MEMBER, WISH, paid, club.now)
    assert (await club.member()).terms.is_free
    club.gateway.pay(second)
    await club.errands.ask_about(TENANT, MEMBER, club.now)
    assert (await club.member()).terms == PREMIUM
    books = audited(club.log.events)
    assert (books.balance(ledger.SUSPENSE), books.balance(ledger.wallet_of(CUSTOMER))) == (0, -PLUS.price_minor)


async def test_a_gateway_that_is_silent_is_asked_again_and_one_that_refuses_leaves_the_free_plan() -> None:
    club = await free()
    await club.wish()
    club.gateway.silent = True
    await club.opened()
    doubted = await club.member()
    club.gateway.silent = False
    assert (doubted.awaits_mandate, doubted.mandate_is_open) == (True, False)
    assert await club.opened()
    assert len(club.gateway.orders) == 1, "what was asked for in silence is found"

    other = await free()
    await other.wish()
    other.gateway.refuses = "refused"
    await other.opened()
    member = await other.member()
    assert (member.state, member.awaits_mandate, member.terms) == (SubscriptionState.ACTIVE, False, FIRST_FOUR["free"])


async def test_who_ended_it_has_what_was_paid_since_in_the_wallet() -> None:
    club = await free()
    await club.wish()
    order = await club.opened()
    await club.run(change_subscription, ChangeSubscription(THE_CUSTOMER, MEMBER, Wish.END_NOW, club.now))
    paid = club.gateway.pay(order)
    await club.errands.tell_of_mandate(TENANT, MEMBER, None, paid, club.now)
    assert (await club.member()).state is SubscriptionState.CANCELLED
    books = audited(club.log.events)
    assert (books.balance(ledger.SUSPENSE), books.balance(ledger.wallet_of(CUSTOMER))) == (0, -PLUS.price_minor)


async def test_nobody_wishes_for_another() -> None:
    club = await free()
    with pytest.raises(NotFound):
        await club.run(upgrade_subscription, UpgradeSubscription(ANOTHER_CUSTOMER, MEMBER, "plus", WISH, club.now))
