"""What does every customer have with us, and how much of it is kept for jobs?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class WalletRow(Row, frozen=True, gc=False):
    """One wallet. Available is the balance without what is held; ``frozen`` says why nothing may be taken, if so."""

    tenant: str
    wallet_id: UUID
    version: int
    position: int
    customer_id: UUID
    currency: str
    balance_minor: int
    held_minor: int
    frozen: str | None
    opened_at: datetime
    updated_at: datetime


wallets = ReadModel(
    "wallets",
    WalletRow,
    version=2,
    key=("tenant", "wallet_id"),
    indexes=(Index(("tenant", "customer_id")), Index(("tenant", "opened_at", "wallet_id"))),
)


@wallets.begins("wallet.opened")
def _opened(fact: Fact) -> WalletRow:
    return WalletRow(
        tenant=fact.tenant,
        wallet_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        customer_id=fact.uuid("customer_id"),
        currency=fact.text("currency"),
        balance_minor=0,
        held_minor=0,
        frozen=None,
        opened_at=fact.occurred_at,
        updated_at=fact.occurred_at,
    )


def _booked(row: WalletRow, fact: Fact) -> WalletRow:
    return replace(_touched(row, fact), balance_minor=fact.whole("balance_minor"))


wallets.on("wallet.credited")(_booked)
wallets.on("wallet.debited")(_booked)
wallets.on("wallet.given_back")(_booked)
wallets.on("wallet.returned")(_booked)


@wallets.on("wallet.hold_placed")
def _hold_placed(row: WalletRow, fact: Fact) -> WalletRow:
    return replace(_touched(row, fact), held_minor=row.held_minor + fact.whole("amount_minor"))


@wallets.on("wallet.hold_captured")
def _hold_captured(row: WalletRow, fact: Fact) -> WalletRow:
    kept = fact.whole("amount_minor") + fact.whole("released_minor")
    return replace(_booked(row, fact), held_minor=row.held_minor - kept)


@wallets.on("wallet.hold_released")
def _hold_released(row: WalletRow, fact: Fact) -> WalletRow:
    return replace(_touched(row, fact), held_minor=row.held_minor - fact.whole("amount_minor"))


@wallets.on("wallet.frozen")
def _frozen(row: WalletRow, fact: Fact) -> WalletRow:
    return replace(_touched(row, fact), frozen=fact.text("why"))


@wallets.on("wallet.unfrozen")
def _unfrozen(row: WalletRow, fact: Fact) -> WalletRow:
    return replace(_touched(row, fact), frozen=None)


def _touched(row: WalletRow, fact: Fact) -> WalletRow:
    return replace(row, version=fact.version, position=fact.position, updated_at=fact.occurred_at)


for _topic in ("promo_granted", "promo_expired", "promo_kept", "promo_freed", "promo_spent"):
    wallets.on(f"wallet.{_topic}")(_touched)
