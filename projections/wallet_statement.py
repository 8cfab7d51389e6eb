"""What went in and out of a customer's wallet, and how did it stand after each?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from projections.fact import Fact
from projections.read_model import Index, Key, ReadModel, Row


class StatementRow(Row, frozen=True, gc=False):
    """One entry: ``amount_minor`` is positive for what came in, negative for what was taken.

    ``why`` is top_up, refund, goodwill, service, fee, debt or to_source; what was kept before it was taken is a
    service as well.
    Only the customer's own money is told of: what was given to spend is in ``promo_grants``.
    """

    tenant: str
    position: int
    wallet_id: UUID
    customer_id: UUID
    amount_minor: int
    balance_minor: int
    currency: str
    why: str
    request_id: UUID | None
    transfer_id: str
    booked_at: datetime


wallet_statement = ReadModel(
    "wallet_statement",
    StatementRow,
    version=2,
    key=("tenant", "position"),
    indexes=(Index(("tenant", "customer_id", "position")),),
)


def _position(fact: Fact) -> Key:
    return (fact.tenant, fact.position)


def _own_money(fact: Fact) -> Key | None:
    return _position(fact) if fact.whole("amount_minor") else None


@wallet_statement.begins("wallet.credited", _position)
def _credited(fact: Fact) -> StatementRow:
    return _entry(fact, 1, fact.text("why"))


@wallet_statement.begins("wallet.debited", _position)
def _debited(fact: Fact) -> StatementRow:
    return _entry(fact, -1, fact.text("why"))


@wallet_statement.begins("wallet.hold_captured", _position)
def _captured(fact: Fact) -> StatementRow:
    return _entry(fact, -1, "service")


@wallet_statement.begins("wallet.returned", _position)
def _returned(fact: Fact) -> StatementRow:
    return _entry(fact, -1, "to_source")


@wallet_statement.begins("wallet.given_back", _own_money)
def _given_back(fact: Fact) -> StatementRow:
    return _entry(fact, 1, "refund")


def _entry(fact: Fact, sign: int, why: str) -> StatementRow:
    return StatementRow(
        tenant=fact.tenant,
        position=fact.position,
        wallet_id=fact.stream_id,
        customer_id=fact.uuid("customer_id"),
        amount_minor=sign * fact.whole("amount_minor"),
        balance_minor=fact.whole("balance_minor"),
        currency=fact.text("currency"),
        why=why,
        request_id=fact.maybe_uuid("request_id"),
        transfer_id=fact.text("transfer_id"),
        booked_at=fact.occurred_at,
    )
