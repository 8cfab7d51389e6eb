"""How does a provider get back what was kept for disputes?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, check_version
from domain.actor import TREASURERS
from domain.earning import Earning
from domain.earning_rules import RIGHT_AWAY
from domain.earnings_terms import reserve_id
from domain.reserve import Reserve

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.money import Money


@dataclass(frozen=True, slots=True)
class FreeReserve:
    """Let so much of what is kept back be paid."""

    actor: Actor
    provider_id: UUID
    money: Money
    at: datetime
    expected_version: int | None = None


async def free_reserve(command: FreeReserve, work: Work) -> Answer:
    """It is an earning again, due at once. Raises NotAllowed, NotFound, StaleVersion, BadAmount or ReserveTooSmall."""
    check_role(work, command.actor, *TREASURERS)
    money, at = command.money, command.at
    reserve = await work.get(Reserve, reserve_id(command.provider_id, money.currency))
    check_version(reserve, command.expected_version)
    cause = work.context.command_id
    reserve.free(cause, money.amount_minor, at)
    work.add(Earning.accrue(command.provider_id, cause, money.amount_minor, money.currency, RIGHT_AWAY, at))
    return {
        "id": reserve.id.hex,
        "version": reserve.version,
        "provider_id": reserve.provider_id.hex,
        "reserve_minor": reserve.amount_minor,
        "currency": reserve.currency,
    }
