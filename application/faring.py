"""What does a job cost as it was done, and what follows when that stands?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from application.decide_fare_rules import fare_rules_of
from application.freeing import free_shift, truck_stands_at, wrap_up
from application.settlement import settle_job
from application.trade import Job
from domain import pricing
from domain.actor import Role
from domain.price_terms import TAXES, LineKind, PriceLine
from domain.trade_terms import NotConfirmed, NotPriced

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Work
    from application.trade import Trade
    from domain.request_terms import Quote
    from domain.service_request import ServiceRequest
    from domain.tariff_terms import PublishedTariff

WORKED_OUT = TAXES | {LineKind.ROUNDING}
"""Lines that follow from the others."""


def is_confirmed(request: ServiceRequest) -> bool:
    """Whether the customer agreed to the newest price."""
    return request.quote is not None and request.confirmed_quote == request.quote.quote_version


def check_confirmed(request: ServiceRequest) -> None:
    """Refuse to make a bill for a price that nobody agreed to; raises NotConfirmed."""
    if not is_confirmed(request):
        raise NotConfirmed


async def bill(work: Work, request: ServiceRequest, trade: Trade, extras: tuple[PriceLine, ...], at: datetime) -> None:
    """Propose the fare of work that is done; one that needs nobody's word is approved and paid in the same save."""
    lines = fare_lines(work, request, trade, (*await _waiting(work, request, trade), *extras))
    quote = _quote_of(request)
    request.propose_fare(lines, quote.currency, _sum(lines), at, _most_minor(work, quote, trade))
    if request.fare is not None and not request.fare_needs_approval:
        request.approve_fare(request.fare.fare_version, Role.SYSTEM, at)
        await pay(work, request, at)


async def _waiting(work: Work, request: ServiceRequest, trade: Trade) -> tuple[PriceLine, ...]:
    """What waiting at the vehicle costs, by the rules of when the price was told; nobody in danger pays for it."""
    quote = _quote_of(request)
    tariff = _tariff_of(work, quote, trade)
    if request.sos or tariff is None:
        return ()
    rules = await fare_rules_of(work, _issued_at(request, quote, tariff))
    minor = rules.waiting_minor(request.on_scene_at, request.started_at)
    return (PriceLine(LineKind.WAITING, minor),) if minor else ()


def _most_minor(work: Work, quote: Quote, trade: Trade) -> int | None:
    """Up to what a fare stands by itself, as the tariff of the quote says."""
    tariff = _tariff_of(work, quote, trade)
    return None if tariff is None else quote.total_minor * (100 + tariff.terms.tolerance_percent) // 100


def _tariff_of(work: Work, quote: Quote, trade: Trade) -> PublishedTariff | None:
    if quote.tariff_id is None or quote.tariff_version is None:
        return None
    return trade.prices.published(work.context.tenant, quote.tariff_id, quote.tariff_version)


async def pay(work: Work, request: ServiceRequest, at: datetime) -> None:
    """Have an approved fare paid; what is settled at once ends the job, cash is waited for."""
    settled = await settle_job(work, request, at)
    if settled is None:
        await wrap_up(work, request.assignment, at)
        return
    stands_at = truck_stands_at(request)
    request.settle(settled, at)
    request.close(at)
    await free_shift(work, request.assignment, stands_at, at)


def fare_lines(
    work: Work, request: ServiceRequest, trade: Trade, extras: tuple[PriceLine, ...]
) -> tuple[PriceLine, ...]:
    """The lines of the quote, or of what was done when that differs: another destination, parts, a discount.

    Priced by the tariff of the quote as it stood when the quote was made. Raises NotPriced, or BadCell.
    """
    quote = _quote_of(request)
    towed_m = Job(request.cell, request.drop_cell, request.service, request.vehicle_class).towed_m
    if towed_m == quote.tow_distance_m and not extras:
        return quote.lines
    tenant = work.context.tenant
    tariff = _tariff_of(work, quote, trade)
    if tariff is None:
        # Nobody knows any more how it was worked out: it stands, and what is added comes on top.
        return (*quote.lines, *extras)
    issued_at = _issued_at(request, quote, tariff)
    zone = trade.zone_of(tenant, request.cell, issued_at)
    elsewhere = "elsewhere" if any(line.kind is LineKind.TAX_IGST for line in quote.lines) else None
    supply = pricing.supply_of(
        tariff.terms,
        zone.time_zone if zone else None,
        zone.state_code if zone else None,
        elsewhere,
        _surge_percent_of(quote),
    )
    priced = pricing.quote(tariff, request.service, request.vehicle_class, towed_m, supply, issued_at)
    net = (*(line for line in priced.lines if line.kind not in WORKED_OUT), *extras)
    taxed = net + pricing.tax_lines(_sum(net), tariff.terms.tax_percent_bp, supply)
    return taxed + pricing.rounding_lines(_sum(taxed), tariff.terms.rounds_to_minor)


def _surge_percent_of(quote: Quote) -> int:
    """The factor that the customer was told, whatever became of the zone since."""
    surge = sum(line.amount_minor for line in quote.lines if line.kind is LineKind.SURGE)
    before = sum(line.amount_minor for line in quote.lines if line.kind not in WORKED_OUT) - surge
    return 100 + (round(100 * surge / before) if before else 0)


def _issued_at(request: ServiceRequest, quote: Quote, tariff: PublishedTariff) -> datetime:
    # The quote of an SOS holds longer than its tariff says; it was made with the request.
    if request.sos:
        return request.created_on
    return quote.valid_until - timedelta(seconds=tariff.terms.quote_valid_s)


def _quote_of(request: ServiceRequest) -> Quote:
    if request.quote is None:
        raise NotPriced
    return request.quote


def _sum(lines: tuple[PriceLine, ...]) -> int:
    return sum(line.amount_minor for line in lines)
