"""What happens to a small service's money in years of business? Members, charges, jobs, grants, payouts, from one seed.

Time is virtual: each day does what is due on it, in one order. The gateway and the bank are two counters of their own,
which know only what went through them. Every event is looked at by every invariant that can be folded.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import msgspec

from application.covering import ShowCover, keep_cover, show_cover
from application.engine import Answer, Engine, Work
from application.grant_promo import ExpirePromos, GrantPromo, expire_promos, grant_promo
from application.log import CommandContext, fingerprint_of
from application.run_subscription import (
    AdvanceSubscription,
    ChangeSubscription,
    RecordCharge,
    RecordMandate,
    Told,
    Wish,
    advance_subscription,
    change_subscription,
    record_charge,
    record_mandate,
)
from application.settlement import hold_for, settle_job
from application.subscribe import OfferPlan, Subscribe, mandate_operation, offer_plan, subscribe
from domain import ledger
from domain.earnings_terms import earning_id
from domain.ledger.invariants import IntentThenOutcome, NoticeFirst, Seen, Watch
from domain.money import Money
from domain.payment import Payment
from domain.payment_terms import payment_id
from domain.plan_terms import FIRST_FOUR
from domain.price_terms import PaymentMethod
from domain.refusal import NotFound, Refusal
from domain.subscription import Subscription
from domain.subscription_terms import OVER
from domain.wallet import Wallet
from domain.wallet_promo_terms import WhyGranted
from domain.wallet_terms import WhyCredited, wallet_id
from infra.in_memory.aggregates import LivingAggregates
from infra.in_memory.log import InMemoryEventLog
from tests.support.books import Books
from tests.support.paid import TOTAL, approved
from tests.support.years_of_papers import look_back
from tests.support.years_of_payouts import SYSTEM, TENANT, pay_out, settle, take_on

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

BEGINS = datetime(2026, 4, 1, 4, 30, tzinfo=UTC)
IDS = UUID("3c1f0d7a-8f5e-5a4c-9d64-2f1f0a8b7c55")
A_DAY = timedelta(days=1)
INTENTS = {
    "subscription.mandate_asked": frozenset({"subscription.mandate_given", "subscription.mandate_refused"}),
    "subscription.charge_requested": frozenset({"subscription.charge_confirmed", "subscription.charge_failed"}),
    "payout.requested": frozenset({"payout.accepted", "payout.refused"}),
    "payout_account.check_asked": frozenset({"payout_account.verified", "payout_account.refused"}),
}
TOLD_OF = frozenset(INTENTS).union(*INTENTS.values(), {"subscription.charge_notified"})
CONFIRMS = frozenset({"subscription.charge_confirmed", "payout.accepted"})


@dataclass
class Member:
    """A customer, the vehicle, and the subscription of now."""

    customer_id: UUID
    vehicle_id: UUID
    subscription_id: UUID | None = None


class Years:
    """One tenant from its first day on; ``live`` lets days go by."""

    def __init__(self, seed: int, customers: int = 200, providers: int = 20) -> None:
        self.chance = Random(seed)  # noqa: S311  (a seed is the point)
        self.log = InMemoryEventLog()
        self.aggregates = LivingAggregates(self.log)
        self.engine = Engine(self.log, self.aggregates)
        self.books = Books()
        notices = NoticeFirst("subscription.charge_notified", "subscription.charge_requested")
        self.watch = Watch((notices, IntentThenOutcome(INTENTS, "operation_id")))
        self.now = BEGINS
        self.gateway_minor = 0
        self.settled_minor = 0
        self.paid_out_minor = 0
        self.providers = [self.id("provider", n) for n in range(providers)]
        self.members = [Member(self.id("customer", n), self.id("vehicle", n)) for n in range(customers)]
        self.earned: dict[UUID, list[tuple[datetime, UUID]]] = defaultdict(list)
        self.ending: dict[UUID, datetime] = {}
        self.noticed: dict[UUID, datetime] = {}
        self.seen = 0
        self.refused: dict[str, int] = defaultdict(int)
        self.theirs: list[str] = []
        self.confirmed: list[str] = []
        self._keys = itertools.count()
        self._names = itertools.count()

    def id(self, what: str, number: int) -> UUID:
        """The same in every run."""
        return uuid5(IDS, f"{what}/{number}")

    def fresh(self, what: str) -> UUID:
        """Another one each time, and the same in every run."""
        return self.id(what, next(self._names))

    def name(self, what: str) -> str:
        """Another name each time, as the gateway gives them."""
        return f"{what}_{next(self._names)}"

    async def order(self, use_case: Callable[[Any, Work], Awaitable[Answer]], command: Any) -> bool:
        """Order it now; whether it was done. Every event of it is looked at."""
        key = f"k{next(self._keys)}"
        context = CommandContext(TENANT, SYSTEM.text, key, fingerprint_of(key), self.id("correlation", 0), self.now)
        try:
            await self.engine.run(context, partial(use_case, command))
        except Refusal as refusal:
            self.refused[refusal.code] += 1
            return False
        finally:
            self.look()
        return True

    def look(self) -> None:
        """Let every invariant look at what is new."""
        for event in self.log.events[self.seen :]:
            self.books.take(event)
            if event.topic in TOLD_OF:
                told = msgspec.json.decode(event.payload)
                seen = Seen(event.position, TENANT, event.stream_id, event.version, event.topic, self.now, told)
                assert self.watch.take(seen) == []
                self._noticed(seen)
                if seen.topic in CONFIRMS:
                    self.confirmed.append(seen.text("operation_id"))
        self.seen = len(self.log.events)

    def _noticed(self, seen: Seen) -> None:
        """Each try is announced a day before: not only the first one."""
        if seen.topic == "subscription.charge_notified":
            self.noticed[seen.stream_id] = seen.at
        elif seen.topic == "subscription.charge_requested":
            assert seen.at - self.noticed[seen.stream_id] >= A_DAY, "asked for without a notice"

    async def the(self, kind: type[Any], stream_id: UUID) -> Any:
        """As it stands, to look at only."""
        found = await self.aggregates.load(kind, TENANT, stream_id)
        if found is None:
            raise NotFound
        self.aggregates.saved(TENANT, found, 0)
        return found

    async def open(self) -> None:
        """Plans, and providers with accounts that are there."""
        for code, terms in FIRST_FOUR.items():
            await self.order(offer_plan, OfferPlan(SYSTEM, code, terms, self.now, self.now))
        for provider_id in self.providers:
            await take_on(self, provider_id)

    async def live(self, days: int) -> None:
        """Let so many days go by."""
        for _ in range(days):
            self.now += A_DAY
            for member in self.members:
                await self._membership(member)
                await self._whims(member)
            for customer_id in sorted(each for each, until in self.ending.items() if until <= self.now):
                del self.ending[customer_id]
                await self.order(expire_promos, ExpirePromos(SYSTEM, customer_id, self.now))
            if self.now.day in {8, 22}:
                await settle(self)
                await pay_out(self)

    async def _membership(self, member: Member) -> None:
        """The subscription's own clock."""
        if member.subscription_id is None:
            if self.chance.random() < 0.05:
                await self._subscribe(member)
            return
        subscription = await self.the(Subscription, member.subscription_id)
        if subscription.state in OVER:
            member.subscription_id = None
            return
        if subscription.asked:
            await self._hear(member.subscription_id, subscription.asked[0])
        for _ in range(3):  # what one look makes due, the next one does
            subscription = await self.the(Subscription, member.subscription_id)
            if subscription.next_at is None or subscription.next_at > self.now:
                return
            await self.order(advance_subscription, AdvanceSubscription(SYSTEM, member.subscription_id, self.now))

    async def _subscribe(self, member: Member) -> None:
        code = self.chance.choice(list(FIRST_FOUR))
        made = member.subscription_id = self.fresh("subscription")
        told = Subscribe(SYSTEM, made, member.customer_id, code, (member.vehicle_id,), self.now)
        await self.order(subscribe, told)
        if FIRST_FOUR[code].is_free:
            return
        is_paid = self.chance.random() < 0.9
        heard = Told.PAID if is_paid else Told.FAILED
        payment = self.name("pay")
        price = FIRST_FOUR[code].price_minor
        self.gateway_minor += price if is_paid else 0
        command = RecordMandate(SYSTEM, made, mandate_operation(made), heard, "sub_1", payment, price, "29", self.now)
        await self.order(record_mandate, command)

    async def _hear(self, subscription_id: UUID, operation_id: UUID) -> None:
        """The gateway says how a charge came out: mostly at once, sometimes that nobody knows, or no."""
        what, payment = self.chance.random(), self.name("pay")
        told = partial(RecordCharge, SYSTEM, subscription_id, operation_id)
        if what < 0.1:
            await self.order(record_charge, told(Told.UNKNOWN, "", 0, "29", self.now))
            return
        if what < 0.3:
            await self.order(record_charge, told(Told.FAILED, "insufficient_balance", 0, "29", self.now))
            if what > 0.28:  # and is taken after all
                await self._charged(subscription_id, told, payment)
            return
        await self._charged(subscription_id, told, payment)

    async def _charged(self, subscription_id: UUID, told: partial[RecordCharge], payment: str) -> None:
        subscription = await self.the(Subscription, subscription_id)
        amount = subscription.charge.amount_minor
        self.gateway_minor += amount
        self.theirs.append(str(told.args[2]))
        for _ in range(2):  # the gateway tells everything twice
            await self.order(record_charge, told(Told.PAID, payment, amount, "29", self.now))

    async def _whims(self, member: Member) -> None:
        """What people do, or what happens to them."""
        what = self.chance.random()
        if what < 0.012:
            await self._job(member)
        elif what < 0.014:
            until = self.now + timedelta(days=30)
            grant, money = self.fresh("grant"), Money(5_000, "INR")
            told = GrantPromo(SYSTEM, member.customer_id, grant, money, WhyGranted.CAMPAIGN, until, self.now)
            await self.order(grant_promo, told)
            self.ending[member.customer_id] = until
        elif what < 0.018 and member.subscription_id is not None:
            wish, code = self.chance.choice(list(Wish)), self.chance.choice(list(FIRST_FOUR))
            change = ChangeSubscription(SYSTEM, member.subscription_id, wish, self.now, code)
            await self.order(change_subscription, change)
        elif what < 0.03 and member.subscription_id is not None:
            change = ChangeSubscription(SYSTEM, member.subscription_id, Wish.RESUME, self.now)
            await self.order(change_subscription, change)

    async def _job(self, member: Member) -> None:
        """A breakdown, from the quote to the bill in one save; the wallet is filled by the gateway before."""
        request_id, provider_id = self.fresh("request"), self.chance.choice(self.providers)
        payment, now = self.fresh("top-up"), self.now
        self.gateway_minor += TOTAL

        async def help_out(_command: object, work: Work) -> Answer:
            wallet = await self._wallet(work, member.customer_id)
            wallet.credit(payment, TOTAL, WhyCredited.TOP_UP, ledger.CLEARING, now)
            request = approved(request_id, member.customer_id, provider_id, PaymentMethod.WALLET, now)
            work.add(request)
            covered = 0
            if member.subscription_id is not None:
                told = ShowCover(SYSTEM, request_id, member.subscription_id, member.vehicle_id, now)
                try:
                    shown = await show_cover(told, work)
                    covered = await keep_cover(work, request, now + A_DAY, now)
                    assert covered == shown["covered_minor"], "what is shown is what is kept"
                except Refusal as refusal:
                    self.refused[refusal.code] += 1
            if covered < TOTAL:
                await hold_for(work, member.customer_id, request_id, TOTAL - covered, "INR", now)
            settlement = await settle_job(work, request, now)
            assert settlement is not None
            request.settle(settlement, now)
            request.close(now)
            paid = await work.get(Payment, payment_id(request_id))
            assert paid.owed_minor == 0
            return {}

        if await self.order(help_out, None):
            self.earned[provider_id].append((now, earning_id(payment_id(request_id))))
            await look_back(self, request_id, provider_id)

    async def _wallet(self, work: Work, customer_id: UUID) -> Wallet:
        try:
            return await work.get(Wallet, wallet_id(TENANT, customer_id))
        except NotFound:
            wallet = Wallet.open(TENANT, customer_id, "INR", self.now)
            work.add(wallet)
            return wallet
