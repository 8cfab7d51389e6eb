"""What may happen to a provider: a company with crew and trucks?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.actor import Actor, Role
from domain.aggregate import Aggregate, Created, event
from domain.catalogue import Capability
from domain.refusal import BadInput, Refusal

MOST_CREW = 2_000
"""Members of one company: the largest fleets run a few hundred trucks in three shifts."""

MOST_TRUCKS = 1_000
"""Trucks of one company, for the same reason."""


class ProviderState(StrEnum):
    """Whether a provider may work. Application and document review of the full machine come before active."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class SuspendReason(StrEnum):
    """Why a provider may not work for now."""

    DOCUMENTS_EXPIRED = "documents_expired"
    COMPLAINTS = "complaints"
    FRAUD = "fraud"
    OWN_WISH = "own_wish"
    OTHER = "other"


class ProviderNotActive(Refusal):
    """This provider is suspended: it starts no shift and gets no job."""

    code = "provider_not_active"


class UnknownCrew(Refusal):
    """This provider has no such crew member."""

    code = "unknown_crew"


class UnknownTruck(Refusal):
    """This provider has no such truck."""

    code = "unknown_truck"


class AlreadyOnDuty(Refusal):
    """This crew member or this truck is on a shift already."""

    code = "already_on_duty"


class FleetFull(Refusal):
    """This provider has as many crew members or trucks as one may have."""

    code = "fleet_full"


class NoCapability(BadInput):
    """A crew member or truck without any capability is of no use."""

    code = "no_capability"


@dataclass(frozen=True, slots=True)
class Duty:
    """Who drives what on a shift that runs."""

    crew_id: UUID
    truck_id: UUID


class Provider(Aggregate):
    """A company with crew and trucks; knows who is on duty with which truck, so that neither is on two shifts."""

    TOPIC = "provider"
    SNAPSHOT: ClassVar[dict[str, object]] = {
        "profile_id": UUID,
        "state": ProviderState,
        "crew": dict[UUID, tuple[Capability, ...]],
        "trucks": dict[UUID, tuple[Capability, ...]],
        "on_duty": dict[UUID, Duty],
    }

    class Registered(Created):
        """A company joined; its name and address are in the personal store under ``profile_id``."""

        TOPIC: ClassVar[str] = "provider.registered"
        profile_id: UUID

    class CrewMemberAdded(Aggregate.Event):
        """Somebody joined the crew, or learnt something: these skills replace earlier ones."""

        TOPIC: ClassVar[str] = "provider.crew_member_added"
        crew_id: UUID
        skills: tuple[Capability, ...]

    class TruckAdded(Aggregate.Event):
        """A truck joined the fleet, or was refitted: this equipment replaces the earlier."""

        TOPIC: ClassVar[str] = "provider.truck_added"
        truck_id: UUID
        equipment: tuple[Capability, ...]

    class Suspended(Aggregate.Event):
        """May not work for now."""

        TOPIC: ClassVar[str] = "provider.suspended"
        reason: SuspendReason

    class Reinstated(Aggregate.Event):
        """May work again."""

        TOPIC: ClassVar[str] = "provider.reinstated"

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

    def __init__(self, profile_id: UUID) -> None:
        self.profile_id = profile_id
        self.state = ProviderState.ACTIVE
        self.crew: dict[UUID, tuple[Capability, ...]] = {}
        self.trucks: dict[UUID, tuple[Capability, ...]] = {}
        self.on_duty: dict[UUID, Duty] = {}

    @classmethod
    def register(cls, provider_id: UUID, profile_id: UUID, at: datetime) -> "Provider":
        """Take a company in; it may work at once (review is not part of this path)."""
        return cls._create(cls.Registered, id=provider_id, timestamp=at, profile_id=profile_id)

    def add_crew_member(self, crew_id: UUID, skills: Iterable[Capability], at: datetime) -> None:
        """Take somebody in, or note new skills; the same twice changes nothing. Raises NoCapability or FleetFull."""
        able = _sorted(skills)
        if self.crew.get(crew_id) == able:
            return
        if crew_id not in self.crew and len(self.crew) >= MOST_CREW:
            raise FleetFull(most=MOST_CREW)
        self.trigger_event(self.CrewMemberAdded, timestamp=at, crew_id=crew_id, skills=able)

    def add_truck(self, truck_id: UUID, equipment: Iterable[Capability], at: datetime) -> None:
        """Take a truck in, or note its refit; the same twice changes nothing. Raises NoCapability or FleetFull."""
        fitted = _sorted(equipment)
        if self.trucks.get(truck_id) == fitted:
            return
        if truck_id not in self.trucks and len(self.trucks) >= MOST_TRUCKS:
            raise FleetFull(most=MOST_TRUCKS)
        self.trigger_event(self.TruckAdded, timestamp=at, truck_id=truck_id, equipment=fitted)

    def suspend(self, reason: SuspendReason, at: datetime) -> None:
        """Let it not work for now; twice changes nothing. A job under way is finished."""
        if self.state is not ProviderState.SUSPENDED:
            self.trigger_event(self.Suspended, timestamp=at, reason=reason)

    def reinstate(self, at: datetime) -> None:
        """Let it work again; twice changes nothing."""
        if self.state is not ProviderState.ACTIVE:
            self.trigger_event(self.Reinstated, timestamp=at)

    def check_active(self) -> None:
        """Refuse what only an active provider may do (S1); raises ProviderNotActive."""
        if self.state is not ProviderState.ACTIVE:
            raise ProviderNotActive(provider_id=str(self.id))

    def go_on_duty(self, shift_id: UUID, crew_id: UUID, truck_id: UUID, at: datetime) -> tuple[Capability, ...]:
        """Send a crew member out with a truck; gives the shift's capabilities: skills ∩ equipment (S2), sorted.

        Raises ProviderNotActive, UnknownCrew, UnknownTruck or AlreadyOnDuty.
        """
        self.check_active()
        if crew_id not in self.crew:
            raise UnknownCrew(crew_id=str(crew_id))
        if truck_id not in self.trucks:
            raise UnknownTruck(truck_id=str(truck_id))
        for busy_shift_id, duty in self.on_duty.items():
            if duty.crew_id == crew_id or duty.truck_id == truck_id:
                raise AlreadyOnDuty(shift_id=str(busy_shift_id))
        self.trigger_event(self.WentOnDuty, timestamp=at, shift_id=shift_id, crew_id=crew_id, truck_id=truck_id)
        return tuple(sorted(set(self.crew[crew_id]) & set(self.trucks[truck_id])))

    def go_off_duty(self, shift_id: UUID, at: datetime) -> None:
        """Note that a shift is over; one that is not running changes nothing."""
        if shift_id in self.on_duty:
            self.trigger_event(self.WentOffDuty, timestamp=at, shift_id=shift_id)

    def can(self, actor: Actor) -> tuple[str, ...]:
        """Which acts are open to this actor now."""
        acts: list[str] = []
        if actor.is_desk or actor.is_provider(self.id):
            acts += ["add_crew_member", "add_truck"]
            if self.state is ProviderState.ACTIVE:
                acts.append("start_shift")
        if actor.role in (Role.ADMIN, Role.DISPATCHER):
            acts.append("suspend" if self.state is ProviderState.ACTIVE else "reinstate")
        return tuple(acts)

    @event(CrewMemberAdded)
    def _on_crew_member_added(self, crew_id: UUID, skills: tuple[Capability, ...]) -> None:
        self.crew[crew_id] = skills

    @event(TruckAdded)
    def _on_truck_added(self, truck_id: UUID, equipment: tuple[Capability, ...]) -> None:
        self.trucks[truck_id] = equipment

    @event(Suspended)
    def _on_suspended(self) -> None:
        self.state = ProviderState.SUSPENDED

    @event(Reinstated)
    def _on_reinstated(self) -> None:
        self.state = ProviderState.ACTIVE

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
