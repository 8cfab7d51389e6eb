"""How are disputes answered at the gateway?"""

from datetime import datetime
from typing import Any

from application.gateway import Confirmed, Outcome
from application.gateway_payouts import Dispute, Evidence
from infra.razorpay import reading
from infra.razorpay.paging import all_pages
from infra.razorpay.wire import Wire


class RazorpayDisputes:
    """See ``application.gateway_payouts.DisputeDesk``."""

    def __init__(self, wire: Wire) -> None:
        """Nothing is asked yet."""
        self._wire = wire

    def dispute(self, dispute_id: str) -> Outcome[Dispute]:
        """See the port."""
        return self._wire.ask(lambda client, options: client.dispute.fetch(dispute_id, {}, **options), reading.dispute)

    def disputes(self, begin: datetime, end: datetime) -> Outcome[tuple[Dispute, ...]]:
        """See the port."""
        found = all_pages(
            self._wire,
            lambda client, query, options: client.dispute.all(query, **options),
            reading.dispute,
            {"from": int(begin.timestamp()), "to": int(end.timestamp()) - 1},
        )
        return Confirmed(tuple(reversed(found.value))) if isinstance(found, Confirmed) else found

    def upload_document(self, name: str, media_type: str, content: bytes) -> Outcome[str]:
        """See the port. The library's own call for files takes what its HTTP library takes: name, bytes, type."""
        body = {"file": (name, content, media_type), "purpose": "dispute_evidence"}
        return self._wire.ask(
            lambda client, options: client.document.create(dict(body), **options), lambda told: str(told["id"])
        )

    def contest_dispute(self, dispute_id: str, evidence: Evidence) -> Outcome[Dispute]:
        """See the port."""
        body: dict[str, Any] = {"summary": evidence.summary, "action": "submit"}
        body |= {kind: list(papers) for kind, papers in evidence.documents}
        if evidence.amount_minor is not None:
            body["amount"] = evidence.amount_minor
        return self._wire.ask(
            lambda client, options: client.dispute.contest(dispute_id, dict(body), **options), reading.dispute
        )

    def accept_dispute(self, dispute_id: str) -> Outcome[Dispute]:
        """See the port."""
        return self._wire.ask(lambda client, options: client.dispute.accept(dispute_id, {}, **options), reading.dispute)
