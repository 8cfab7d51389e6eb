"""How is one provider paid, once? Batched, asked for, and then whatever the gateway and the bank tell, in any order."""

from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Created, event
from domain.intent import IntentEnd, IntentKind
from domain.ledger import Leg, MoneyEvent, Transfer, recipes
from domain.money import checked_amount, checked_currency
from domain.payout_terms import (
    BACK,
    ENDED,
    GATEWAY_ID,
    RANK,
    AnotherPayout,
    PayoutState,
    PayoutTold,
    code_of,
    gateway_id,
)
from domain.refusal import OutOfTurn


class Payout(Aggregate):
    """So much of a provider's earnings on its way to its bank account.

    It is asked for under one operation, and never under another: a payout that came back is over, its amount an
    earning again. ``processed`` may still become ``reversed``. News counts by its rank, not by when it comes.
    """

    TOPIC = "payout"

    provider_id: UUID
    batch_id: UUID
    account_id: UUID
    amount_minor: int
    currency: str
    state: PayoutState = field(default=PayoutState.BATCHED, init=False)
    operation_id: UUID | None = field(default=None, init=False)
    gateway_account: str = field(default="", init=False)
    gateway_payout: str | None = field(default=None, init=False)
    bank_reference: str | None = field(default=None, init=False)
    booked: Transfer | None = field(default=None, init=False)
    doubts: int = field(default=0, init=False)

    class Batched(Created):
        """These earnings are to be paid to the account that the provider has given."""

        TOPIC: ClassVar[str] = "payout.batched"
        provider_id: UUID
        batch_id: UUID
        account_id: UUID
        amount_minor: int
        currency: str

    class Requested(Aggregate.Event):
        """The gateway is to be asked for it; ``gateway_account`` is its id of the bank account."""

        TOPIC: ClassVar[str] = "payout.requested"
        ASKS: ClassVar[IntentKind] = IntentKind.PAY_OUT
        operation_id: UUID
        gateway_account: str
        amount_minor: int
        currency: str

    class Doubted(Aggregate.Event):
        """Nobody knows whether the gateway took the order: it has to be asked."""

        TOPIC: ClassVar[str] = "payout.doubted"
        DOUBTS: ClassVar[bool] = True
        operation_id: UUID
        why: str

    class Accepted(Aggregate.Event):
        """The gateway has the order, under an id of its own."""

        TOPIC: ClassVar[str] = "payout.accepted"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID
        gateway_payout: str

    class Refused(Aggregate.Event):
        """The gateway did not take the order: certainly nothing went out."""

        TOPIC: ClassVar[str] = "payout.refused"
        ENDS: ClassVar[IntentEnd] = IntentEnd.REJECTED
        operation_id: UUID
        provider_id: UUID
        code: str

    class MovedOn(Aggregate.Event):
        """The gateway says how far it is."""

        TOPIC: ClassVar[str] = "payout.moved_on"
        state: PayoutState

    class Processed(MoneyEvent):
        """The bank has it; what the gateway took for it is booked along, tax included."""

        TOPIC: ClassVar[str] = "payout.processed"
        provider_id: UUID
        gateway_payout: str
        amount_minor: int
        fee_minor: int
        tax_minor: int
        bank_reference: str | None

    class Reversed(MoneyEvent):
        """The bank had it and gave it back: what was booked is booked back."""

        TOPIC: ClassVar[str] = "payout.reversed"
        provider_id: UUID
        gateway_payout: str
        amount_minor: int

    class Ended(Aggregate.Event):
        """It came to nothing before the bank had it: nothing was booked."""

        TOPIC: ClassVar[str] = "payout.ended"
        provider_id: UUID
        state: PayoutState
        why: PayoutTold

    @classmethod
    def batch(
        cls,
        payout_id: UUID,
        *,
        provider_id: UUID,
        batch_id: UUID,
        account_id: UUID,
        amount_minor: int,
        currency: str,
        at: datetime,
    ) -> "Payout":
        """Begin to pay; raises BadAmount or UnknownCurrency."""
        told = {"amount_minor": checked_amount(amount_minor), "currency": checked_currency(currency)}
        whose = {"provider_id": provider_id, "batch_id": batch_id, "account_id": account_id}
        return cls._create(cls.Batched, id=payout_id, timestamp=at, **whose, **told)

    @property
    def is_over(self) -> bool:
        """Whether its money is with us and nothing more can come."""
        return self.state in ENDED

    @property
    def is_open(self) -> bool:
        """Whether the gateway was, or is to be, asked and has not said yes or no."""
        return self.operation_id is not None and self.gateway_payout is None and not self.is_over

    def request(self, operation_id: UUID, gateway_account: str, at: datetime) -> None:
        """Have it paid; the same operation again changes nothing. Raises OutOfTurn."""
        if self.operation_id == operation_id:
            return
        self._in_turn("request")
        told = {"amount_minor": self.amount_minor, "currency": self.currency}
        self.trigger_event(
            self.Requested, timestamp=at, operation_id=operation_id, gateway_account=gateway_id(gateway_account), **told
        )

    def withdraw(self, at: datetime) -> bool:
        """Do not pay it after all, before anybody was asked; tells whether that is news. Raises OutOfTurn."""
        if self.state is PayoutState.WITHDRAWN:
            return False
        self._in_turn("withdraw")
        self._end(PayoutState.WITHDRAWN, PayoutTold.OFFICE, at)
        return True

    def doubt(self, operation_id: UUID, why: str, at: datetime) -> None:
        """Nobody knows what became of the order; no news once it is known. Raises AnotherPayout."""
        self._of(operation_id)
        if self.is_open:
            self.trigger_event(self.Doubted, timestamp=at, operation_id=operation_id, why=code_of(why))

    def refuse(self, operation_id: UUID, code: str, at: datetime) -> bool:
        """The gateway did not take the order; tells whether that is news. Raises AnotherPayout."""
        self._of(operation_id)
        if not self.is_open:
            return False
        told = {"operation_id": operation_id, "provider_id": self.provider_id, "code": code_of(code)}
        self.trigger_event(self.Refused, timestamp=at, **told)
        return True

    def learn(
        self,
        state: PayoutState,
        gateway_payout: str,
        at: datetime,
        *,
        fee_minor: int = 0,
        tax_minor: int = 0,
        bank_reference: str | None = None,
    ) -> bool:
        """Take what the gateway tells; whether the money came back by it. Raises AnotherPayout.

        Whatever comes twice, late or in another order comes to the same.
        """
        if self.operation_id is None or self.gateway_payout not in {None, gateway_payout}:
            raise AnotherPayout(payout_id=str(self.id))
        if self.is_over:
            return False
        if self.gateway_payout is None:
            told = {"operation_id": self.operation_id, "gateway_payout": gateway_id(gateway_payout)}
            self.trigger_event(self.Accepted, timestamp=at, **told)
        if state in BACK:
            self._come_back(state, gateway_payout, at)
            return True
        if RANK[state] <= RANK[self.state]:
            return False
        if state is not PayoutState.PROCESSED:
            self.trigger_event(self.MovedOn, timestamp=at, state=state)
            return False
        booked = recipes.payout(
            gateway_payout, self.provider_id, self.amount_minor, self.currency, fee_minor, tax_minor
        )
        reference = bank_reference if bank_reference and GATEWAY_ID.fullmatch(bank_reference) else None
        told = {"fee_minor": fee_minor, "tax_minor": tax_minor, "bank_reference": reference}
        self._book(self.Processed, booked, gateway_payout, at, **told)
        return False

    def _come_back(self, state: PayoutState, gateway_payout: str, at: datetime) -> None:
        if self.booked is None:
            self._end(state, PayoutTold.BANK, at)
        else:
            self._book(self.Reversed, recipes.payout_reversed(self.booked), gateway_payout, at)

    def _end(self, state: PayoutState, why: PayoutTold, at: datetime) -> None:
        self.trigger_event(self.Ended, timestamp=at, provider_id=self.provider_id, state=state, why=why)

    def _book(
        self, fact: type[MoneyEvent], booked: Transfer, gateway_payout: str, at: datetime, **more: object
    ) -> None:
        whose = {"provider_id": self.provider_id, "gateway_payout": gateway_payout, "amount_minor": self.amount_minor}
        self.trigger_event(fact, timestamp=at, **whose, **booked.fields, **more)

    def _in_turn(self, act: str) -> None:
        if self.state is not PayoutState.BATCHED:
            raise OutOfTurn(f"the payout is {self.state.value}", state=self.state.value, act=act)

    def _of(self, operation_id: UUID) -> None:
        if self.operation_id != operation_id:
            raise AnotherPayout(payout_id=str(self.id))

    @event(Requested)
    def _on_requested(self, operation_id: UUID, gateway_account: str) -> None:
        self.operation_id = operation_id
        self.gateway_account = gateway_account
        self.state = PayoutState.REQUESTED

    @event(Doubted)
    def _on_doubted(self) -> None:
        self.doubts += 1

    @event(Accepted)
    def _on_accepted(self, gateway_payout: str) -> None:
        self.gateway_payout = gateway_payout

    @event(Refused)
    def _on_refused(self) -> None:
        self.state = PayoutState.REJECTED

    @event(MovedOn)
    def _on_moved_on(self, state: PayoutState) -> None:
        self.state = state

    @event(Processed)
    def _on_processed(self, transfer_id: str, currency: str, legs: tuple[Leg, ...], bank_reference: str | None) -> None:
        self.booked = Transfer(transfer_id, currency, legs)
        self.bank_reference = bank_reference
        self.state = PayoutState.PROCESSED

    @event(Reversed)
    def _on_reversed(self) -> None:
        self.state = PayoutState.REVERSED

    @event(Ended)
    def _on_ended(self, state: PayoutState) -> None:
        self.state = state
