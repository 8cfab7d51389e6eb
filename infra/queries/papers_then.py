"""How did a wallet or a bill stand at an instant, as far as the log told of it up to a position? By its own stream."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from infra.event_store.codec import decode
from projections.fact import Fact

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from infra.queries.books_then import Then
    from infra.queries.pool import Pool

    _Row = tuple[int, str, UUID, int, str, bytes, str, datetime]

_STREAM: Final = (
    "SELECT position, tenant, stream_id, version, topic, payload, actor, occurred_at FROM events"
    " WHERE tenant = %s AND stream_id = %s AND occurred_at <= %s AND position <= %s ORDER BY version"
)


@dataclass(frozen=True, slots=True)
class HoldThen:
    """What was kept for a job."""

    request_id: UUID
    amount_minor: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class WalletThen:
    """A wallet as it stood; how much was in it, the books say."""

    wallet_id: UUID
    version: int
    customer_id: UUID
    currency: str
    holds: tuple[HoldThen, ...]
    frozen: str | None


@dataclass(frozen=True, slots=True)
class BillLife:
    """What had become of a bill: issued, registering, registered or cancelled, and what was credited."""

    version: int
    state: str
    irn: str | None
    credited_minor: int
    credit_notes: tuple[UUID, ...]


class PapersThen:
    """Wallets and bills of one tenant, folded from as much of their streams as had counted and was known."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def wallet(self, tenant: str, wallet_id: UUID, then: Then) -> WalletThen | None:
        """The wallet, or None when there was none."""
        facts = await self._facts(tenant, wallet_id, then)
        if not facts or facts[0].topic != "wallet.opened":
            return None
        holds: dict[UUID, HoldThen] = {}
        frozen: str | None = None
        for fact in facts:
            if fact.topic == "wallet.hold_placed":
                told = fact.uuid("request_id"), fact.whole("amount_minor"), fact.instant("expires_at")
                holds[fact.uuid("hold_id")] = HoldThen(*told)
            elif fact.topic in {"wallet.hold_captured", "wallet.hold_released"}:
                holds.pop(fact.uuid("hold_id"), None)
            elif fact.topic in {"wallet.frozen", "wallet.unfrozen"}:
                frozen = fact.text("why") if fact.topic == "wallet.frozen" else None
        opened = facts[0]
        whose = opened.uuid("customer_id"), opened.text("currency")
        return WalletThen(wallet_id, facts[-1].version, *whose, tuple(holds.values()), frozen)

    async def bill(self, tenant: str, invoice_id: UUID, then: Then) -> BillLife | None:
        """What had become of a bill, or None when it was not issued yet."""
        facts = await self._facts(tenant, invoice_id, then)
        if not facts or facts[0].topic != "invoice.issued":
            return None
        life = BillLife(1, "issued", None, 0, ())
        for fact in facts:
            life = replace(_lived(life, fact), version=fact.version)
        return life

    async def _facts(self, tenant: str, stream_id: UUID, then: Then) -> list[Fact]:
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_STREAM, (tenant, stream_id, then.as_of, then.known_at))).fetchall()
        return [Fact(*cast("_Row", row), decode) for row in rows]


STATES: Final = {
    "invoice.registration_asked": "registering",
    "invoice.registration_rejected": "issued",
    "invoice.void_asked": "voiding",
    "invoice.void_rejected": "registered",
    "invoice.cancelled": "cancelled",
}
"""What a bill is from such an event on."""


def _lived(life: BillLife, fact: Fact) -> BillLife:
    if fact.topic in STATES:
        return replace(life, state=STATES[fact.topic])
    match fact.topic:
        case "invoice.registered":
            return replace(life, state="registered", irn=fact.text("irn"))
        case "invoice.credited":
            notes = (*life.credit_notes, fact.uuid("credit_note_id"))
            return replace(life, credited_minor=life.credited_minor + fact.whole("amount_minor"), credit_notes=notes)
        case _:
            return life
