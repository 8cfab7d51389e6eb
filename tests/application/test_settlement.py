"""What do the functions keep to that move a job's money within somebody's save?"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from application.engine import Work
from application.settlement import HELD_FOR, collect_cash, hold_for, settle_fee, settle_job
from application.settlement_terms import BY_HAND, TIME_ZONE, Terms, terms_of
from domain import ledger
from domain.aggregate import Aggregate
from domain.areas import Area
from domain.payment_terms import NothingDue
from domain.price_terms import LineKind, PaymentMethod, PriceLine
from domain.request_fare import Outcome, Settlement
from domain.service_request import ServiceRequest
from domain.split import Split
from domain.tariff import Tariff
from domain.wallet import Wallet
from domain.wallet_terms import InsufficientFunds, WhyCredited
from domain.zone import Zone, ZoneTerms
from tests.application.world import context_of
from tests.support.memory_log import MemoryAggregates, MemoryEventLog
from tests.support.paid import TOTAL, approved
from tests.support.roadside import CUSTOMER, DESK_ACTOR, NOON, PROVIDER, REQUEST, TENANT, some_id
from tests.support.trade import TARIFF, TERMS, ZONE

pytestmark = pytest.mark.anyio

SQUARE = ((77.0, 12.5), (78.0, 12.5), (78.0, 13.5), (77.0, 13.5), (77.0, 12.5))


def a_work() -> Work:
    """Somebody's save, on an empty log."""
    return Work(MemoryAggregates(MemoryEventLog()), context_of(DESK_ACTOR, "settle"))


def rich() -> Wallet:
    """A wallet that can pay for two jobs."""
    wallet = Wallet.open(TENANT, CUSTOMER, "INR", NOON)
    wallet.credit(some_id(601), 2 * TOTAL, WhyCredited.TOP_UP, ledger.CASH_DESK, NOON)
    wallet.collect_events()
    return wallet


def to_be_paid(method: PaymentMethod = PaymentMethod.WALLET) -> ServiceRequest:
    return approved(REQUEST, CUSTOMER, PROVIDER, method, NOON)


def topics(work: Work) -> list[str]:
    """What the save would record, taken out of it."""
    return [event.TOPIC for aggregate in work.touched for event in aggregate.collect_events()]


async def held(work: Work, minor: int = TOTAL, at: datetime = NOON, until: datetime | None = None) -> Wallet:
    wallet = await work.get(Wallet, rich().id)
    await hold_for(work, CUSTOMER, REQUEST, minor, "INR", at, until)
    return wallet


async def test_the_same_amount_again_is_the_same_hold() -> None:
    work = a_work()
    work.add(rich())
    wallet = await held(work)
    (hold,) = wallet.holds
    assert (hold.amount_minor, hold.expires_at) == (TOTAL, NOON + HELD_FOR)
    assert topics(work) == ["wallet.hold_placed"]
    await held(work)
    assert topics(work) == []
    assert wallet.holds == (hold,)


async def test_another_amount_or_one_whose_time_is_over_is_held_anew() -> None:
    work = a_work()
    work.add(rich())
    until = NOON + timedelta(hours=1)
    wallet = await held(work, until=until)
    assert [hold.expires_at for hold in wallet.holds] == [until]
    topics(work)
    for minor, at in ((TOTAL - 1, NOON), (TOTAL - 1, NOON + HELD_FOR)):
        await held(work, minor, at)
        assert topics(work) == ["wallet.hold_released", "wallet.hold_placed"]
        assert [(hold.amount_minor, hold.expires_at) for hold in wallet.holds] == [(minor, at + HELD_FOR)]


async def test_without_a_wallet_nothing_is_held_and_it_is_said_how_much_is_missing() -> None:
    with pytest.raises(InsufficientFunds) as refused:
        await hold_for(a_work(), CUSTOMER, REQUEST, TOTAL, "INR", NOON)
    assert refused.value.facts == {"available_minor": 0, "missing_minor": TOTAL, "currency": "INR"}


async def test_settling_again_is_no_news() -> None:
    work = a_work()
    work.add(rich())
    await held(work)
    request = to_be_paid()
    first = await settle_job(work, request, NOON)
    assert first is not None
    assert (first.outcome, first.amount_minor) == (Outcome.CHARGE, TOTAL)
    ends = ["payment.settled", "earning.accrued", "invoice.issued", "invoice_series.number_taken"]
    assert topics(work)[-4:] == ends
    assert await settle_job(work, request, NOON) == first
    assert topics(work) == []


async def test_a_fare_of_nothing_moves_nothing_however_it_would_be_paid() -> None:
    for method in (PaymentMethod.WALLET, PaymentMethod.CASH):
        work, request = a_work(), to_be_paid(method)
        assert request.fare is not None
        request.fare = replace(request.fare, total_minor=0)
        assert await settle_job(work, request, NOON) == Settlement(Outcome.ZERO, 0, "INR", None)
        assert topics(work) == []


async def test_what_is_charged_for_and_paid_by_nothing_is_free() -> None:
    work, request = a_work(), to_be_paid()
    request.payment_method = PaymentMethod.NONE
    assert await settle_job(work, request, NOON) == Settlement(Outcome.ZERO, 0, "INR", None)
    assert topics(work) == []


async def test_cash_that_is_not_due_is_not_booked() -> None:
    work, request = a_work(), to_be_paid(PaymentMethod.CASH)
    with pytest.raises(NothingDue):
        await collect_cash(work, request, TOTAL, "INR", NOON)
    assert await settle_job(work, request, NOON) is None
    request.fare = None
    with pytest.raises(NothingDue):
        await collect_cash(work, request, TOTAL, "INR", NOON)


def quoted(
    request: ServiceRequest, *, version: int | None = None, tax: LineKind = LineKind.TAX_CGST, in_zone: bool = False
) -> ServiceRequest:
    """By that version of the tariff, with that tax."""
    assert request.quote is not None
    request.quote = replace(
        request.quote,
        lines=(PriceLine(LineKind.BASE, TOTAL - 100), PriceLine(tax, 100)),
        tariff_id=None if version is None else TARIFF,
        tariff_version=version,
    )
    request.zone_id = ZONE if in_zone else None
    return request


def a_city() -> Work:
    """With a tariff of the state 33, and a zone in the state 29 whose clock is another."""
    work = a_work()
    tariff = Tariff.open(TARIFF, None, NOON)
    tariff.publish(replace(TERMS, state_code="33", time_zone="Asia/Dubai"), NOON, NOON)
    area = Area(((SQUARE,),), 1, 4, repaired=False)
    zone = Zone.define(ZONE, ZoneTerms("city", "Asia/Kolkata", "29", 0), area, NOON, NOON)
    known: tuple[Aggregate, ...] = (tariff, zone)
    for each in known:
        each.collect_events()
        work.add(each)
    return work


async def test_a_zone_has_its_own_state_and_clock_and_the_tariff_those_of_everywhere_else() -> None:
    split = Split(TERMS.commission_percent_bp, TERMS.tax_percent_bp, "33")
    elsewhere = await terms_of(a_city(), quoted(to_be_paid(), version=1))
    assert elsewhere == Terms(split, "Asia/Dubai", interstate=False)
    in_zone = await terms_of(a_city(), quoted(to_be_paid(), version=1, in_zone=True))
    assert in_zone == Terms(replace(split, state="29"), "Asia/Kolkata", interstate=False)


async def test_a_price_made_by_hand_is_divided_by_the_house() -> None:
    for version in (None, 7):
        assert await terms_of(a_city(), quoted(to_be_paid(), version=version)) == Terms(
            BY_HAND, TIME_ZONE, interstate=False
        )


async def test_across_a_border_a_fee_has_one_tax_and_nobody_knows_whose() -> None:
    work = a_city()
    request = quoted(to_be_paid(PaymentMethod.CASH), version=1, tax=LineKind.TAX_IGST)
    terms = await terms_of(work, request)
    assert (terms.interstate, terms.place_of_supply) == (True, "")
    await settle_fee(work, request, 11_800, NOON)
    (bill,) = [event for each in work.touched for event in each.collect_events() if event.TOPIC == "invoice.issued"]
    assert [(line.kind, line.amount_minor) for line in bill.tax_lines] == [(LineKind.TAX_IGST, 1_800)]
    assert bill.place_of_supply == ""
