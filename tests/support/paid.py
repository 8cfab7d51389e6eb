"""How does a test get a job that was paid, without driving anybody anywhere? All of it is ordered in one save."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from application.log import CommandContext, fingerprint_of
from application.settlement import collect_cash, hold_for, settle_job
from domain import ledger
from domain.actor import Actor, Role
from domain.catalogue import Capability
from domain.ids import new_id
from domain.invoice_terms import invoice_id
from domain.offer import Offer
from domain.offer_terms import Terms
from domain.payment_terms import payment_id
from domain.price_terms import FREE_OF_FEES, LineKind, PaymentMethod, PriceLine
from domain.request_job import EvidenceKind, StartedBy
from domain.request_terms import ConfirmedBy, Dispatch, Quote
from domain.service_request import ServiceRequest
from domain.shift import Shift
from domain.wallet import Wallet
from domain.wallet_terms import WhyCredited
from tests.support.roadside import CALL

if TYPE_CHECKING:
    from application.engine import Answer, Engine, Work

LINES = (
    PriceLine(LineKind.BASE, 100_000),
    PriceLine(LineKind.TAX_CGST, 9_000),
    PriceLine(LineKind.TAX_SGST, 9_000),
)
TOTAL = 118_000
PAID_IN = 200_000


@dataclass(frozen=True)
class PaidJob:
    """Whose it is, and how far the log was then."""

    tenant: str
    customer: Actor
    provider: Actor
    request_id: UUID
    position: int

    @property
    def payment_id(self) -> UUID:
        """How it was paid."""
        return payment_id(self.request_id)

    @property
    def invoice_id(self) -> UUID:
        """Its bill."""
        return invoice_id(self.payment_id)


def approved(
    request_id: UUID, customer_id: UUID, provider_id: UUID, method: PaymentMethod, at: datetime
) -> ServiceRequest:
    """A request whose fare stands and is to be paid."""
    call = replace(CALL, customer_id=customer_id, dispatch=Dispatch.ON_CONFIRMATION)
    request = ServiceRequest.request(request_id, call, at)
    offer_id, shift_id = uuid5(request_id, "offer"), uuid5(request_id, "shift")
    request.issue_quote(Quote(1, "INR", LINES, TOTAL, at + timedelta(hours=1), None, None, None, FREE_OF_FEES), at)
    request.confirm(1, method, Role.CUSTOMER, at)
    request.start_dispatch(None, None, at)
    request.make_offer(offer_id, provider_id, shift_id, at)
    request.assign(offer_id, at)
    request.report_en_route(at)
    request.confirm_arrival(ConfirmedBy.PROVIDER, 0, at)
    request.start_service(StartedBy.CODE, at)
    request.capture_evidence(EvidenceKind.WORK_DONE, "a" * 64, None, at, at)
    request.complete_work(at)
    request.propose_fare(LINES, "INR", TOTAL, at)
    request.approve_fare(1, Role.SYSTEM, at)
    return request


def accepted_offer(request: ServiceRequest, at: datetime) -> Offer:
    """By which the provider has it."""
    held = request.assignment
    assert held is not None
    terms = Terms(
        request_id=request.id,
        provider_id=held.provider_id,
        shift_id=held.shift_id,
        attempt=held.attempt,
        lapses_at=at + timedelta(seconds=30),
        cell=request.cell,
        service=request.service,
        vehicle_class=request.vehicle_class,
        distance_m=0,
    )
    offer = Offer.make(held.offer_id, terms, at)
    offer.accept(at)
    return offer


def kept_shift(offer: Offer, at: datetime) -> Shift:
    """Whose work is done and whose papers are not."""
    shift = Shift.start(
        offer.shift_id,
        provider_id=offer.provider_id,
        crew_id=new_id(at),
        truck_id=new_id(at),
        capabilities=tuple(Capability),
        cell=CALL.cell,
        at=at,
    )
    shift.hold(offer.id, offer.request_id, at)
    shift.commit(offer.id, at)
    shift.wrap_up(at)
    return shift


async def a_paid_job(
    engine: Engine,
    tenant: str = "demo",
    *,
    method: PaymentMethod = PaymentMethod.WALLET,
    paid_in: int = PAID_IN,
    at: datetime | None = None,
    provider_id: UUID | None = None,
    customer_id: UUID | None = None,
    collected: bool = True,
) -> PaidJob:
    """Somebody new pays in, is helped, and pays; the provider is a new one too; unless they are named.

    What was not paid in is owed. Cash that is not ``collected`` is still due.
    """
    now = at or datetime.now(UTC)
    customer_id, request_id, provider_id = customer_id or new_id(now), new_id(now), provider_id or new_id(now)

    async def decide(work: Work) -> Answer:
        wallet = Wallet.open(tenant, customer_id, "INR", now)
        wallet.credit(new_id(now), paid_in, WhyCredited.TOP_UP, ledger.CASH_DESK, now)
        work.add(wallet)
        if method is PaymentMethod.WALLET:
            await hold_for(work, customer_id, request_id, min(TOTAL, paid_in), "INR", now)
        request = approved(request_id, customer_id, provider_id, method, now)
        for each in (offer := accepted_offer(request, now), request, kept_shift(offer, now)):
            work.add(each)
        settlement = await settle_job(work, request, now)
        if settlement is None and not collected:
            return {}
        if settlement is None:
            settlement = await collect_cash(work, request, TOTAL, "INR", now)
        request.settle(settlement, now)
        request.close(now)
        return {}

    context = CommandContext(tenant, "system:test", new_id(now).hex, fingerprint_of(request_id.hex), new_id(now), now)
    done = await engine.run(context, decide)
    customer, provider = Actor(Role.CUSTOMER, customer_id, tenant), Actor(Role.PROVIDER, provider_id, tenant)
    return PaidJob(tenant, customer, provider, request_id, done.position)
