"""How is noted what the gateway paid to our bank, and that the bank has it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role
from domain.actor import Role
from domain.gateway_settlement import GatewaySettlement, settlement_stream
from domain.refusal import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.money import Money


@dataclass(frozen=True, slots=True)
class RecordSettlement:
    """The gateway has settled: this tenant's part of it, which is the sum of so many of its entities."""

    actor: Actor
    gateway_settlement: str
    money: Money
    bank_reference: str
    entities: int
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordBanked:
    """The bank's statement has a settlement."""

    actor: Actor
    gateway_settlement: str
    at: datetime


async def record_settlement(command: RecordSettlement, work: Work) -> Answer:
    """Book it once. Raises NotAllowed, BadAmount, UnknownCurrency or AnotherSettlement."""
    check_role(work, command.actor, Role.SYSTEM)
    tenant, money = work.context.tenant, command.money
    try:
        settlement = await work.get(GatewaySettlement, settlement_stream(tenant, command.gateway_settlement))
        settlement.tell_again(money.amount_minor, money.currency)
    except NotFound:
        settlement = GatewaySettlement.tell(
            tenant,
            command.gateway_settlement,
            money.amount_minor,
            money.currency,
            bank_reference=command.bank_reference,
            entities=command.entities,
            at=command.at,
        )
        work.add(settlement)
    return {"id": settlement.id.hex, "version": settlement.version}


async def record_banked(command: RecordBanked, work: Work) -> Answer:
    """Note that it arrived; twice changes nothing. Raises NotAllowed or NotFound."""
    check_role(work, command.actor, Role.SYSTEM)
    settlement = await work.get(GatewaySettlement, settlement_stream(work.context.tenant, command.gateway_settlement))
    settlement.bank(command.at)
    return {"id": settlement.id.hex, "version": settlement.version}
