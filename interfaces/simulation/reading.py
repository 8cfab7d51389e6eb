"""What do simulated people read from a request as the API shows it? The one place that knows its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interfaces.simulation.api import Answer


def quote_of(row: Answer) -> Answer | None:
    """The newest price: ``version``, ``total_minor``, ``currency``; None where nothing is charged."""
    return row.get("quote")


def is_priced(row: Answer) -> bool:
    """Whether the job costs anything: then work begins with the customer's code and ends with being paid."""
    return quote_of(row) is not None


def is_confirmed(row: Answer) -> bool:
    """Whether the customer has agreed to a price."""
    return row.get("payment_method") is not None


def fare_of(row: Answer) -> Answer | None:
    """What the job costs as it was done, once that is known: ``version``, ``total_minor``, ``currency``."""
    return row.get("fare")


def money_of(row: Answer) -> Answer:
    """What it cost, how it was paid and what came of that; nothing where nothing is charged."""
    told = fare_of(row) or quote_of(row) or {}
    return {
        "price_minor": told.get("total_minor"),
        "currency": told.get("currency"),
        "payment": row.get("payment_method"),
        "outcome_of_payment": row.get("outcome"),
        "settled_minor": row.get("settled_minor"),
    }
