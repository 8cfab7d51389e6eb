"""Under which terms is a job's money divided and billed? Those of the tariff that its price was made under."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from application.accruing import withholding_of
from application.decide_registration import registrations_of
from application.decide_supply import decision_of
from domain.price_terms import LineKind
from domain.split import Split
from domain.tariff import Tariff
from domain.zone import Zone

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Work
    from domain.request_terms import Quote
    from domain.service_request import ServiceRequest
    from domain.tariff_terms import TariffTerms

BY_HAND = Split(commission_bp=1_500, tax_bp=1_800, state="")
"""For a price that the desk made by hand, without a tariff: 15 % commission, and 18 %, the working rate, on it."""

TIME_ZONE = "Asia/Kolkata"
"""Whose day and financial year count where neither zone nor tariff says."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How to divide; by whose calendar and under which tax registration (empty: none) to bill.

    ``interstate`` tells that the customer pays one tax (IGST) and not two halves; then the place of supply, a GST
    state, is another one than the supplier's.
    """

    split: Split
    time_zone: str
    interstate: bool
    gstin: str = ""

    @property
    def place_of_supply(self) -> str:
        """The GST code of the state whose tax the customer paid; empty where it is not on record."""
        return "" if self.interstate else self.split.state


async def terms_of(work: Work, request: ServiceRequest, at: datetime | None = None) -> Terms:
    """The terms that a request was quoted under: read from the log, so that the same job is divided the same way.

    Who supplies, under which tax registration, and what is withheld for the state, is what the tenant had decided by
    the instant at which the job is divided; whoever divides nothing and only wants to know tax and commission gives
    none.
    """
    terms = await _quoted_terms(work, request)
    if at is None:
        return terms
    decision = await decision_of(work)
    split = terms.split if decision is None else replace(terms.split, supply=decision.at(at))
    holder = request.assignment.provider_id if request.assignment else None
    kept = await withholding_of(work, holder, split.supply, at)
    book = await registrations_of(work)
    gstin = "" if book is None else book.gstin_at(split.state, at)
    return replace(terms, split=replace(split, withholding=kept), gstin=gstin)


async def _quoted_terms(work: Work, request: ServiceRequest) -> Terms:
    quote = request.quote
    lines = quote.lines if quote else ()
    interstate = any(line.kind is LineKind.TAX_IGST for line in lines)
    tariff = await _tariff_of(work, quote)
    if tariff is None:
        by_hand = replace(BY_HAND, commission_bp=max(0, BY_HAND.commission_bp - request.raised_bp))
        return Terms(by_hand, TIME_ZONE, interstate)
    time_zone, state = tariff.time_zone, tariff.state_code
    if request.zone_id is not None:
        zone = await work.get(Zone, request.zone_id)
        time_zone, state = zone.time_zone, zone.state_code
    # What was given to find somebody at all is kept to, whatever the tariff says of the rest.
    commission_bp = max(0, tariff.commission_percent_bp - request.raised_bp)
    return Terms(Split(commission_bp, tariff.tax_percent_bp, state), time_zone, interstate)


async def usual_commission_bp(work: Work, request: ServiceRequest) -> int:
    """What of the net price is ours before anything is given away, in basis points."""
    tariff = await _tariff_of(work, request.quote)
    return BY_HAND.commission_bp if tariff is None else tariff.commission_percent_bp


async def _tariff_of(work: Work, quote: Quote | None) -> TariffTerms | None:
    if quote is None or quote.tariff_id is None or quote.tariff_version is None:
        return None
    tariff = await work.get(Tariff, quote.tariff_id)
    published = tariff.timeline.of_version(quote.tariff_version)
    return published.value if published else None
