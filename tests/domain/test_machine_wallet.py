"""Whatever is put into a wallet, kept and taken: is available never below nothing, and does the journal agree?"""

from datetime import timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain import ledger
from domain.ledger import check_balanced
from domain.wallet import Wallet
from domain.wallet_promo_terms import WhyGranted
from domain.wallet_terms import Hold, WhyCredited, WhyDebited, WhyFrozen, WhyReleased, wallet_id
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import CUSTOMER, NOON, TENANT, some_id

AMOUNTS = st.integers(-1, 60)
HOLDS = st.sampled_from([some_id(n) for n in range(480, 492)])
REQUESTS = st.sampled_from([some_id(41), some_id(42)])
GRANTS = st.sampled_from([some_id(n) for n in range(440, 446)])
TRANSFERS = st.sampled_from([some_id(n) for n in range(400, 406)])


class WalletMachine(AggregateMachine[Wallet]):
    """Random commands on one wallet."""

    def __init__(self) -> None:
        super().__init__(Wallet.open(TENANT, CUSTOMER, "INR", NOON))
        assert self.aggregate.id == wallet_id(TENANT, CUSTOMER)
        self.placed: dict[UUID, Hold] = {}

    @rule(transfer_id=TRANSFERS, amount=AMOUNTS)
    def credit(self, transfer_id: UUID, amount: int) -> None:
        self.attempt(lambda w: w.credit(transfer_id, amount, WhyCredited.TOP_UP, ledger.CASH_DESK, self.now))

    @rule(hold_id=HOLDS, request_id=REQUESTS, amount=AMOUNTS, seconds=st.integers(1, 40))
    def hold(self, hold_id: UUID, request_id: UUID, amount: int, seconds: int) -> None:
        hold = Hold(hold_id, request_id, amount, self.now + timedelta(seconds=seconds))
        known = self.placed.setdefault(hold_id, hold)
        if known == hold or hold_id not in {told.fields.get("hold_id") for told in self.history}:
            self.placed[hold_id] = hold  # an id is one hold's, for ever
            self.attempt(lambda w: w.hold(hold, "INR", self.now))

    @rule(hold_id=HOLDS, amount=AMOUNTS)
    def capture(self, hold_id: UUID, amount: int) -> None:
        self.attempt(lambda w: w.capture(hold_id, amount, self.now))

    @rule(hold_id=HOLDS)
    def release(self, hold_id: UUID) -> None:
        self.attempt(lambda w: w.release(hold_id, WhyReleased.NOT_NEEDED, self.now))

    @rule(debit_id=TRANSFERS, request_id=REQUESTS, amount=AMOUNTS)
    def debit(self, debit_id: UUID, request_id: UUID, amount: int) -> None:
        self.attempt(lambda w: w.debit(debit_id, request_id, amount, WhyDebited.FEE, self.now))

    @rule(grant_id=GRANTS, amount=AMOUNTS, seconds=st.none() | st.integers(0, 60))
    def grant(self, grant_id: UUID, amount: int, seconds: int | None) -> None:
        until = None if seconds is None else self.now + timedelta(seconds=seconds)
        self.attempt(lambda w: w.grant(grant_id, amount, WhyGranted.CAMPAIGN, until, self.now))

    @rule(hold_id=HOLDS, request_id=REQUESTS, amount=AMOUNTS, seconds=st.integers(1, 40))
    def keep_promos(self, hold_id: UUID, request_id: UUID, amount: int, seconds: int) -> None:
        if hold_id not in {told.fields.get("hold_id") for told in self.history}:
            until = self.now + timedelta(seconds=seconds)
            self.attempt(lambda w: w.keep_promos(hold_id, request_id, amount, "INR", until, self.now))

    @rule(request_id=REQUESTS)
    def free_promos(self, request_id: UUID) -> None:
        self.attempt(lambda w: w.free_promos(request_id, WhyReleased.NOT_NEEDED, self.now))

    @rule(spend_id=TRANSFERS, request_id=REQUESTS, amount=AMOUNTS)
    def spend_promos(self, spend_id: UUID, request_id: UUID, amount: int) -> None:
        self.attempt(lambda w: w.spend_promos(spend_id, request_id, amount, self.now))

    @rule(refund_id=TRANSFERS, request_id=REQUESTS, amount=AMOUNTS)
    def give_back(self, refund_id: UUID, request_id: UUID, amount: int) -> None:
        self.attempt(lambda w: w.give_back(refund_id, request_id, amount, ledger.REFUND_IN_FLIGHT, self.now))

    @rule()
    def expire_promos(self) -> None:
        self.attempt(lambda w: w.expire_promos(self.now))

    @rule()
    def freeze(self) -> None:
        self.attempt(lambda w: w.freeze(WhyFrozen.CUSTOMER_ASKED, self.now))

    @rule()
    def unfreeze(self) -> None:
        self.attempt(lambda w: w.unfreeze(self.now))

    @invariant()
    def available_is_never_below_nothing(self) -> None:
        assert self.aggregate.available_minor >= 0
        assert all(hold.amount_minor > 0 for hold in self.aggregate.holds)

    @invariant()
    def what_is_kept_of_a_grant_is_there(self) -> None:
        left = {grant.grant_id: grant.left_minor for grant in self.aggregate.grants}
        for kept in self.aggregate.kept_promos:
            for part in kept.parts:
                assert part.grant_id is not None
                left[part.grant_id] -= part.amount_minor
        assert all(amount >= 0 for amount in left.values())

    @invariant()
    def the_journal_agrees_with_the_balance_and_every_grant(self) -> None:
        journal: dict[str, int] = {}
        for told in self.history:
            legs = told.fields.get("legs", ())
            assert isinstance(legs, tuple)
            if legs:
                check_balanced(str(told.fields["transfer_id"]), legs)
            for leg in legs:
                journal[leg.account] = journal.get(leg.account, 0) - leg.amount_minor
        assert journal.get(ledger.wallet_of(CUSTOMER), 0) == self.aggregate.balance_minor
        promos = {name: left for name, left in journal.items() if ":Promo:" in name and left}
        assert promos == {ledger.promo_of(CUSTOMER, g.grant_id): g.left_minor for g in self.aggregate.grants}

    @invariant()
    def no_more_comes_back_than_was_taken(self) -> None:
        taken: dict[object, int] = {}
        for told in self.history:
            topic, fields = told.event_class.TOPIC, told.fields
            legs = fields.get("legs", ())
            assert isinstance(legs, tuple)
            moved = sum(leg.amount_minor for leg in legs if leg.amount_minor > 0)
            if topic in {"wallet.debited", "wallet.hold_captured", "wallet.promo_spent"}:
                taken[fields["request_id"]] = taken.get(fields["request_id"], 0) + moved
            elif topic == "wallet.given_back":
                taken[fields["request_id"]] -= moved
        assert all(left >= 0 for left in taken.values())

    @invariant()
    def a_transfer_is_booked_once(self) -> None:
        ids = [told.fields["transfer_id"] for told in self.history if "transfer_id" in told.fields]
        assert len(set(ids)) == len(ids)


TestWallet = WalletMachine.TestCase
TestWallet.settings = settings(max_examples=examples(60), stateful_step_count=40, deadline=None)
