"""However earnings come, wait, go out and come back: is each paid once, and does replay agree?"""

from datetime import timedelta
from typing import cast
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain import ledger
from domain.earning import Earning
from domain.earning_rules import EarningRules
from domain.earnings_terms import WhyHeld
from domain.ledger import Leg, check_balanced
from domain.payout import Payout
from domain.payout_account import PayoutAccount
from domain.payout_terms import PayoutState
from domain.reserve import Reserve
from tests.domain.payout_facts import ACCOUNT, BATCH, CHECK, FA, OPERATION, PAYOUT, POUT, RECORD, RULES
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import NOON, OTHER_PROVIDER, PROVIDER, REQUEST, some_id

CAUSES = st.sampled_from([some_id(300 + number) for number in range(6)])
DRAWS = Reserve.Drawn
AMOUNTS = st.sampled_from([1, 5_000, 20_001, 150_450])


class EarningMachine(AggregateMachine[Earning]):
    """The desk doubts, the clock runs, payouts come by."""

    def __init__(self) -> None:
        super().__init__(Earning.accrue(PROVIDER, some_id(299), 10_000, "INR", EarningRules(), NOON))

    @rule(why=st.sampled_from(WhyHeld))
    def hold(self, why: WhyHeld) -> None:
        self.attempt(lambda e: e.hold(why, self.now))

    @rule()
    def end_hold(self) -> None:
        self.attempt(lambda e: e.end_hold(self.now))

    @rule(payout_id=CAUSES, provider_id=st.sampled_from([PROVIDER, PROVIDER, OTHER_PROVIDER]))
    def batch(self, payout_id: UUID, provider_id: UUID) -> None:
        payable = self.aggregate.is_payable(self.now) and provider_id == PROVIDER
        refused = self.attempt(lambda e: e.batch(payout_id, provider_id, "INR", self.now))
        assert (refused is None) == payable

    @rule()
    def half_a_day_passes(self) -> None:
        self.now += timedelta(hours=12)

    @invariant()
    def it_goes_with_one_payout(self) -> None:
        topics = self.topics()
        assert topics.count("earning.batched") == int(self.aggregate.payout_id is not None)
        assert topics.count("earning.hold_ended") <= topics.count("earning.held")


class ReserveMachine(AggregateMachine[Reserve]):
    """Payouts fill it, an administrator empties it."""

    def __init__(self) -> None:
        super().__init__(Reserve.open(PROVIDER, "INR", NOON))
        self.acts = 0

    @rule(total=AMOUNTS)
    def keep(self, total: int) -> None:
        self.acts += 1
        self.attempt(lambda r: r.keep(some_id(600 + self.acts), total, RULES, self.now))

    @rule(amount=AMOUNTS)
    def free(self, amount: int) -> None:
        self.acts += 1
        self.attempt(lambda r: r.free(some_id(600 + self.acts), amount, self.now))

    @rule(amount=AMOUNTS)
    def recover(self, amount: int) -> None:
        self.acts += 1
        self.attempt(lambda r: r.recover(some_id(600 + self.acts), REQUEST, amount, self.now))

    @rule(which=st.integers(0, 20))
    def set_off(self, which: int) -> None:
        self.attempt(lambda r: r.set_off(PAYOUT, (some_id(600 + which),), self.now))

    @rule(which=st.integers(0, 20))
    def give_back(self, which: int) -> None:
        self.attempt(lambda r: r.give_back(some_id(600 + which), self.now))

    @invariant()
    def what_is_borne_is_what_the_books_say(self) -> None:
        borne = sum(each.drawn_minor + each.short_minor for each in self.aggregate.recovered.values())
        legs = [leg for told in self.history for leg in cast("tuple[Leg, ...]", told.fields.get("legs", ()))]
        assert borne == -sum(leg.amount_minor for leg in legs if leg.account == ledger.CHARGEBACK)

    @invariant()
    def it_is_what_the_books_say(self) -> None:
        booked = 0
        for told in self.history:
            if "legs" in told.fields:
                legs = cast("tuple[Leg, ...]", told.fields["legs"])
                check_balanced(str(told.fields["transfer_id"]), legs)
                booked -= sum(leg.amount_minor for leg in legs if leg.account == ledger.reserve_of(PROVIDER))
        drawn = sum(cast("int", told.fields["amount_minor"]) for told in self.history if told.event_class is DRAWS)
        assert 0 <= self.aggregate.amount_minor == booked <= RULES.reserve_most_minor + drawn


class PayoutMachine(AggregateMachine[Payout]):
    """The office, the gateway and the bank, in any order."""

    def __init__(self) -> None:
        super().__init__(
            Payout.batch(
                PAYOUT,
                provider_id=PROVIDER,
                batch_id=BATCH,
                account_id=ACCOUNT,
                amount_minor=5_000,
                currency="INR",
                at=NOON,
            )
        )

    @rule(operation=st.sampled_from([OPERATION, CHECK]))
    def request(self, operation: UUID) -> None:
        self.attempt(lambda p: p.request(operation, FA, self.now))

    @rule()
    def withdraw(self) -> None:
        self.attempt(lambda p: p.withdraw(self.now))

    @rule(operation=st.sampled_from([OPERATION, CHECK]))
    def doubt(self, operation: UUID) -> None:
        self.attempt(lambda p: p.doubt(operation, "no_answer", self.now))

    @rule(operation=st.sampled_from([OPERATION, CHECK]))
    def refuse(self, operation: UUID) -> None:
        self.attempt(lambda p: p.refuse(operation, "refused", self.now))

    @rule(
        state=st.sampled_from([one for one in PayoutState if one.value not in {"batched", "requested", "withdrawn"}]),
        gateway_payout=st.sampled_from([POUT, POUT, POUT, "pout_2"]),
    )
    def learn(self, state: PayoutState, gateway_payout: str) -> None:
        self.attempt(lambda p: p.learn(state, gateway_payout, self.now, fee_minor=59, tax_minor=9))

    @invariant()
    def the_bank_paid_once_or_not_at_all(self) -> None:
        moved = 0
        for told in self.history:
            if "legs" in told.fields:
                legs = cast("tuple[Leg, ...]", told.fields["legs"])
                check_balanced(str(told.fields["transfer_id"]), legs)
                moved += sum(leg.amount_minor for leg in legs if leg.account == ledger.BANK)
        assert moved == (-5_059 if self.aggregate.state is PayoutState.PROCESSED else 0)

    @invariant()
    def one_intent_has_one_end(self) -> None:
        topics = self.topics()
        assert topics.count("payout.requested") <= 1
        assert topics.count("payout.accepted") + topics.count("payout.refused") <= topics.count("payout.requested")


class AccountMachine(AggregateMachine[PayoutAccount]):
    """Given, changed, checked; what the bank says comes late."""

    def __init__(self) -> None:
        super().__init__(PayoutAccount.give(PROVIDER, RECORD, CHECK, NOON))

    @rule(record=CAUSES, operation=CAUSES)
    def change(self, record: UUID, operation: UUID) -> None:
        self.attempt(lambda a: a.change(record, operation, self.now))

    @rule(operation=CAUSES)
    def check(self, operation: UUID) -> None:
        self.attempt(lambda a: a.check(operation, self.now))

    @rule(late=st.booleans(), operation=CAUSES, check=st.sampled_from(["fav_1", "fav_2"]))
    def begin(self, late: bool, operation: UUID, check: str) -> None:  # noqa: FBT001
        self.attempt(lambda a: a.begin_check(operation if late else a.operation_id or operation, FA, check, self.now))

    @rule(operation=CAUSES, says=st.sampled_from(["yes", "no", "nothing"]))
    def the_bank_says(self, operation: UUID, says: str) -> None:
        def tell(account: PayoutAccount) -> None:
            under = account.operation_id or operation
            if says == "yes":
                account.verify(under, FA, self.now)
            elif says == "no":
                account.refuse(under, "not_there", self.now)
            else:
                account.doubt(under, "no_answer", self.now)

        self.attempt(tell)

    @invariant()
    def every_check_ends_at_most_once(self) -> None:
        topics = self.topics()
        asked = topics.count("payout_account.check_asked")
        over = topics.count("payout_account.verified") + topics.count("payout_account.refused")
        assert asked - over == int(self.aggregate.operation_id is not None)


TestEarning = EarningMachine.TestCase
TestReserve = ReserveMachine.TestCase
TestPayout = PayoutMachine.TestCase
TestAccount = AccountMachine.TestCase
for _case in (TestEarning, TestReserve, TestPayout, TestAccount):
    _case.settings = settings(max_examples=examples(40), stateful_step_count=20, deadline=None)
