"""How do prices come to apply no longer?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.city_told import tariff_told
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.tariff import Tariff

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class WithdrawTariff:
    """Charge nothing by this tariff from an instant on."""

    actor: Actor
    tariff_id: UUID
    effective_from: datetime
    at: datetime
    expected_version: int | None = None


async def withdraw_tariff(command: WithdrawTariff, work: Work) -> Answer:
    """Withdraw a tariff; quotes that were issued stay good, and a zone falls back to the tariff for everywhere.

    Raises NotAllowed, NotFound, StaleVersion, BadEffect, TooManyVersions or TariffNotInEffect.
    """
    check_role(work, command.actor, *DESK)
    tariff = await work.get(Tariff, command.tariff_id)
    check_version(tariff, command.expected_version)
    tariff.withdraw(command.effective_from, command.at)
    return tariff_told(tariff, command.effective_from)
