"""Whatever plan, vehicle, distance and parts: is what a membership bears at the quote what it bears on the bill?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from hypothesis import event, given, settings
from hypothesis import strategies as st

from application.approve_fare import ApproveFare, approve_fare
from application.covering import ShowCover, show_cover
from application.load_vehicle import LoadVehicle, load_vehicle
from application.propose_fare import ProposeFare, propose_fare
from application.run_subscription import RecordMandate, Told, record_mandate
from application.subscribe import OfferPlan, Subscribe, mandate_operation, offer_plan, subscribe
from domain import ledger
from domain.catalogue import Service
from domain.coverage import Coverage, CoverState
from domain.coverage_terms import NotCovered, coverage_id
from domain.geography import cell_of
from domain.ledger.account import LedgerAccount
from domain.ledger.terms import account_stream
from domain.payment_terms import PaymentState
from domain.plan_terms import ASSET_OF, Benefit, BenefitTerms, PlanTerms
from domain.price_terms import PaymentMethod
from domain.request_job import EvidenceKind
from domain.request_terms import Call
from domain.subscription_terms import NotSubscribed
from tests.application.priced import PricedWorld, at
from tests.application.test_covering import EARLIER, SUBSCRIPTION, SYSTEM
from tests.support.books import audited
from tests.support.effort import examples
from tests.support.roadside import CALL, CUSTOMER, REQUEST, TENANT, THE_CUSTOMER, THE_PROVIDER, some_id

VEHICLES = tuple(some_id(970 + number) for number in range(4))
# Enough for any of these jobs: a debt would be another story.
RICH_MINOR = 50_000_000
SERVICES = (Service.FLAT_TYRE, Service.TOW)


@dataclass(frozen=True)
class Job:
    """One member's plan, and what happens to them."""

    terms: PlanTerms
    named: int
    vehicle: int
    call: Call
    method: PaymentMethod
    parts_minor: int
    extras_minor: int
    discount_minor: int


@st.composite
def jobs(draw: st.DrawFn) -> Job:
    benefits = []
    for benefit, most in ((Benefit.EVENTS, 4), (Benefit.TOW_KM, 1_000), (Benefit.FUEL, 200)):
        units = draw(st.integers(1 if benefit is Benefit.EVENTS else 0, most))
        if units:
            benefits.append(BenefitTerms(benefit, units, draw(st.integers(1, units))))
    vehicles = draw(st.integers(1, 3))
    terms = PlanTerms(
        price_minor=draw(st.sampled_from([0, 9_900, 39_900])),
        currency="INR",
        tax_bp=1_800,
        term_days=45,
        benefits=tuple(benefits),
        waiting_h=draw(st.sampled_from([0, 24, 48, 48, 140])),
        same_cause_days=2,
        vehicles=vehicles,
        grace_days=10,
    )
    call = replace(CALL, service=draw(st.sampled_from(SERVICES)))
    if call.service is Service.TOW:
        lat, lng = draw(st.floats(12.75, 13.2)), draw(st.floats(77.4, 77.8))
        call = replace(call, drop_cell=cell_of(lat, lng))
    return Job(
        terms,
        vehicles,
        draw(st.sampled_from([0, 0, 0, 1, 3])),
        call,
        draw(st.sampled_from([PaymentMethod.WALLET, PaymentMethod.GATEWAY])),
        draw(st.sampled_from([0, 1, 50_000, 333_333])),
        draw(st.sampled_from([0, 7_777])),
        draw(st.sampled_from([0, 100, 10_001])),
    )


async def member_of(job: Job) -> PricedWorld:
    world = PricedWorld()
    await world.open_both()
    await world.fill_wallet(RICH_MINOR)
    await world.run(offer_plan, OfferPlan(SYSTEM, "drawn", job.terms, EARLIER, EARLIER))
    wanted = Subscribe(THE_CUSTOMER, SUBSCRIPTION, CUSTOMER, "drawn", VEHICLES[: job.named], EARLIER)
    await world.run(subscribe, wanted)
    if not job.terms.is_free:
        operation, price = mandate_operation(SUBSCRIPTION), job.terms.price_minor
        paid = RecordMandate(SYSTEM, SUBSCRIPTION, operation, Told.PAID, "sub_1", "pay_1", price, "29", EARLIER)
        await world.run(record_mandate, paid)
    return world


async def done(world: PricedWorld, job: Job) -> None:
    """From the confirmation to the bill, with whatever came on top."""
    await world.confirm(job.method)
    await world.assign()
    await world.come()
    await world.start()
    if job.call.drop_cell is not None:
        await world.picture(EvidenceKind.VEHICLE_BEFORE)
        await world.run(load_vehicle, LoadVehicle(THE_PROVIDER, REQUEST, world.now))
        await world.drive_to_drop(job.call.drop_cell)
        await world.hand_over()
    await world.picture(EvidenceKind.WORK_DONE)
    await world.picture(EvidenceKind.RECEIPT)
    extras = job.extras_minor
    fare = ProposeFare(THE_PROVIDER, REQUEST, job.parts_minor, job.discount_minor, world.now, extras_minor=extras)
    await world.order(propose_fare, fare)
    request = await world.the_request()
    if request.settlement is None:
        assert request.fare is not None
        await world.run(approve_fare, ApproveFare(THE_CUSTOMER, REQUEST, request.fare.fare_version, world.now))


async def units_gone(job: Job, benefit: Benefit, world: PricedWorld) -> int:
    terms = job.terms.of(benefit)
    if terms is None:
        return 0
    name = ledger.units_of(SUBSCRIPTION, benefit.value, 1)
    account = await world.the(LedgerAccount, account_stream(TENANT, name, ASSET_OF[benefit]))
    return terms.units - account.available_minor(at(0))


async def told(job: Job) -> None:
    world = await member_of(job)
    await world.ask(job.call)
    try:
        await world.run(show_cover, ShowCover(THE_CUSTOMER, REQUEST, SUBSCRIPTION, VEHICLES[job.vehicle], at(0)))
    except (NotCovered, NotSubscribed) as refused:
        event(f"not covered: {type(refused).__name__}")
        await done(world, job)
        assert (await world.payment()).covered_minor == 0
        assert audited(world.log.events).balance(ledger.MEMBERSHIP) == 0
        return
    shown = await world.the(Coverage, coverage_id(REQUEST))
    await done(world, job)
    payment, billed = await world.payment(), await world.the(Coverage, coverage_id(REQUEST))
    event("borne whole" if payment.covered_minor == payment.amount_minor else "borne in part")
    assert (billed.state, payment.state) == (CoverState.USED, PaymentState.SETTLED)
    assert payment.covered_minor == min(shown.covered_minor, payment.amount_minor)
    assert audited(world.log.events).balance(ledger.MEMBERSHIP) == payment.covered_minor
    uses = {use.benefit: use.units for use in shown.uses}
    assert {each: await units_gone(job, each, world) for each in Benefit} == {
        each: uses.get(each, 0) for each in Benefit
    }


@settings(max_examples=examples(80), deadline=None)
@given(jobs())
def test_what_is_shown_at_the_quote_is_what_is_billed(job: Job) -> None:
    asyncio.run(told(job))
