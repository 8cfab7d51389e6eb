"""How does money go back to where it came from? Promised, accepted by the gateway, done; or to the wallet instead."""

from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain import ledger
from domain.aggregate import Aggregate, Created, event
from domain.intent import IntentEnd, IntentKind
from domain.ledger import MoneyEvent, recipes
from domain.money import checked_amount, checked_currency
from domain.refund_terms import RefundState, WhyRefunded


class Refund(Aggregate):
    """A part of one captured payment, or all of it, on its way back. Its id is the operation that asks for it.

    What is promised leaves the account ``taken_from`` at once. A refund that the gateway made by itself begins as
    accepted; where its money comes from is a case to reconcile.
    """

    TOPIC = "refund"

    order_id: UUID
    customer_id: UUID
    gateway_payment: str
    amount_minor: int
    currency: str
    why: WhyRefunded
    state: RefundState = field(default=RefundState.REQUESTED, init=False)
    gateway_refund: str | None = field(default=None, init=False)

    class Requested(Created):
        """Money is to go back."""

        TOPIC: ClassVar[str] = "refund.requested"
        order_id: UUID
        customer_id: UUID
        gateway_payment: str
        amount_minor: int
        currency: str
        why: WhyRefunded

    class Promised(MoneyEvent):
        """It left where it was, and the gateway is to be asked for it."""

        TOPIC: ClassVar[str] = "refund.promised"
        ASKS: ClassVar[IntentKind] = IntentKind.REFUND
        gateway_payment: str
        operation_id: UUID
        amount_minor: int

    class Recognised(MoneyEvent):
        """The gateway gave money back that nobody of us asked for."""

        TOPIC: ClassVar[str] = "refund.recognised"
        gateway_payment: str
        gateway_refund: str
        amount_minor: int

    class Doubted(Aggregate.Event):
        """Nobody knows whether the gateway has the order: it has to be asked."""

        TOPIC: ClassVar[str] = "refund.doubted"
        DOUBTS: ClassVar[bool] = True
        operation_id: UUID
        why: str

    class Accepted(Aggregate.Event):
        """The gateway has the order, under an id of its own."""

        TOPIC: ClassVar[str] = "refund.accepted"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID
        gateway_refund: str

    class Rejected(Aggregate.Event):
        """The gateway did not take the order: certainly nothing went back."""

        TOPIC: ClassVar[str] = "refund.rejected"
        ENDS: ClassVar[IntentEnd] = IntentEnd.REJECTED
        operation_id: UUID
        why: str

    class Processed(MoneyEvent):
        """The gateway gave it out; its fee stays spent."""

        TOPIC: ClassVar[str] = "refund.processed"
        gateway_payment: str
        gateway_refund: str
        amount_minor: int

    class PutBack(MoneyEvent):
        """What nobody of us asked for did not arrive: it is booked back to where it came from."""

        TOPIC: ClassVar[str] = "refund.put_back"
        gateway_payment: str
        gateway_refund: str
        amount_minor: int

    class Rerouted(Aggregate.Event):
        """It could not go back: it is in the customer's wallet, whose own events book it."""

        TOPIC: ClassVar[str] = "refund.rerouted"
        customer_id: UUID
        amount_minor: int
        currency: str

    @classmethod
    def request(
        cls,
        refund_id: UUID,
        *,
        order_id: UUID,
        customer_id: UUID,
        payment: str,
        amount_minor: int,
        currency: str,
        why: WhyRefunded,
        at: datetime,
    ) -> "Refund":
        """Promise so much of a payment, out of what the order holds; raises BadAmount or UnknownCurrency."""
        refund = cls._begun(refund_id, order_id, customer_id, payment, amount_minor, currency, why, at)
        booked = refund._promised(ledger.advance_for(order_id))
        told = {"operation_id": refund_id, "gateway_payment": payment, "amount_minor": amount_minor}
        refund.trigger_event(cls.Promised, timestamp=at, **booked.fields, **told)
        return refund

    @classmethod
    def recognise(
        cls,
        refund_id: UUID,
        *,
        order_id: UUID,
        customer_id: UUID,
        payment: str,
        gateway_refund: str,
        amount_minor: int,
        currency: str,
        at: datetime,
    ) -> "Refund":
        """Take a refund to the books that nobody asked for: who bears it is found out later (``L:Suspense``)."""
        why = WhyRefunded.BY_GATEWAY
        refund = cls._begun(refund_id, order_id, customer_id, payment, amount_minor, currency, why, at)
        booked = refund._promised(ledger.SUSPENSE)
        told = {"gateway_refund": gateway_refund, "gateway_payment": payment, "amount_minor": amount_minor}
        refund.trigger_event(cls.Recognised, timestamp=at, **booked.fields, **told)
        return refund

    @property
    def is_asked(self) -> bool:
        """Whether the gateway was, or is to be, asked, and nobody knows what came of it."""
        return self.state is RefundState.REQUESTED

    def accepted(self, gateway_refund: str, at: datetime) -> None:
        """The gateway has it; told twice it is no news."""
        if self.is_asked:
            self.trigger_event(self.Accepted, timestamp=at, operation_id=self.id, gateway_refund=gateway_refund)

    def doubted(self, why: str, at: datetime) -> None:
        """Nobody knows; once it is accepted or rejected somebody does."""
        if self.is_asked:
            self.trigger_event(self.Doubted, timestamp=at, operation_id=self.id, why=why)

    def rejected(self, why: str, at: datetime) -> bool:
        """The gateway refused it; whether that is news, so that the money goes to the wallet."""
        if not self.is_asked:
            return False
        self.trigger_event(self.Rejected, timestamp=at, operation_id=self.id, why=why)
        self._reroute(at)
        return True

    def processed(self, gateway_refund: str, at: datetime) -> None:
        """The gateway gave it out, which it may tell before it has answered; told twice it is no news."""
        self.accepted(gateway_refund, at)
        if self.state is RefundState.ACCEPTED:
            booked = recipes.refund_paid(self.id.hex, self.amount_minor, self.currency)
            self.trigger_event(self.Processed, timestamp=at, **booked.fields, **self._told(gateway_refund))

    def failed(self, gateway_refund: str, at: datetime) -> bool:
        """It did not arrive; whether that is news, so that the money goes to the wallet."""
        self.accepted(gateway_refund, at)
        if self.state is not RefundState.ACCEPTED:
            return False
        if self.why is WhyRefunded.BY_GATEWAY:
            booked = recipes.refund_failed(self._promised(ledger.SUSPENSE))
            self.trigger_event(self.PutBack, timestamp=at, **booked.fields, **self._told(gateway_refund))
            return False
        self._reroute(at)
        return True

    def _promised(self, taken_from: str) -> ledger.Transfer:
        return recipes.refund_promised(self.id.hex, {taken_from: self.amount_minor}, self.currency)

    def _told(self, gateway_refund: str) -> dict[str, object]:
        told = {"gateway_payment": self.gateway_payment, "amount_minor": self.amount_minor}
        return {"gateway_refund": gateway_refund, **told}

    def _reroute(self, at: datetime) -> None:
        told = {"customer_id": self.customer_id, "amount_minor": self.amount_minor, "currency": self.currency}
        self.trigger_event(self.Rerouted, timestamp=at, **told)

    @classmethod
    def _begun(
        cls,
        refund_id: UUID,
        order_id: UUID,
        customer_id: UUID,
        payment: str,
        amount_minor: int,
        currency: str,
        why: WhyRefunded,
        at: datetime,
    ) -> "Refund":
        return cls._create(
            cls.Requested,
            id=refund_id,
            timestamp=at,
            order_id=order_id,
            customer_id=customer_id,
            gateway_payment=payment,
            amount_minor=checked_amount(amount_minor),
            currency=checked_currency(currency),
            why=why,
        )

    @event(Recognised)
    def _on_recognised(self, gateway_refund: str) -> None:
        self.gateway_refund = gateway_refund
        self.state = RefundState.ACCEPTED

    @event(Accepted)
    def _on_accepted(self, gateway_refund: str) -> None:
        self.gateway_refund = gateway_refund
        self.state = RefundState.ACCEPTED

    @event(Processed)
    def _on_processed(self) -> None:
        self.state = RefundState.PROCESSED

    @event(PutBack)
    def _on_put_back(self) -> None:
        self.state = RefundState.PUT_BACK

    @event(Rerouted)
    def _on_rerouted(self) -> None:
        self.state = RefundState.REROUTED
