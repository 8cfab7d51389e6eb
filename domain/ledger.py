"""How is money booked? In transfers between accounts, each of which sums to nothing.

Debits are positive, credits negative, as in the chart of accounts in docs/guides/money.md. An account of ours is named
by a function of this file and nowhere else. A transfer's id follows from the fact that it books, so that two messages
for one fact are one transfer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.aggregate import Aggregate
from domain.money import checked_currency

MOST_LEGS = 32
"""Legs of one transfer: a settlement with every tax of two states has a dozen."""

CASH_DESK = "A:Cash:Desk"
COMMISSION = "I:Commission"
SERVICE = "I:Service"
ROUNDING = "E:Rounding"
GOODWILL = "E:Goodwill"
DISPLACED = "E:Displaced"


class GstKind(StrEnum):
    """Which of the taxes on goods and services."""

    CGST = "CGST"
    SGST = "SGST"
    IGST = "IGST"


class Unbalanced(Exception):
    """A transfer that does not sum to nothing: a fault of ours, never a customer's; nothing is recorded."""


def cash_with(provider_id: UUID) -> str:
    """What a provider has collected for us and not handed in."""
    return f"A:Cash:Provider:{provider_id.hex}"


def receivable_from(customer_id: UUID) -> str:
    """What a customer owes us."""
    return f"A:Customer:{customer_id.hex}:Receivable"


def wallet_of(customer_id: UUID) -> str:
    """What a customer has with us."""
    return f"L:Customer:{customer_id.hex}:Wallet"


def advance_for(request_id: UUID) -> str:
    """What was paid for a job and is not divided yet: empty before and after."""
    return f"L:Advance:{request_id.hex}"


def payable_to(provider_id: UUID) -> str:
    """What we owe a provider; a debit balance is what the provider owes us, after jobs paid in cash."""
    return f"L:Provider:{provider_id.hex}:Payable"


def gst_out(kind: GstKind, state: str) -> str:
    """Tax that we owe, of one kind and, for what a state gets, of one state (two digits; empty when unknown)."""
    return f"L:Gst:Out:{kind.value}:{state}" if state else f"L:Gst:Out:{kind.value}"


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a transfer: a debit is positive, a credit negative, in minor units of the transfer's currency."""

    account: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money on its way from some accounts to others. Raises Unbalanced or UnknownCurrency."""

    transfer_id: str
    currency: str
    legs: tuple[Leg, ...]

    def __post_init__(self) -> None:
        checked_currency(self.currency)
        check_balanced(self.transfer_id, self.legs)

    @property
    def fields(self) -> dict[str, object]:
        """As fields of a money event."""
        return {"transfer_id": self.transfer_id, "currency": self.currency, "legs": self.legs}


def transfer(fact: str, of: UUID, currency: str, legs: Mapping[str, int]) -> Transfer:
    """The transfer of one fact about one thing: ``cap`` of a hold, ``set`` of a payment.

    Accounts that get nothing are left out. Raises Unbalanced or UnknownCurrency.
    """
    moved = tuple(Leg(account, amount) for account, amount in legs.items() if amount)
    return Transfer(f"{fact}:{of.hex}", currency, moved)


def check_balanced(transfer_id: str, legs: Iterable[Leg]) -> None:
    """M1 for one transfer: it has legs, none of nothing, no account twice, and they sum to nothing."""
    taken = tuple(legs)
    accounts = {leg.account for leg in taken}
    if not 2 <= len(taken) <= MOST_LEGS or len(accounts) != len(taken):
        raise Unbalanced(f"{transfer_id}: {len(taken)} legs on {len(accounts)} accounts")
    if any(leg.amount_minor == 0 for leg in taken) or sum(leg.amount_minor for leg in taken) != 0:
        raise Unbalanced(f"{transfer_id}: {[leg.amount_minor for leg in taken]} does not sum to nothing")


class MoneyEvent(Aggregate.Event):
    """Base of everything that books: what happened, with the legs that it moves."""

    transfer_id: str
    currency: str
    legs: tuple[Leg, ...]
