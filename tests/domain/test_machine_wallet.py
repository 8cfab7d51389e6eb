"""Whatever is put into a wallet, kept and taken: is available never below nothing, and does the journal agree?"""

from datetime import timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain import ledger
from domain.ledger import Leg, check_balanced
from domain.wallet import Wallet
from domain.wallet_terms import Hold, WhyCredited, WhyDebited, WhyFrozen, WhyReleased, wallet_id
from tests.support.machine import AggregateMachine
from tests.support.roadside import CUSTOMER, NOON, TENANT, some_id

AMOUNTS = st.integers(-1, 60)
HOLDS = st.sampled_from([some_id(n) for n in range(480, 492)])
REQUESTS = st.sampled_from([some_id(41), some_id(42)])
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
    def the_journal_agrees_with_the_balance(self) -> None:
        journal: list[Leg] = []
        for told in self.history:
            legs = told.fields.get("legs", ())
            assert isinstance(legs, tuple)
            if legs:
                check_balanced(str(told.fields["transfer_id"]), legs)
            journal += legs
        mine = ledger.wallet_of(CUSTOMER)
        assert -sum(leg.amount_minor for leg in journal if leg.account == mine) == self.aggregate.balance_minor

    @invariant()
    def a_transfer_is_booked_once(self) -> None:
        ids = [told.fields["transfer_id"] for told in self.history if "transfer_id" in told.fields]
        assert len(set(ids)) == len(ids)


TestWallet = WalletMachine.TestCase
TestWallet.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
