"""How is anything booked? In transfers between accounts, each of which sums to nothing in its one asset.

Debits are positive, credits negative. A transfer's id follows from the fact that it books, so that two messages for
one fact are one transfer.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.aggregate import Aggregate
from domain.money import checked_asset

MOST_LEGS = 32
"""Legs of one transfer: a settlement with every tax of two states has a dozen."""

FACT = re.compile(r"[A-Za-z0-9_.-]{1,64}")
"""What an outside fact may be called: the gateway's ids are 14 letters and digits behind a prefix."""


class Unbalanced(Exception):
    """A transfer that does not sum to nothing: a fault of ours, never a customer's; nothing is recorded."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a transfer: a debit is positive, a credit negative, in minor units of the transfer's currency."""

    account: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money or units on their way from some accounts to others. Raises Unbalanced or UnknownCurrency.

    ``currency`` is any asset: a currency, or what a membership entitles to (``TOW``, ``KM``).
    """

    transfer_id: str
    currency: str
    legs: tuple[Leg, ...]

    def __post_init__(self) -> None:
        checked_asset(self.currency)
        check_balanced(self.transfer_id, self.legs)

    @property
    def fields(self) -> dict[str, object]:
        """As fields of a money event."""
        return {"transfer_id": self.transfer_id, "currency": self.currency, "legs": self.legs}

    def amount_on(self, account: str) -> int:
        """What it debits an account with; negative for a credit, nothing for an account that it does not touch."""
        return sum(leg.amount_minor for leg in self.legs if leg.account == account)

    def reversed_by(self, fact: str) -> "Transfer":
        """The same the other way round, as a fact of its own: a mistake is made good, never taken out of the log."""
        return Transfer(fact, self.currency, tuple(Leg(leg.account, -leg.amount_minor) for leg in self.legs))


def transfer(fact: str, of: UUID | str, currency: str, legs: Mapping[str, int]) -> Transfer:
    """The transfer of one fact about one thing: ``cap`` of a hold, ``set`` of a payment, ``stl`` of a settlement.

    What others name (``pay_...``) keeps its name. Accounts that get nothing are left out.
    Raises Unbalanced, UnknownCurrency, or ValueError for a name that no id could be.
    """
    moved = tuple(Leg(account, amount) for account, amount in legs.items() if amount)
    return Transfer(fact_id(fact, of), currency, moved)


def fact_id(fact: str, of: UUID | str, *then: str) -> str:
    """The id of the transfer that books a fact: ``cap:pay_29QQoUBi66xm2f``, ``dsp:disp_1:lost``."""
    name = of.hex if isinstance(of, UUID) else of
    if FACT.fullmatch(name) is None:
        raise ValueError(f"{name[:16]!r} names no fact")
    return ":".join((fact, name, *then))


def outside_name(told: str) -> str:
    """What an outside thing is called, or a code that others gave; raises ValueError for free text."""
    if FACT.fullmatch(told) is None:
        raise ValueError(f"{told[:16]!r} names nothing")
    return told


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
