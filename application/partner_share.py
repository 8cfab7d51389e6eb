"""Which part of a job does a partner bear, after the membership and before the customer?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, check_version
from domain.actor import DESK
from domain.money import CurrencyMismatch
from domain.partner_account import PartnerAccount
from domain.partner_cover import PartnerCover, partner_cover_id
from domain.refusal import OutOfTurn, Refusal
from domain.request_terms import CLOSED
from domain.service_request import ServiceRequest
from domain.trade_terms import NotPriced

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.payment import Payment


@dataclass(frozen=True, slots=True)
class NamePartner:
    """This partner bears the job, up to an amount, or to all of the price where none is told."""

    actor: Actor
    request_id: UUID
    partner_id: UUID
    most_minor: int | None
    at: datetime
    expected_version: int | None = None


async def name_partner(command: NamePartner, work: Work) -> Answer:
    """Keep so much of the partner's credit for the job; another partner takes the place of one that was named.

    What the wallet keeps for the job stays kept until the job is paid. Raises NotAllowed, NotFound, StaleVersion,
    NotPriced, OutOfTurn once the fare stands, CurrencyMismatch, BadAmount or PartnerLimitReached.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    check_version(request, command.expected_version)
    partner = await work.get(PartnerAccount, command.partner_id)
    if request.quote is None:
        raise NotPriced
    if request.state in CLOSED or request.settlement is not None or request.fare_is_approved:
        raise OutOfTurn("its fare stands", state=request.state.value, act="name_partner")
    if partner.currency != request.quote.currency:
        raise CurrencyMismatch(currency=partner.currency, wanted=request.quote.currency)
    most_minor = request.quote.total_minor if command.most_minor is None else command.most_minor
    kept = partner.keep(request.id, most_minor, command.at)
    cover = await _cover(work, request.id)
    if cover is None:
        work.add(PartnerCover.name_one(request.id, partner.id, command.at))
    else:
        if cover.partner_id != partner.id:
            (await work.get(PartnerAccount, cover.partner_id)).free(request.id, command.at)
        cover.change(partner.id, command.at)
    return {
        "id": partner.id.hex,
        "version": partner.version,
        "request_id": request.id.hex,
        "most_minor": kept,
        "currency": partner.currency,
    }


async def bearer_of(work: Work, request_id: UUID) -> UUID | None:
    """The partner that ordered or bears a job: its own tariff, where it has one, says what that costs."""
    cover = await work.look(PartnerCover, partner_cover_id(request_id))
    return None if cover is None else cover.partner_id


async def let_bear(work: Work, request: ServiceRequest, partner: PartnerAccount, at: datetime) -> int:
    """A partner's own call: it bears the price, or what it bears of one job; gives how much of its credit is kept.

    Who is in danger is helped whatever the partner may owe (I8): then nothing is kept, and the job is still its own.
    Raises CurrencyMismatch, or PartnerLimitReached for a call that is no SOS.
    """
    kept, quote = 0, request.quote
    if quote is not None and quote.total_minor:
        try:
            if partner.currency != quote.currency:
                raise CurrencyMismatch(currency=partner.currency, wanted=quote.currency)
            kept = partner.keep(request.id, quote.total_minor, at)
        except Refusal:
            if not request.sos:
                raise
    if await _cover(work, request.id) is None:
        work.add(PartnerCover.name_one(request.id, partner.id, at))
    return kept


async def promised_by_partner(work: Work, request: ServiceRequest) -> int:
    """Up to how much a partner bears of this job."""
    partner = await _partner(work, request.id)
    return 0 if partner is None else partner.kept.get(request.id, 0)


async def use_partner(work: Work, request: ServiceRequest, payment: Payment, at: datetime) -> None:
    """The job is done: the partner bears what the membership left, up to what was kept."""
    partner = await _partner(work, request.id)
    if partner is None:
        return
    borne = partner.charge(request.id, payment.id, payment.open_minor, at)
    if borne:
        payment.bear(partner.id, borne, at)


async def use_partner_for_fee(work: Work, request: ServiceRequest, payment: Payment, at: datetime) -> None:
    """The job ended early: by the partner's terms it bears the fee too, or nothing."""
    partner = await _partner(work, request.id)
    if partner is not None and not partner.terms_at(at).bears_fees:
        partner.free(request.id, at)
        return
    await use_partner(work, request, payment, at)


async def free_partner(work: Work, request: ServiceRequest, at: datetime) -> None:
    """Nothing is borne after all; nothing kept is no news."""
    partner = await _partner(work, request.id)
    if partner is not None:
        partner.free(request.id, at)


async def _partner(work: Work, request_id: UUID) -> PartnerAccount | None:
    cover = await _cover(work, request_id)
    return None if cover is None else await work.get(PartnerAccount, cover.partner_id)


async def _cover(work: Work, request_id: UUID) -> PartnerCover | None:
    return await work.find(PartnerCover, partner_cover_id(request_id))
