"""From the mandate to the next term: is a member charged once for each, after a notice, and let go when nobody pays?"""

from datetime import datetime, timedelta

import pytest

from application.dispatch.board import TimerKind
from application.engine import Answer, Work
from application.log import CommandContext, fingerprint_of
from application.membership_errands import MembershipErrands
from application.run_subscription import (
    ChangeSubscription,
    RecordCharge,
    Told,
    Wish,
    change_subscription,
    record_charge,
)
from application.subscribe import OfferPlan, Subscribe, mandate_operation, offer_plan, subscribe
from domain import ledger
from domain.actor import Actor
from domain.plan_terms import FIRST_FOUR
from domain.subscription import Subscription
from domain.subscription_terms import NOTICE, SubscriptionState
from domain.wallet import Wallet
from tests.dispatcher.city import City
from tests.support.books import audited
from tests.support.fake_gateway import FakeGateway
from tests.support.fake_mandates import FakeMandates
from tests.support.memory_log import MemoryAggregates
from tests.support.roadside import CUSTOMER, NOON, TENANT, THE_CUSTOMER, some_id

pytestmark = pytest.mark.anyio

MEMBER, VEHICLE = some_id(980), some_id(981)
SYSTEM = Actor.system("desk", TENANT)
DAY = timedelta(days=1)


class Club(City):
    """A city with a gateway, whose dispatcher carries memberships on by its timers."""

    def __init__(self) -> None:
        super().__init__()
        self.aggregates = MemoryAggregates(self.log)
        self.gateway = FakeGateway()
        self.mandates = FakeMandates(self.gateway)
        self.errands = MembershipErrands(self.engine, self.aggregates, self.gateway, self.mandates)

    async def subscribe(self, code: str) -> None:
        await self.run(offer_plan, OfferPlan(SYSTEM, code, FIRST_FOUR[code], self.now, self.now))
        await self.run(subscribe, Subscribe(THE_CUSTOMER, MEMBER, CUSTOMER, code, (VEHICLE,), self.now))

    async def member(self) -> Subscription:
        found = await self.aggregates.load(Subscription, TENANT, MEMBER)
        assert found is not None
        return found

    async def allow(self) -> None:
        """The customer pays the first term, and nobody tells us."""
        await self.errands.open(TENANT, MEMBER, mandate_operation(MEMBER), self.now)
        self.gateway.pay((await self.member()).mandate_order)
        for _ in range(2):
            await self.errands.ask_about(TENANT, MEMBER, self.now)

    async def goes_on(self, until: datetime, step: timedelta = DAY) -> None:
        """Days go by: the dispatcher looks, and the worker does what is asked for."""
        while self.now < until:
            self.now += step
            await self.dispatch.round(self.now)
            for operation in (await self.member()).asked:
                await self.errands.charge(TENANT, MEMBER, operation, self.now)


async def paying() -> Club:
    club = Club()
    await club.subscribe("plus")
    await club.allow()
    return club


async def test_the_first_term_begins_once_it_is_paid() -> None:
    club = await paying()
    member = await club.member()
    assert (member.state, member.mandate, member.payments) == (SubscriptionState.ACTIVE, "pay_1", ("pay_1",))
    assert member.covers_at == NOON + timedelta(hours=member.terms.waiting_h)
    assert member.next_at == member.clock_at == NOON + 42 * DAY
    timer = club.timer(MEMBER)
    assert timer is not None
    assert (timer.kind, timer.due_at) == (TimerKind.MEMBERSHIP_DUE, NOON + 42 * DAY)


async def test_terms_follow_each_other_each_announced_and_charged_once() -> None:
    club = await paying()
    await club.goes_on(NOON + 140 * DAY)
    member = await club.member()
    assert member.term is not None
    assert (member.term.number, member.term.begins_at, member.state) == (4, NOON + 135 * DAY, SubscriptionState.ACTIVE)
    assert club.mandates.taken == 3
    assert set(club.told.timers) == {TimerKind.MEMBERSHIP_DUE}


async def test_a_charge_that_nobody_heard_of_is_found_and_not_asked_for_again() -> None:
    club = await paying()
    await club.goes_on(NOON + 44 * DAY)
    club.gateway.silent = True
    await club.goes_on(NOON + 46 * DAY)
    doubted = await club.member()
    club.gateway.silent = False
    await club.goes_on(NOON + 48 * DAY)
    member = await club.member()
    assert doubted.is_asked_for
    assert member.term is not None
    assert (member.term.number, member.term.begins_at) == (2, NOON + 45 * DAY)
    assert club.mandates.taken <= 1


async def test_who_is_not_charged_keeps_grace_and_then_lapses() -> None:
    club = await paying()
    club.mandates.refuses = True
    await club.goes_on(NOON + 46 * DAY)
    assert (await club.member()).state in {SubscriptionState.ACTIVE, SubscriptionState.GRACE}
    await club.goes_on(NOON + 70 * DAY)
    member = await club.member()
    assert (member.state, member.clock_at) == (SubscriptionState.LAPSED, None)
    assert club.timer(MEMBER) is None
    assert 2 <= club.mandates.taken <= 4


async def test_who_rests_is_neither_announced_nor_charged_and_gets_the_days_later() -> None:
    club = await paying()
    await club.goes_on(NOON + 10 * DAY)
    await club.run(change_subscription, ChangeSubscription(THE_CUSTOMER, MEMBER, Wish.PAUSE, club.now))
    await club.goes_on(NOON + 60 * DAY)
    assert (club.mandates.taken, club.timer(MEMBER)) == (0, None)
    await club.run(change_subscription, ChangeSubscription(THE_CUSTOMER, MEMBER, Wish.RESUME, club.now))
    await club.goes_on(NOON + 100 * DAY)
    member = await club.member()
    assert member.term is not None
    assert (member.term.number, member.term.begins_at, club.mandates.taken) == (2, NOON + 95 * DAY, 1)


async def test_a_mandate_that_is_refused_ends_what_never_began() -> None:
    club = Club()
    club.gateway.refuses = "refused"
    await club.subscribe("plus")
    await club.errands.open(TENANT, MEMBER, mandate_operation(MEMBER), club.now)
    assert (await club.member()).state is SubscriptionState.CANCELLED


async def test_an_end_with_the_term_takes_nothing_more() -> None:
    club = await paying()
    await club.run(change_subscription, ChangeSubscription(THE_CUSTOMER, MEMBER, Wish.END_WITH_TERM, club.now))
    await club.goes_on(NOON + 50 * DAY)
    assert ((await club.member()).state, club.mandates.taken) == (SubscriptionState.CANCELLED, 0)


async def test_notice_is_a_day_or_more_even_when_the_dispatcher_was_away() -> None:
    club = await paying()
    club.now = NOON + 60 * DAY
    await club.goes_on(NOON + 61 * DAY)
    member = await club.member()
    assert member.charge is not None
    assert member.charge.due_at - member.charge.notified_at >= NOTICE


async def test_a_charge_that_comes_through_after_the_end_is_in_the_wallet_once() -> None:
    club = await paying()
    await club.run(change_subscription, ChangeSubscription(THE_CUSTOMER, MEMBER, Wish.END_NOW, club.now))
    kept = audited(club.log.events).balance(ledger.wallet_of(CUSTOMER))
    late = RecordCharge(SYSTEM, MEMBER, some_id(983), Told.PAID, "pay_late", 19_900, "29", club.now)
    for _ in range(2):
        await club.run(record_charge, late)
    books = audited(club.log.events)
    assert (books.balance(ledger.SUSPENSE), books.balance(ledger.wallet_of(CUSTOMER))) == (0, kept - 19_900)


async def test_a_charge_in_another_currency_than_the_wallets_is_booked_and_left_to_the_desk() -> None:
    club = await paying()

    async def open_in_euro(work: Work) -> Answer:
        work.add(Wallet.open(TENANT, CUSTOMER, "EUR", club.now))
        return {}

    context = CommandContext(TENANT, "system:test", "euro", fingerprint_of("euro"), MEMBER, club.now)
    await club.engine.run(context, open_in_euro)
    await club.run(record_charge, RecordCharge(SYSTEM, MEMBER, some_id(983), Told.PAID, "pay_x", 100, "29", club.now))
    assert audited(club.log.events).balance(ledger.SUSPENSE) == -100
