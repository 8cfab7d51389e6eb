"""How does a provider show a document?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import provider_told
from application.guards import check_role, check_sees_provider, check_version
from domain.actor import DESK, Role
from domain.provider import Provider

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.provider_terms import Paper


@dataclass(frozen=True, slots=True)
class UploadDocument:
    """A document of the company, a crew member or a truck: its hash and until when it is valid."""

    actor: Actor
    provider_id: UUID
    document_id: UUID
    paper: Paper
    at: datetime
    expected_version: int | None = None


async def upload_document(command: UploadDocument, work: Work) -> Answer:
    """Note the document, in the place of an older one; the same paper again changes nothing and has its first id.

    Raises NotAllowed, NotFound, StaleVersion, ProviderClosed, BadDocument, UnknownCrew or UnknownTruck.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    check_sees_provider(command.actor, command.provider_id)
    provider = await work.get(Provider, command.provider_id)
    check_version(provider, command.expected_version)
    document_id = provider.upload_document(command.document_id, command.paper, command.at)
    return {**provider_told(provider), "document_id": document_id.hex}
