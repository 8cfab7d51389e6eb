"""How is it known that a document was checked, and does?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import provider_told
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.provider import Provider

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class VerifyDocument:
    """Somebody looked at it."""

    actor: Actor
    provider_id: UUID
    document_id: UUID
    at: datetime
    expected_version: int | None = None


async def verify_document(command: VerifyDocument, work: Work) -> Answer:
    """Note that a document does; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, ProviderClosed, UnknownDocument, DocumentNotValid or OutOfTurn.
    """
    check_role(work, command.actor, *DESK)
    provider = await work.get(Provider, command.provider_id)
    check_version(provider, command.expected_version)
    provider.verify_document(command.document_id, command.at)
    return provider_told(provider)
