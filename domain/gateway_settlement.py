"""What has the gateway paid to our bank in one sum, and has the bank got it?"""

from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Created, event
from domain.ledger import MoneyEvent, recipes
from domain.money import checked_amount, checked_currency
from domain.payout_terms import GATEWAY_ID
from domain.refusal import Refusal

SETTLEMENTS = UUID("3f6a1f6e-2f0b-5c77-9d38-0a4c7d5e6b14")
"""The uuid5 namespace in which a settlement's stream is a fact of the tenant and of the gateway's id."""


class AnotherSettlement(Refusal):
    """This settlement was told before, with another amount."""

    code = "another_settlement"


def settlement_stream(tenant: str, gateway_settlement: str) -> UUID:
    """The stream of one of the gateway's settlements."""
    return uuid5(SETTLEMENTS, f"{tenant}|{gateway_settlement}")


def _reference(text: str) -> str:
    """The bank's reference, or nothing where it is none."""
    return text if GATEWAY_ID.fullmatch(text) else ""


class GatewaySettlement(Aggregate):
    """One sum on its way from the gateway to our bank: this tenant's part of it."""

    TOPIC = "settlement"

    gateway_settlement: str
    amount_minor: int
    currency: str
    bank_reference: str
    banked_at: datetime | None = field(default=None, init=False)

    class Told(Created):
        """The gateway says that it has paid; ``entities`` is of how many of its entities this is the sum."""

        TOPIC: ClassVar[str] = "settlement.told"
        gateway_settlement: str
        amount_minor: int
        currency: str
        bank_reference: str
        entities: int

    class Booked(MoneyEvent):
        """What the gateway had for us is in the bank."""

        TOPIC: ClassVar[str] = "settlement.booked"
        gateway_settlement: str
        amount_minor: int

    class Banked(Aggregate.Event):
        """The bank's statement has it."""

        TOPIC: ClassVar[str] = "settlement.banked"
        gateway_settlement: str
        amount_minor: int
        currency: str

    @classmethod
    def tell(
        cls,
        tenant: str,
        gateway_settlement: str,
        amount_minor: int,
        currency: str,
        *,
        bank_reference: str,
        entities: int,
        at: datetime,
    ) -> "GatewaySettlement":
        """Book what the gateway says; raises BadAmount or UnknownCurrency."""
        told = {"amount_minor": checked_amount(amount_minor), "currency": checked_currency(currency)}
        settlement = cls._create(
            cls.Told,
            id=settlement_stream(tenant, gateway_settlement),
            timestamp=at,
            gateway_settlement=gateway_settlement,
            bank_reference=_reference(bank_reference),
            entities=entities,
            **told,
        )
        booked = recipes.settled_to_bank(gateway_settlement, amount_minor, currency)
        named = {"gateway_settlement": gateway_settlement, "amount_minor": amount_minor}
        settlement.trigger_event(cls.Booked, timestamp=at, **booked.fields, **named)
        return settlement

    def tell_again(self, amount_minor: int, currency: str) -> None:
        """The same again is no news; raises AnotherSettlement."""
        if (amount_minor, currency) != (self.amount_minor, self.currency):
            raise AnotherSettlement(amount_minor=self.amount_minor)

    def bank(self, at: datetime) -> None:
        """The bank's statement has it, all of it; twice changes nothing."""
        if self.banked_at is None:
            told = {"amount_minor": self.amount_minor, "currency": self.currency}
            self.trigger_event(self.Banked, timestamp=at, gateway_settlement=self.gateway_settlement, **told)

    @event(Banked)
    def _on_banked(self, at: datetime) -> None:
        self.banked_at = at
