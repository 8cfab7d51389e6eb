"""Who makes packs of evidence in this deployment, and the bills that go with them?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from application.evidence import Evidence
from application.registering import billing_id, recipient_of, signed_id
from domain.gst.paper import Party
from domain.gst.words import DocumentLanguage
from infra.papers.evidence import EvidencePress
from infra.papers.from_row import paper_of
from infra.papers.weasy import WeasyPress

if TYPE_CHECKING:
    from uuid import UUID

    from infra.bootstrap import Stack


def evidence_of(stack: Stack) -> Evidence:
    """From the log, its seals, the personal store and the bills."""
    return Evidence(stack.log, stack.personal, stack.audit, Bills(stack), EvidencePress())


class Bills:
    """See ``application.evidence.KnowsBills``: bills by their read model, their parties by the personal store."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    async def number_of(self, tenant: str, bill_id: UUID) -> str | None:
        """See the port."""
        bill = await self._stack.money.documents.one(tenant, bill_id)
        return None if bill is None else bill.number_text

    async def bill_pdf(self, tenant: str, bill_id: UUID, customer_name: str) -> bytes | None:
        """See the port."""
        row = await self._stack.money.documents.one(tenant, bill_id)
        if row is None:
            return None
        recipient, signed_qr = Party(name=customer_name, state_code=row.place_of_supply), ""
        if row.operation_id is not None:
            wanted = [billing_id(row.operation_id), signed_id(row.operation_id)]
            billed, signed = map((await self._stack.personal.get(tenant, wanted)).get, wanted)
            recipient = recipient_of(billed)
            signed_qr = "" if signed is None else str(signed.fields["signed_qr"])
        paper = paper_of(row, self._stack.settings, recipient, None, signed_qr)
        return await asyncio.to_thread(WeasyPress().pdf, paper, DocumentLanguage.ENGLISH)
