"""In what world do jobs cost something? One tariff, one town, a customer with a wallet."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from application.accept_offer import AcceptOffer, accept_offer
from application.arrive_at_drop import ArriveAtDrop, arrive_at_drop
from application.capture_evidence import CaptureEvidence, capture_evidence
from application.complete_service import CompleteService, complete_service
from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.confirm_request import ConfirmRequest, confirm_request
from application.deliver_vehicle import DeliverVehicle, deliver_vehicle
from application.load_vehicle import LoadVehicle, load_vehicle
from application.make_offer import MakeOffer, make_offer
from application.report_en_route import ReportEnRoute, report_en_route
from application.request_service import RequestService, request_service
from application.set_off_to_drop import SetOffToDrop, set_off_to_drop
from application.start_service import StartService, start_service
from domain import ledger
from domain.areas import Area
from domain.catalogue import Service
from domain.geography import cell_of
from domain.payment import Payment
from domain.payment_terms import payment_id
from domain.price_terms import PaymentMethod
from domain.request_job import EvidenceKind
from domain.tariff import Tariff
from domain.wallet import Wallet
from domain.wallet_terms import WhyCredited, wallet_id
from domain.zone import Zone, ZoneTerms
from tests.application.world import World
from tests.support.roadside import (
    BREAKDOWN_CELL,
    CALL,
    CUSTOMER,
    DISPATCHER,
    NOON,
    OFFER,
    REQUEST,
    SHIFT,
    TENANT,
    THE_CUSTOMER,
    THE_PROVIDER,
    some_id,
)
from tests.support.trade import TARIFF, TERMS, THE_ZONE, ZONE, OneTariff, PlainCodes, a_trade

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any
    from uuid import UUID

    from application.engine import Answer, Done, Work
    from domain.request_terms import Call

WALLET_MINOR = 500_000
GARAGE_CELL = cell_of(12.9800, 77.6100)
FARTHER_CELL = cell_of(13.1200, 77.6100)
FLAT_TYRE = replace(CALL, service=Service.FLAT_TYRE)
TOW = replace(CALL, drop_cell=GARAGE_CELL)
SHA = "a" * 64
SQUARE = ((77.0, 12.5), (78.0, 12.5), (78.0, 13.5), (77.0, 13.5), (77.0, 12.5))


def at(minutes: float) -> datetime:
    """So many minutes after the call."""
    return NOON + timedelta(minutes=minutes)


class PricedWorld(World):
    """Runs use cases of jobs that cost something."""

    def __init__(self) -> None:
        super().__init__()
        self.prices = OneTariff()
        self.trade = a_trade(self.prices)
        self.codes = PlainCodes()
        self.minutes = 0.0

    async def order(self, use_case: Callable[..., Awaitable[Answer]], command: Any) -> Done:
        """Run a use case that looks at zones and prices."""
        return await self.run(partial(use_case, trade=self.trade), command)

    @property
    def now(self) -> datetime:
        """Every step takes a minute."""
        self.minutes += 1
        return at(self.minutes)

    async def open_both(self) -> None:
        """Both providers on shift; zone and tariff are on the log, where the money looks them up."""

        async def publish(_command: Any, work: Work) -> Answer:
            terms = ZoneTerms(THE_ZONE.slug, THE_ZONE.time_zone, THE_ZONE.state_code, 0)
            work.add(Zone.define(ZONE, terms, Area(((SQUARE,),), 1, 4, repaired=False), NOON, NOON))
            tariff = Tariff.open(TARIFF, None, NOON)
            tariff.publish(TERMS, NOON, NOON)
            work.add(tariff)
            return {}

        await super().open_both()
        await self.run(publish, MakeOffer(DISPATCHER, REQUEST, OFFER, SHIFT, NOON, NOON))

    async def fill_wallet(self, minor: int = WALLET_MINOR) -> None:
        """Cash over the counter."""

        async def top_up(_command: Any, work: Work) -> Answer:
            wallet = Wallet.open(TENANT, CUSTOMER, "INR", NOON)
            wallet.credit(some_id(601), minor, WhyCredited.TOP_UP, ledger.CASH_DESK, NOON)
            work.add(wallet)
            return {}

        await self.run(top_up, MakeOffer(DISPATCHER, REQUEST, OFFER, SHIFT, NOON, NOON))

    async def ask(
        self, call: Call = FLAT_TYRE, pays_by: PaymentMethod | None = None, request_id: UUID = REQUEST
    ) -> Done:
        return await self.order(request_service, RequestService(THE_CUSTOMER, request_id, call, NOON, pays_by))

    async def confirm(
        self, method: PaymentMethod = PaymentMethod.WALLET, version: int = 1, when: datetime = NOON
    ) -> Done:
        return await self.order(confirm_request, ConfirmRequest(THE_CUSTOMER, REQUEST, version, method, when))

    async def assign(self, offer_id: UUID = OFFER, shift_id: UUID = SHIFT) -> Done:
        """Offer the job, and have it accepted."""
        now = self.now
        lapse = now + timedelta(seconds=30)
        await self.run(make_offer, MakeOffer(DISPATCHER, REQUEST, offer_id, shift_id, lapse, now))
        return await self.run(accept_offer, AcceptOffer(THE_PROVIDER, offer_id, now))

    async def assigned(self, call: Call = FLAT_TYRE, method: PaymentMethod = PaymentMethod.WALLET) -> PricedWorld:
        """A confirmed job that the first provider has."""
        await self.open_both()
        await self.fill_wallet()
        await self.ask(call, method)
        await self.assign()
        return self

    async def on_scene(self, call: Call = FLAT_TYRE, method: PaymentMethod = PaymentMethod.WALLET) -> PricedWorld:
        """Whoever has the job has arrived."""
        await self.assigned(call, method)
        await self.come()
        return self

    async def come(self) -> Done:
        """Drive there."""
        await self.run(report_en_route, ReportEnRoute(THE_PROVIDER, REQUEST, self.now))
        return await self.run(confirm_arrival, ConfirmArrival(THE_PROVIDER, REQUEST, BREAKDOWN_CELL, self.now))

    async def start(self, code: str = "1111") -> Done:
        return await self.run(
            partial(start_service, codes=self.codes), StartService(THE_PROVIDER, REQUEST, code, self.now)
        )

    async def picture(self, kind: EvidenceKind, sha: str = SHA) -> Done:
        now = self.now
        return await self.run(capture_evidence, CaptureEvidence(THE_PROVIDER, REQUEST, kind, sha, None, now, now))

    async def working(self, call: Call = FLAT_TYRE, method: PaymentMethod = PaymentMethod.WALLET) -> PricedWorld:
        """The work has begun."""
        await self.on_scene(call, method)
        await self.start()
        return self

    async def done(
        self, call: Call = FLAT_TYRE, method: PaymentMethod = PaymentMethod.WALLET, *, proved: bool = True
    ) -> PricedWorld:
        """The work is done and proved, but nobody has said so yet."""
        await self.working(call, method)
        await self.picture(EvidenceKind.WORK_DONE)
        if proved:
            await self.picture(EvidenceKind.RECEIPT)
        return self

    async def at_drop(self, call: Call = TOW, method: PaymentMethod = PaymentMethod.WALLET) -> PricedWorld:
        """The vehicle is where it shall go."""
        await self.working(call, method)
        await self.picture(EvidenceKind.VEHICLE_BEFORE)
        await self.run(load_vehicle, LoadVehicle(THE_PROVIDER, REQUEST, self.now))
        await self.drive_to_drop()
        return self

    async def drive_to_drop(self, cell: str = GARAGE_CELL) -> Done:
        await self.run(set_off_to_drop, SetOffToDrop(THE_PROVIDER, REQUEST, self.now))
        return await self.run(arrive_at_drop, ArriveAtDrop(THE_PROVIDER, REQUEST, cell, self.now))

    async def hand_over(self) -> Done:
        await self.run(deliver_vehicle, DeliverVehicle(THE_PROVIDER, REQUEST, self.now))
        return await self.picture(EvidenceKind.VEHICLE_DELIVERED)

    async def finish(self) -> Done:
        return await self.order(complete_service, CompleteService(THE_PROVIDER, REQUEST, self.now))

    async def wallet(self) -> Wallet:
        return await self._get(Wallet, wallet_id(TENANT, CUSTOMER))

    async def payment(self) -> Payment:
        return await self._get(Payment, payment_id(REQUEST))


async def searching(call: Call = FLAT_TYRE, method: PaymentMethod = PaymentMethod.WALLET) -> PricedWorld:
    """A confirmed job that nobody has."""
    world = PricedWorld()
    await world.open_both()
    await world.fill_wallet()
    await world.ask(call, method)
    return world
