"""How is a better document asked for?"""

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
    from domain.provider_terms import DocumentFlaw


@dataclass(frozen=True, slots=True)
class AskDocumentAgain:
    """What is there does for now, and is to be shown again."""

    actor: Actor
    provider_id: UUID
    document_id: UUID
    reason: DocumentFlaw
    at: datetime
    expected_version: int | None = None


async def ask_document_again(command: AskDocumentAgain, work: Work) -> Answer:
    """Ask for a better one; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, ProviderClosed, UnknownDocument or OutOfTurn.
    """
    check_role(work, command.actor, *DESK)
    provider = await work.get(Provider, command.provider_id)
    check_version(provider, command.expected_version)
    provider.ask_document_again(command.document_id, command.reason, command.at)
    return provider_told(provider)
