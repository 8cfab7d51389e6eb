"""Who and what belongs to a provider, and who is out with which truck?"""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain import provider_terms
from domain.aggregate import Aggregate, event
from domain.catalogue import Capability, VehicleClass
from domain.provider_papers import ProviderPapers
from domain.provider_review import ProviderReview
from domain.provider_terms import (
    AlreadyOnDuty,
    Duty,
    FleetFull,
    NoCapability,
    ProviderState,
    UnknownCrew,
    UnknownTruck,
)

FIRST_CLASSES = ("car", "suv", "three_wheeler", "truck", "two_wheeler", "van")
"""The vehicle classes there were when nobody asked which of them a truck is made for: all of them."""


class ProviderFleet(ProviderPapers, ProviderReview):
    """Crew, trucks, and the shifts that run: neither crew member nor truck is on two."""

    class CrewMemberAdded(Aggregate.Event):
        """Somebody joined the crew, or learnt something: these skills replace earlier ones."""

        TOPIC: ClassVar[str] = "provider.crew_member_added"
        crew_id: UUID
        skills: tuple[Capability, ...]

    class TruckAdded(Aggregate.Event):
        """A truck joined the fleet, or was refitted: what it has replaces the earlier.

        ``vehicle_classes`` are what it is made for; version 1 did not ask.
        """

        TOPIC: ClassVar[str] = "provider.truck_added"
        class_version: ClassVar[int] = 2
        truck_id: UUID
        equipment: tuple[Capability, ...]
        vehicle_classes: tuple[VehicleClass, ...]

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """Nobody had asked, so it takes all."""
            state["vehicle_classes"] = list(FIRST_CLASSES)

    class WentOnDuty(Aggregate.Event):
        """A crew member took a truck out on a shift."""

        TOPIC: ClassVar[str] = "provider.went_on_duty"
        shift_id: UUID
        crew_id: UUID
        truck_id: UUID

    class WentOffDuty(Aggregate.Event):
        """The shift is over; crew member and truck are free for another."""

        TOPIC: ClassVar[str] = "provider.went_off_duty"
        shift_id: UUID

    def add_crew_member(self, crew_id: UUID, skills: Iterable[Capability], at: datetime) -> None:
        """Take somebody in, or note new skills; the same twice changes nothing.

        Raises ProviderClosed, NoCapability or FleetFull.
        """
        self._not_closed()
        able = _sorted(skills)
        if self.crew.get(crew_id) == able:
            return
        if crew_id not in self.crew and len(self.crew) >= provider_terms.MOST_CREW:
            raise FleetFull(most=provider_terms.MOST_CREW)
        self.trigger_event(self.CrewMemberAdded, timestamp=at, crew_id=crew_id, skills=able)

    def add_truck(
        self,
        truck_id: UUID,
        equipment: Iterable[Capability],
        at: datetime,
        vehicle_classes: Iterable[VehicleClass] = tuple(VehicleClass),
    ) -> None:
        """Take a truck in, or note its refit; the same twice changes nothing.

        Raises ProviderClosed, NoCapability or FleetFull.
        """
        self._not_closed()
        fitted, takes = _sorted(equipment), tuple(sorted(set(vehicle_classes)))
        if not takes:
            raise NoCapability
        if (self.trucks.get(truck_id), self.truck_classes.get(truck_id)) == (fitted, takes):
            return
        if truck_id not in self.trucks and len(self.trucks) >= provider_terms.MOST_TRUCKS:
            raise FleetFull(most=provider_terms.MOST_TRUCKS)
        self.trigger_event(self.TruckAdded, timestamp=at, truck_id=truck_id, equipment=fitted, vehicle_classes=takes)

    def go_on_duty(self, shift_id: UUID, crew_id: UUID, truck_id: UUID, at: datetime) -> tuple[Capability, ...]:
        """Send a crew member out with a truck; gives the shift's capabilities: skills ∩ equipment (S2), sorted.

        Raises ProviderNotActive, UnknownCrew, UnknownTruck, AlreadyOnDuty or DocumentNotValid (S1).
        """
        self.check_active(at)
        if crew_id not in self.crew:
            raise UnknownCrew(crew_id=str(crew_id))
        if truck_id not in self.trucks:
            raise UnknownTruck(truck_id=str(truck_id))
        for busy_shift_id, duty in self.on_duty.items():
            if duty.crew_id == crew_id or duty.truck_id == truck_id:
                raise AlreadyOnDuty(shift_id=str(busy_shift_id))
        self.check_papers(crew_id, truck_id, at)
        if self.state is ProviderState.SUSPENDED:
            self.reinstate(at)
        self.trigger_event(self.WentOnDuty, timestamp=at, shift_id=shift_id, crew_id=crew_id, truck_id=truck_id)
        return tuple(sorted(set(self.crew[crew_id]) & set(self.trucks[truck_id])))

    def go_off_duty(self, shift_id: UUID, at: datetime) -> None:
        """Note that a shift is over; one that is not running changes nothing."""
        if shift_id in self.on_duty:
            self.trigger_event(self.WentOffDuty, timestamp=at, shift_id=shift_id)

    @event(CrewMemberAdded)
    def _on_crew_member_added(self, crew_id: UUID, skills: tuple[Capability, ...]) -> None:
        self.crew[crew_id] = skills

    @event(TruckAdded)
    def _on_truck_added(
        self, truck_id: UUID, equipment: tuple[Capability, ...], vehicle_classes: tuple[VehicleClass, ...]
    ) -> None:
        self.trucks[truck_id] = equipment
        self.truck_classes[truck_id] = vehicle_classes

    @event(WentOnDuty)
    def _on_went_on_duty(self, shift_id: UUID, crew_id: UUID, truck_id: UUID) -> None:
        self.on_duty[shift_id] = Duty(crew_id, truck_id)

    @event(WentOffDuty)
    def _on_went_off_duty(self, shift_id: UUID) -> None:
        del self.on_duty[shift_id]


def _sorted(capabilities: Iterable[Capability]) -> tuple[Capability, ...]:
    able = tuple(sorted(set(capabilities)))
    if not able:
        raise NoCapability
    return able
