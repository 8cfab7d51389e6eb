"""What has the gateway settled, and whose is it? Looked up day by day, and booked once all of a settlement is known."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from application.gateway import Confirmed
from application.log import CommandContext, fingerprint_of
from application.record_dispute_fee import RecordDisputeFee, fee_within, record_dispute_fee
from application.record_settlement import RecordSettlement, record_settlement
from domain.actor import Actor
from domain.gateway_settlement import settlement_stream
from domain.money import Money

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from application.dispatch.ordering import RunsCommands
    from application.gateway import SettlementBooks, SettlementRow

NAME: Final = "settlements"


class DisputesOf(Protocol):
    """Tells which disputes of ours the gateway speaks of; read models may be behind the log."""

    async def dispute_of(self, gateway_dispute: str) -> tuple[str, UUID] | None:
        """Tenant and id of a dispute; None where nobody has heard of it."""
        ...


class Owners(Protocol):
    """Tells whose the gateway's entities are, by the books; they may be behind the log."""

    async def tenants_of(self, entities: Collection[str]) -> Mapping[str, str]:
        """The tenant of each entity that some books have; the others are left out."""
        ...


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look came to: settlements that were booked, and entities in settlements that nobody's books have."""

    booked: int
    unknown: tuple[str, ...]


class Settling:
    """Books what the gateway settled. A settlement of which something is unknown waits: webhooks may be late.

    What it kept for disputes themselves is told by nothing else, and is booked first.
    """

    def __init__(
        self, books: SettlementBooks, owners: Owners, engine: RunsCommands, disputes: DisputesOf | None = None
    ) -> None:
        self._books = books
        self._owners = owners
        self._engine = engine
        self._disputes = disputes

    async def look(self, day: date, at: datetime) -> Looked | None:
        """Book a day's settlements; the same again books nothing twice. None when the gateway did not say."""
        told = await asyncio.to_thread(self._books.settlement_rows, day)
        if not isinstance(told, Confirmed):
            return None
        by_settlement: dict[str, list[SettlementRow]] = defaultdict(list)
        for row in told.value:
            by_settlement[row.settlement_id].append(row)
        owners = await self._owners.tenants_of({row.entity_id for row in told.value})
        booked, unknown = 0, []
        for settlement, rows in sorted(by_settlement.items()):
            strange = sorted({row.entity_id for row in rows} - owners.keys())
            if not strange:
                strange = [row.entity_id for row in rows if not await self._book_fee(row, at)]
            unknown += strange
            if not strange:
                booked += await self._book(settlement, rows, owners, at)
        return Looked(booked, tuple(unknown))

    async def _book_fee(self, row: SettlementRow, at: datetime) -> bool:
        """Book what the gateway kept for a dispute; False when nobody knows yet which of ours it is."""
        fee = fee_within(row)
        if not fee or self._disputes is None:
            return True
        found = await self._disputes.dispute_of(row.entity_id)
        if found is None:
            return False
        tenant, dispute_id = found
        actor, is_back = Actor.system(NAME, tenant), row.credit_minor > 0
        command = RecordDisputeFee(actor, dispute_id, row.settlement_id, is_back, fee, row.tax_minor, at)
        key = f"dispute-fee/{row.settlement_id}/{row.entity_id}/{is_back}"
        context = CommandContext(tenant, actor.text, key, fingerprint_of(key), dispute_id, at)
        await self._engine.run(context, lambda work: record_dispute_fee(command, work))
        return True

    async def _book(
        self, settlement: str, rows: Iterable[SettlementRow], owners: Mapping[str, str], at: datetime
    ) -> int:
        by_tenant: dict[tuple[str, str], list[SettlementRow]] = defaultdict(list)
        for row in rows:
            by_tenant[owners[row.entity_id], row.currency].append(row)
        sums = {whose: sum(row.credit_minor - row.debit_minor for row in own) for whose, own in by_tenant.items()}
        # Where more went back than came in, the other tenants' part paid for it: that is for people to settle.
        owed = [whose for whose in sorted(sums) if sums[whose] > 0]
        return sum([await self._record(settlement, by_tenant[whose], whose, sums[whose], at) for whose in owed])

    async def _record(
        self, settlement: str, rows: list[SettlementRow], whose: tuple[str, str], amount_minor: int, at: datetime
    ) -> int:
        tenant, currency = whose
        actor = Actor.system(NAME, tenant)
        money = Money(amount_minor, currency)
        command = RecordSettlement(actor, settlement, money, rows[0].bank_reference or "", len(rows), at)
        key = f"settlement/{settlement}/{amount_minor}"
        stream = settlement_stream(tenant, settlement)
        context = CommandContext(tenant, actor.text, key, fingerprint_of(key), stream, at)
        done = await self._engine.run(context, lambda work: record_settlement(command, work))
        return int(not done.replayed)
