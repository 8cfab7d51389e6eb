"""How is a pack of evidence made of what the log says of a disputed payment's job? Twice makes the same."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

import msgspec

from domain.dispute_terms import Draft
from domain.evidence_pack import About, Happened, Pack, pack_of
from domain.invoice_terms import invoice_id
from domain.payment_terms import payment_id
from domain.rating import Side, rating_id_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.log import EventLog
    from application.personal import PersonalStore
    from domain.dispute import Dispute

FORMAT: Final = "vehicaid-evidence-1"
Proof = dict[str, object]


class EvidenceDiffers(Exception):
    """The log does not give the pack any more that was drafted from it: somebody has to look (``vehicaid audit``)."""


class ProvesEvents(Protocol):
    """Who proves that an event is in the sealed log."""

    async def sealed_to(self) -> tuple[int, int] | None:
        """The newest segment, and the position that it reaches to; None before anything was sealed."""
        ...

    async def root_told(self, segment: int) -> Proof:
        """The root of a segment, against which its proofs are checked; signed where there is a key."""
        ...

    async def proof(self, tenant: str, position: int, segment: int | None = None) -> Proof:
        """The proof of one event, against the root of a segment."""
        ...


class KnowsBills(Protocol):
    """Who knows under which number a bill was issued."""

    async def number_of(self, tenant: str, bill_id: UUID) -> str | None:
        """The number as it stands on the bill; None for one that was never issued."""
        ...

    async def bill_pdf(self, tenant: str, bill_id: UUID, customer_name: str) -> bytes | None:
        """The bill as a bank reads it; None for one that was never issued. Raises PressMissing."""
        ...


class PrintsEvidence(Protocol):
    """Who makes a file of a pack that the gateway takes."""

    def evidence_pdf(self, pack: Pack, shown: Shown, told: bytes) -> bytes:
        """PDF/A with ``told``, the JSON of the pack, embedded; raises ``application.press.PressMissing``."""
        ...


@dataclass(frozen=True, slots=True)
class Shown:
    """What is no part of a pack and only shown with it: whose payment it was, the bill's number, root and proofs.

    ``sha256`` is the digest of the events that the pack was made of.
    """

    sha256: str
    customer_name: str = ""
    invoice_number: str = ""
    root: Proof | None = None
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True)
class Papers:
    """What is sent to a bank: the pack, and the bill of the job, if there is one."""

    summary: str
    pdf: bytes
    bill: bytes | None


class Evidence:
    """Drafts packs, and prints those that were drafted."""

    def __init__(
        self,
        log: EventLog,
        personal: PersonalStore,
        proofs: ProvesEvents,
        bills: KnowsBills,
        press: PrintsEvidence,
    ) -> None:
        self._log = log
        self._personal = personal
        self._proofs = proofs
        self._bills = bills
        self._press = press

    async def draft(self, tenant: str, dispute: Dispute) -> Draft:
        """Which pack the log gives now."""
        happened = await self._happened(tenant, dispute, None)
        pack = pack_of(about(dispute), happened, is_sealed=False)
        sealed = await self._proofs.sealed_to()
        segment = sealed[0] if sealed is not None and pack.known_at <= sealed[1] else None
        if segment is not None:
            pack = pack_of(about(dispute), happened, is_sealed=True)
        return Draft(pack.known_at, segment, pack.shows, pack.is_strong, digest_of(happened, pack.known_at))

    async def told(self, tenant: str, dispute: Dispute, draft: Draft) -> bytes:
        """The pack that was drafted, as JSON; raises EvidenceDiffers."""
        pack, shown = await self._drafted(tenant, dispute, draft)
        return json_of(pack, shown)

    async def pdf(self, tenant: str, dispute: Dispute, draft: Draft) -> Papers:
        """The pack that was drafted, ready for a bank; raises EvidenceDiffers or PressMissing."""
        pack, shown = await self._drafted(tenant, dispute, draft)
        told = json_of(pack, shown)
        made = await asyncio.to_thread(self._press.evidence_pdf, pack, shown, told)
        bill = None
        if dispute.request_id is not None:
            bill_id = invoice_id(payment_id(dispute.request_id))
            bill = await self._bills.bill_pdf(tenant, bill_id, shown.customer_name)
        return Papers(pack.summary, made, bill)

    async def _drafted(self, tenant: str, dispute: Dispute, draft: Draft) -> tuple[Pack, Shown]:
        happened = await self._happened(tenant, dispute, draft.known_at)
        pack = pack_of(about(dispute), happened, is_sealed=draft.sealed_segment is not None)
        if digest_of(happened, draft.known_at) != draft.sha256:
            raise EvidenceDiffers(f"the log up to {draft.known_at} does not give what was drafted from it")
        return pack, await self._shown(tenant, dispute, pack, happened, draft)

    async def _happened(self, tenant: str, dispute: Dispute, upto: int | None) -> list[Happened]:
        streams = [dispute.paid_by.stream_id]
        if dispute.request_id is not None:
            bill = invoice_id(payment_id(dispute.request_id))
            streams += [dispute.request_id, bill, rating_id_of(dispute.request_id, Side.CUSTOMER)]
        found: list[Happened] = []
        for stream_id in streams:
            for each in await self._log.read_stream(tenant, stream_id, upto_position=upto):
                fields = msgspec.json.decode(each.payload, type=dict[str, object])
                found.append(Happened(each.position, stream_id, each.topic, each.occurred_at, fields))
        return found

    async def _shown(
        self, tenant: str, dispute: Dispute, pack: Pack, happened: Sequence[Happened], draft: Draft
    ) -> Shown:
        name, number = "", ""
        contact = next((each.fields.get("contact_id") for each in happened if "contact_id" in each.fields), None)
        if isinstance(contact, str):
            record_id = UUID(contact)
            record = (await self._personal.get(tenant, [record_id])).get(record_id)
            name = "" if record is None else str(record.fields.get("name") or "")
        if dispute.request_id is not None:
            number = await self._bills.number_of(tenant, invoice_id(payment_id(dispute.request_id))) or ""
        root, proofs = None, []
        if draft.sealed_segment is not None:
            root = await self._proofs.root_told(draft.sealed_segment)
            proofs = [await self._proofs.proof(tenant, line.position, draft.sealed_segment) for line in pack.lines]
        return Shown(draft.sha256, name, number, root, tuple(proofs))


def about(dispute: Dispute) -> About:
    """Which dispute it is."""
    return About(
        dispute.gateway_dispute,
        dispute.gateway_payment,
        dispute.amount_minor,
        dispute.currency,
        dispute.phase,
        dispute.reason_code,
        dispute.order_id,
        dispute.subscription_id,
        dispute.request_id,
    )


def digest_of(happened: Sequence[Happened], upto: int) -> str:
    """SHA-256 of the events up to a position: what a pack is made of, in whichever words a later release tells it."""
    known = sorted((each for each in happened if each.position <= upto), key=lambda each: each.position)
    told = [(each.position, each.stream_id, each.topic, each.occurred_at, each.fields) for each in known]
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def core_of(pack: Pack) -> dict[str, object]:
    """What a pack says."""
    return {
        "format": FORMAT,
        "about": pack.about,
        "shows": pack.shows,
        "is_strong": pack.is_strong,
        "summary": pack.summary,
        "terms_accepted": [{"kind": kind, "amount_minor": amount} for kind, amount in pack.terms],
        "invoice": [{"kind": kind, "amount_minor": amount} for kind, amount in pack.bill],
        "arrival_distance_m": pack.distance_m,
        "timeline": [
            {
                "position": line.position,
                "occurred_at": line.occurred_at,
                "topic": line.topic,
                "sentence": line.sentence,
                "told": dict(line.told),
            }
            for line in pack.lines
        ],
    }


def json_of(pack: Pack, shown: Shown) -> bytes:
    """The whole pack as JSON: the same bytes for the same pack and the same things shown."""
    told = {
        **core_of(pack),
        "sha256": shown.sha256,
        "customer_name": shown.customer_name,
        "invoice_number": shown.invoice_number,
        "root": shown.root,
        "proofs": shown.proofs,
    }
    return msgspec.json.format(msgspec.json.encode(told, order="sorted"), indent=1)
