"""What do crews do about offers and jobs? They answer, drive, work, tow, and stay where the last job ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from application.accept_offer import AcceptOffer, accept_offer
from application.arrive_at_drop import ArriveAtDrop, arrive_at_drop
from application.complete_service import CompleteService, complete_service
from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.decline_offer import DeclineOffer, decline_offer
from application.deliver_vehicle import DeliverVehicle, deliver_vehicle
from application.load_vehicle import LoadVehicle, load_vehicle
from application.report_en_route import ReportEnRoute, report_en_route
from application.set_off_to_drop import SetOffToDrop, set_off_to_drop
from domain.offer import DeclineReason
from interfaces.simulate.job import Outcome

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from interfaces.simulate.agenda import Act, Agenda
    from interfaces.simulate.job import Job
    from interfaces.simulate.office import Office
    from interfaces.simulate.script import Script
    from interfaces.simulate.truck import Truck


Decide = Callable[["Work"], Awaitable["Answer"]]


class Crews:
    """All crews. Each says to the office what it does, at the instant at which it does it."""

    def __init__(self, office: Office, script: Script, agenda: Agenda) -> None:
        self._office = office
        self._script = script
        self._agenda = agenda
        self._asked: Counter[tuple[str, str]] = Counter()

    def are_asked(self, truck: Truck, job: Job, offer_id: UUID, at: datetime) -> None:
        """The telephone rings: the answer comes after a while, or never."""
        about = (job.call.id, truck.crew.id)
        self._asked[about] += 1
        times = self._asked[about]
        if self._script.is_silent(*about, times):
            return
        answers_at = at + self._script.answers_after(*about, times)
        says = self._decline if self._script.declines(*about, times) else self._accept
        self._agenda.note(answers_at, partial(says, truck, offer_id))

    async def get_job(self, truck: Truck, job: Job, at: datetime) -> None:
        """The job is theirs: the wheels turn at once."""
        errand = truck.takes(job, at)
        job.provider_id, job.assigned_at = truck.crew.id, at
        job.first_assigned_at = job.first_assigned_at or at
        leaves = ReportEnRoute(truck.actor, job.request_id, at)
        if not await self._says(truck, "en_route", job.request_id, at, partial(report_en_route, leaves)):
            return
        job.departed_at, job.was_departed_to = at, True
        job.drive_m = self._script.road_m(truck.place, job.call.place)
        takes = self._script.drive(truck.place, job.call.place, job.call.id, truck.crew.id)
        drive = truck.sets_out(job.call.place, at, takes)
        self._agenda.note(drive.arrives_at, self._if_still(truck, errand, self._arrive))

    # A refusal is what happens to whoever answers too late: somebody else was asked meanwhile.

    async def _accept(self, truck: Truck, offer_id: UUID, at: datetime) -> None:
        accept = AcceptOffer(truck.actor, offer_id, at)
        await self._says(truck, "accept", offer_id, at, partial(accept_offer, accept, promises=self._office.promises))

    async def _decline(self, truck: Truck, offer_id: UUID, at: datetime) -> None:
        decline = DeclineOffer(truck.actor, offer_id, DeclineReason.TOO_FAR, at)
        await self._says(truck, "decline", offer_id, at, partial(decline_offer, decline))

    async def _arrive(self, truck: Truck, job: Job, at: datetime) -> None:
        truck.arrives()
        job.arrived_at = at
        here = ConfirmArrival(truck.actor, job.request_id, truck.cell, at)
        await self._says(truck, "arrive", job.request_id, at, partial(confirm_arrival, here))
        works_until = at + self._script.work(job.call)
        then = self._complete if job.call.drop is None else self._tow
        self._agenda.note(works_until, self._if_still(truck, truck.errand, then))

    async def _tow(self, truck: Truck, job: Job, at: datetime) -> None:
        drop = job.call.drop
        if drop is None:
            return
        loads, leaves = LoadVehicle(truck.actor, job.request_id, at), SetOffToDrop(truck.actor, job.request_id, at)
        await self._says(truck, "load", job.request_id, at, partial(load_vehicle, loads))
        await self._says(truck, "set_off", job.request_id, at, partial(set_off_to_drop, leaves))
        job.tow_m = self._script.road_m(truck.place, drop)
        drive = truck.sets_out(drop, at, self._script.drive(truck.place, drop, job.call.id, "tow"))
        self._agenda.note(drive.arrives_at, self._if_still(truck, truck.errand, self._hand_over))

    async def _hand_over(self, truck: Truck, job: Job, at: datetime) -> None:
        truck.arrives()
        there = ArriveAtDrop(truck.actor, job.request_id, truck.cell, at)
        await self._says(truck, "at_drop", job.request_id, at, partial(arrive_at_drop, there))
        handed = DeliverVehicle(truck.actor, job.request_id, at)
        await self._says(truck, "deliver", job.request_id, at, partial(deliver_vehicle, handed))
        await self._complete(truck, job, at)

    async def _complete(self, truck: Truck, job: Job, at: datetime) -> None:
        done = CompleteService(truck.actor, job.request_id, at)
        if await self._says(truck, "complete", job.request_id, at, partial(complete_service, done)):
            truck.is_free(at)
            job.outcome, job.completed_at, job.ended_at = Outcome.COMPLETED, at, at

    def _if_still(self, truck: Truck, errand: int, act: Callable[[Truck, Job, datetime], Awaitable[None]]) -> Act:
        """The act, unless the truck has lost the job by then."""

        async def later(at: datetime) -> None:
            if truck.errand == errand and truck.job is not None:
                await act(truck, truck.job, at)

        return later

    async def _says(self, truck: Truck, what: str, about: UUID, at: datetime, decide: Decide) -> bool:
        """Whether the office took it; what it does not take has been decided otherwise meanwhile."""
        key = f"{what}/{about}/{truck.errand}"
        return await self._office.order(truck.actor, key, about, at, decide) is None
