"""How is a dispute answered, by the desk or by itself, and what is noted of how that came out?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, check_version
from application.order_answers import dispute_told
from domain.actor import MONEY_DESK, Role
from domain.dispute import Dispute

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class AnswerDispute:
    """The desk contests a dispute with the pack that there is, or lets the money go."""

    actor: Actor
    dispute_id: UUID
    at: datetime
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """The gateway has our answer."""

    actor: Actor
    dispute_id: UUID
    operation_id: UUID
    gateway_document: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordNoAnswer:
    """The gateway did not take our answer (``is_certain``), or nobody knows whether it did."""

    actor: Actor
    dispute_id: UUID
    operation_id: UUID
    is_certain: bool
    why: str
    at: datetime


async def contest_dispute(command: AnswerDispute, work: Work) -> Answer:
    """Mean it: the worker carries it out. Twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, DisputeNotOpen or NoEvidenceYet.
    """
    dispute = await _answered(command, work)
    dispute.contest(command.at)
    return dispute_told(dispute)


async def accept_dispute(command: AnswerDispute, work: Work) -> Answer:
    """Let the money go: that cannot be taken back. Raises NotAllowed, NotFound, StaleVersion or DisputeNotOpen."""
    dispute = await _answered(command, work)
    dispute.accept(command.at)
    return dispute_told(dispute)


async def record_answer(command: RecordAnswer, work: Work) -> Answer:
    """Note that it arrived. Raises NotAllowed, NotFound or AnotherDispute."""
    check_role(work, command.actor, Role.SYSTEM)
    dispute = await work.get(Dispute, command.dispute_id)
    dispute.answer_arrived(command.operation_id, command.gateway_document, command.at)
    return dispute_told(dispute)


async def record_no_answer(command: RecordNoAnswer, work: Work) -> Answer:
    """Note a refusal, behind which another answer may be given, or a doubt. Raises NotAllowed or AnotherDispute."""
    check_role(work, command.actor, Role.SYSTEM)
    dispute = await work.get(Dispute, command.dispute_id)
    if command.is_certain:
        dispute.answer_refused(command.operation_id, command.why, command.at)
    else:
        dispute.answer_doubted(command.operation_id, command.why, command.at)
    return dispute_told(dispute)


async def _answered(command: AnswerDispute, work: Work) -> Dispute:
    check_role(work, command.actor, *MONEY_DESK)
    dispute = await work.get(Dispute, command.dispute_id)
    check_version(dispute, command.expected_version)
    return dispute
