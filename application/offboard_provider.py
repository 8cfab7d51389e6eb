"""How does a provider leave?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from application.answers import provider_told
from application.end_shift import EndShift, end_shift
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.provider import Provider
from domain.provider_terms import StillOnDuty
from domain.shift_terms import ShiftReserved

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor

MOST_SHIFTS: Final = 50
"""Shifts that one save ends; a company with more of them on duty sends them home first."""


@dataclass(frozen=True, slots=True)
class OffboardProvider:
    """It works no more, for good."""

    actor: Actor
    provider_id: UUID
    at: datetime
    expected_version: int | None = None


async def offboard_provider(command: OffboardProvider, work: Work) -> Answer:
    """Let a provider leave, and end its shifts in the same save; a job under way is finished before.

    What it earned is paid as ever, and its documents are kept for as long as the books. Twice changes nothing.
    Raises NotAllowed, NotFound, StaleVersion, ProviderClosed, OutOfTurn or StillOnDuty.
    """
    check_role(work, command.actor, *DESK)
    provider = await work.get(Provider, command.provider_id)
    check_version(provider, command.expected_version)
    if len(provider.on_duty) <= MOST_SHIFTS:
        for shift_id in tuple(provider.on_duty):
            await _send_home(command, shift_id, work)
    provider.offboard(command.at)
    return provider_told(provider)


async def _send_home(command: OffboardProvider, shift_id: UUID, work: Work) -> None:
    try:
        await end_shift(EndShift(command.actor, shift_id, command.at), work)
    except ShiftReserved as refusal:
        raise StillOnDuty("somebody of it has a job", shifts=1) from refusal
