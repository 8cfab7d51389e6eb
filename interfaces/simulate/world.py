"""What happens in the simulated city? Calls come in, patience ends, crews go on duty; the log tells decisions."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from application.add_crew_member import AddCrewMember, add_crew_member
from application.add_truck import AddTruck, add_truck
from application.cancel_request import CancelRequest, cancel_request
from application.register_provider import RegisterProvider, register_provider
from application.request_service import RequestService, request_service
from application.start_shift import StartShift, start_shift
from domain.actor import Actor, Role
from domain.catalogue import Fuel
from domain.geography import cell_of
from domain.request_terms import Call as CallTold
from domain.request_terms import CancelReason
from infra.event_store.codec import decode
from interfaces.simulate.agenda import LAST, Agenda
from interfaces.simulate.crews import Crews
from interfaces.simulate.job import Job, Outcome
from interfaces.simulate.truck import Truck

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from application.log import LoggedEvent
    from application.trade import Trade
    from interfaces.simulate.demand import Call
    from interfaces.simulate.office import Office
    from interfaces.simulate.script import Script
    from interfaces.simulate.supply import Crew

CITY: Final = UUID("5e0c6a52-6b0e-5c1e-9a57-1f2d3c4b5a69")
"""The uuid5 namespace in which ids of the simulated city follow from those in the files."""
DESK: Final = "desk"


def id_of(kind: str, name: str) -> UUID:
    """The id under which the engine knows something of the files."""
    return uuid5(CITY, f"{kind}/{name}")


class World:
    """All people of the city and what they do; ``jobs`` is what became of each call."""

    def __init__(self, office: Office, script: Script, trade: Trade) -> None:
        self.agenda = Agenda()
        self.jobs: dict[UUID, Job] = {}
        self.trucks: dict[UUID, Truck] = {}
        self.ended = 0
        self._office = office
        self._trade = trade
        self._crews = Crews(office, script, self.agenda)
        self._desk = Actor(Role.DISPATCHER, id_of("desk", DESK), office.tenant)
        self._heard = 0
        self._hears = {
            "offer.made": self._offer_made,
            "service_request.assigned": self._assigned,
            "service_request.assignment_revoked": self._revoked,
            "service_request.completed": self._completed,
            "service_request.cancelled": self._cancelled,
            "service_request.unfulfilled": self._unfulfilled,
            "shift.ended": self._off_duty,
            "shift.forced_off": self._off_duty,
        }

    def opens(self, calls: Iterable[Call], crews: Iterable[Crew], at: datetime) -> None:
        """Note what will happen by itself; crews without hours are on duty from that instant on."""
        for crew in crews:
            self.agenda.note(at, partial(self._joins, crew))
            self.agenda.note(max(at, crew.starts_at or at), partial(self._goes_on_duty, crew))
        for call in calls:
            self.agenda.note(call.at, partial(self._calls, call))

    async def hear(self) -> None:
        """Take note of what the log says since the last time, until it says nothing more."""
        events = self._office.log.events
        while self._heard < len(events):
            event = events[self._heard]
            self._heard += 1
            heard = self._hears.get(event.topic)
            if heard is not None:
                await heard(event, decode(event.topic, event.payload))

    async def give_up(self, at: datetime) -> None:
        """Nobody is left who could come: the desk says so to whoever still waits."""
        for job in self.jobs.values():
            if job.outcome is None:
                await self._calls_off(job, self._desk, CancelReason.OTHER, at)
        await self.hear()

    async def _joins(self, crew: Crew, at: datetime) -> None:
        provider_id = id_of("provider", crew.id)
        truck = Truck(
            crew,
            Actor(Role.PROVIDER, provider_id, self._office.tenant),
            provider_id,
            id_of("shift", crew.id),
            crew.place,
        )
        self.trucks[truck.shift_id] = truck
        crew_id, truck_id, able = id_of("crew", crew.id), id_of("truck", crew.id), crew.able
        registers = RegisterProvider(self._desk, provider_id, id_of("profile", crew.id), at)
        hires = AddCrewMember(truck.actor, provider_id, crew_id, able, at)
        buys = AddTruck(truck.actor, provider_id, truck_id, able, at, vehicle_classes=crew.vehicle_classes)
        order = self._office.order
        await order(self._desk, f"register/{crew.id}", provider_id, at, partial(register_provider, registers))
        await order(truck.actor, f"hire/{crew.id}", provider_id, at, partial(add_crew_member, hires))
        await order(truck.actor, f"buy/{crew.id}", provider_id, at, partial(add_truck, buys))

    async def _goes_on_duty(self, crew: Crew, at: datetime) -> None:
        if crew.ends_at is not None and crew.ends_at <= at:
            return
        truck = self.trucks[id_of("shift", crew.id)]
        starts = StartShift(
            truck.actor,
            truck.provider_id,
            truck.shift_id,
            id_of("crew", crew.id),
            id_of("truck", crew.id),
            truck.cell,
            at,
            longest_duty=None if crew.ends_at is None else crew.ends_at - at,
        )
        truck.on_duty_at = at
        await self._office.order(truck.actor, f"start/{crew.id}", truck.shift_id, at, partial(start_shift, starts))

    async def _calls(self, call: Call, at: datetime) -> None:
        request_id = id_of("request", call.id)
        job = self.jobs[request_id] = Job(call, request_id)
        customer = Actor(Role.CUSTOMER, id_of("customer", call.id), self._office.tenant)
        told = CallTold(
            id_of("customer", call.id),
            call.service,
            call.vehicle_class,
            Fuel.UNKNOWN,
            cell_of(*call.place),
            id_of("place", call.id),
            id_of("contact", call.id),
            drop_cell=None if call.drop is None else cell_of(*call.drop),
        )
        asks = RequestService(customer, request_id, told, at)
        await self._office.order(
            customer, f"call/{call.id}", request_id, at, lambda work: request_service(asks, work, self._trade)
        )
        if call.patience_s is not None:
            self.agenda.note(at + timedelta(seconds=call.patience_s), partial(self._patience_ends, job, customer), LAST)

    async def _patience_ends(self, job: Job, customer: Actor, at: datetime) -> None:
        if job.outcome is None and not job.was_departed_to:
            await self._calls_off(job, customer, CancelReason.TOOK_TOO_LONG, at)

    async def _calls_off(self, job: Job, who: Actor, reason: CancelReason, at: datetime) -> None:
        cancels = CancelRequest(who, job.request_id, reason, at)
        await self._office.order(who, f"cancel/{job.call.id}", job.request_id, at, partial(cancel_request, cancels))

    async def _offer_made(self, event: LoggedEvent, told: Mapping[str, object]) -> None:
        job, truck = self._job_of(told["request_id"]), self._truck_of(told["shift_id"])
        job.offers += 1
        self._crews.are_asked(truck, job, event.stream_id, event.occurred_at)

    async def _assigned(self, event: LoggedEvent, told: Mapping[str, object]) -> None:
        await self._crews.get_job(self._truck_of(told["shift_id"]), self.jobs[event.stream_id], event.occurred_at)

    async def _revoked(self, event: LoggedEvent, told: Mapping[str, object]) -> None:
        self._truck_of(told["shift_id"]).is_free(event.occurred_at)
        self.jobs[event.stream_id].lost()

    async def _completed(self, _event: LoggedEvent, _told: Mapping[str, object]) -> None:
        self.ended += 1

    async def _cancelled(self, event: LoggedEvent, told: Mapping[str, object]) -> None:
        job = self.jobs[event.stream_id]
        gave_up_waiting = told["reason"] == CancelReason.TOOK_TOO_LONG
        job.outcome = Outcome.EXPIRED if gave_up_waiting else Outcome.CANCELLED
        job.ended_at = event.occurred_at
        self.ended += 1
        if told["shift_id"] is not None:
            self._truck_of(told["shift_id"]).is_free(event.occurred_at)
            job.lost()

    async def _unfulfilled(self, event: LoggedEvent, _told: Mapping[str, object]) -> None:
        job = self.jobs[event.stream_id]
        job.outcome, job.ended_at = Outcome.CANCELLED, event.occurred_at
        self.ended += 1

    async def _off_duty(self, event: LoggedEvent, _told: Mapping[str, object]) -> None:
        self.trucks[event.stream_id].off_duty_at = event.occurred_at

    def _job_of(self, told_id: object) -> Job:
        return self.jobs[UUID(str(told_id))]

    def _truck_of(self, told_id: object) -> Truck:
        return self.trucks[UUID(str(told_id))]
