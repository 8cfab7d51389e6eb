"""In what world do the stories of the use cases happen? A log in memory, two providers on shift, one customer."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, TypeVar

from application.accept_offer import AcceptOffer, accept_offer
from application.add_crew_member import AddCrewMember, add_crew_member
from application.add_truck import AddTruck, add_truck
from application.complete_service import CompleteService, complete_service
from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.engine import Answer, Done, Engine, Work
from application.log import CommandContext, fingerprint_of
from application.make_offer import MakeOffer, make_offer
from application.register_provider import RegisterProvider, register_provider
from application.report_en_route import ReportEnRoute, report_en_route
from application.request_service import RequestService, request_service
from application.start_shift import StartShift, start_shift
from domain.actor import Actor
from domain.aggregate import Aggregate
from domain.offer import Offer
from domain.provider import Provider
from domain.service_request import ServiceRequest
from domain.shift import Shift
from tests.support.memory_log import MemoryAggregates, MemoryEventLog
from tests.support.roadside import (
    ANOTHER_PROVIDER,
    BREAKDOWN_CELL,
    CALL,
    CREW,
    DEPOT_CELL,
    DESK_ACTOR,
    DISPATCHER,
    LAPSE,
    NOON,
    OFFER,
    OTHER_CREW,
    OTHER_SHIFT,
    OTHER_TRUCK,
    PROFILE,
    PROVIDER,
    REQUEST,
    SHIFT,
    SOON,
    TENANT,
    THE_CUSTOMER,
    THE_PROVIDER,
    TOWING,
    TRUCK,
    some_id,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any
    from uuid import UUID

A = TypeVar("A", bound=Aggregate)


def context_of(actor: Actor, key: str, content: str = "", tenant: str = TENANT) -> CommandContext:
    """A command's context; ``content`` stands for what the command says."""
    return CommandContext(tenant, actor.text, key, fingerprint_of(content), some_id(99), NOON)


class World:
    """One tenant's day: runs use cases through the engine and shows what stands."""

    def __init__(self) -> None:
        self.log = MemoryEventLog()
        self.aggregates = MemoryAggregates(self.log)
        self.engine = Engine(self.log, self.aggregates)
        self._keys = itertools.count()

    async def run(
        self,
        use_case: Callable[[Any, Work], Awaitable[Answer]],
        command: Any,
        key: str | None = None,
        tenant: str = TENANT,
    ) -> Done:
        """Run a use case; without a key it is a command of its own."""
        context = context_of(command.actor, key or f"key-{next(self._keys)}", repr(command), tenant)
        return await self.engine.run(context, lambda work: use_case(command, work))

    async def request(self, request_id: UUID = REQUEST) -> Done:
        return await self.run(request_service, RequestService(THE_CUSTOMER, request_id, CALL, NOON))

    async def open_company(
        self,
        provider: Actor = THE_PROVIDER,
        shift_id: UUID = SHIFT,
        crew_id: UUID = CREW,
        truck_id: UUID = TRUCK,
    ) -> None:
        """Register a provider with one crew member and one truck and send them out from the depot."""
        provider_id = provider.subject_id
        assert provider_id is not None
        await self.run(register_provider, RegisterProvider(DESK_ACTOR, provider_id, PROFILE, NOON))
        await self.run(add_crew_member, AddCrewMember(provider, provider_id, crew_id, TOWING, NOON))
        await self.run(add_truck, AddTruck(provider, provider_id, truck_id, TOWING, NOON))
        await self.run(start_shift, StartShift(provider, provider_id, shift_id, crew_id, truck_id, DEPOT_CELL, NOON))

    async def open_both(self) -> None:
        await self.open_company()
        await self.open_company(ANOTHER_PROVIDER, OTHER_SHIFT, OTHER_CREW, OTHER_TRUCK)

    async def offer(self, offer_id: UUID = OFFER, request_id: UUID = REQUEST, shift_id: UUID = SHIFT) -> Done:
        return await self.run(make_offer, MakeOffer(DISPATCHER, request_id, offer_id, shift_id, LAPSE, NOON))

    async def accept(self, offer_id: UUID = OFFER, actor: Actor = THE_PROVIDER) -> Done:
        return await self.run(accept_offer, AcceptOffer(actor, offer_id, SOON))

    async def drive(self) -> Done:
        return await self.run(report_en_route, ReportEnRoute(THE_PROVIDER, REQUEST, SOON))

    async def arrive(self) -> Done:
        return await self.run(confirm_arrival, ConfirmArrival(THE_PROVIDER, REQUEST, BREAKDOWN_CELL, SOON))

    async def complete(self) -> Done:
        return await self.run(complete_service, CompleteService(THE_PROVIDER, REQUEST, SOON))

    async def asked(self) -> World:
        """Both providers on shift; the first is asked to take the request."""
        await self.open_both()
        await self.request()
        await self.offer()
        return self

    async def held(self) -> World:
        """The first provider has the job."""
        await self.asked()
        await self.accept()
        return self

    async def the_request(self, request_id: UUID = REQUEST) -> ServiceRequest:
        return await self._get(ServiceRequest, request_id)

    async def the_offer(self, offer_id: UUID = OFFER) -> Offer:
        return await self._get(Offer, offer_id)

    async def the_shift(self, shift_id: UUID = SHIFT) -> Shift:
        return await self._get(Shift, shift_id)

    async def the_provider(self, provider_id: UUID = PROVIDER) -> Provider:
        return await self._get(Provider, provider_id)

    async def the(self, kind: type[A], stream_id: UUID) -> A:
        """Anything else."""
        return await self._get(kind, stream_id)

    async def _get(self, kind: type[A], stream_id: UUID) -> A:
        return await Work(self.aggregates, context_of(DISPATCHER, "look")).get(kind, stream_id)

    def topics(self, after: int = 0) -> list[str]:
        """What was recorded behind a position, in order."""
        return [event.topic for event in self.log.events[after:]]

    @property
    def head(self) -> int:
        return len(self.log.events)
