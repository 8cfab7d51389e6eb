"""What may happen to a provider: a company with crew and trucks?"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.actor import Actor, Role
from domain.aggregate import Aggregate, Created
from domain.catalogue import Capability, VehicleClass
from domain.provider_accounts import ProviderAccounts
from domain.provider_engagement import ProviderEngagement
from domain.provider_fleet import ProviderFleet
from domain.provider_terms import (
    CANDIDATE,
    CLOSED,
    AlreadyOnDuty,
    Document,
    DocumentState,
    Duty,
    Engaged,
    FleetFull,
    NoCapability,
    ProviderNotActive,
    ProviderState,
    SuspendReason,
    UnknownCrew,
    UnknownTruck,
)


class Provider(ProviderFleet, ProviderAccounts, ProviderEngagement, Aggregate):
    """A company with crew and trucks; knows who is on duty with which truck, so that neither is on two shifts.

    Its chapters: ``provider_fleet`` (crew, trucks, duty), ``provider_papers`` (documents), ``provider_review`` (taken,
    suspended, gone), ``provider_accounts`` (whose account is a crew member's), ``provider_engagement`` (asked or told).
    """

    TOPIC = "provider"
    SNAPSHOT: ClassVar[dict[str, object]] = {
        "profile_id": UUID,
        "state": ProviderState,
        "suspended_for": SuspendReason | None,
        "suspended_until": datetime | None,
        "crew": dict[UUID, tuple[Capability, ...]],
        "trucks": dict[UUID, tuple[Capability, ...]],
        "truck_classes": dict[UUID, tuple[VehicleClass, ...]],
        "documents": dict[UUID, Document],
        "on_duty": dict[UUID, Duty],
        "accounts": dict[UUID, UUID],
        "engaged": Engaged,
        "is_forgotten": bool,
    }

    class Registered(Created):
        """A company joined, vouched for by the desk; who it is, is in the personal store under ``profile_id``."""

        TOPIC: ClassVar[str] = "provider.registered"
        profile_id: UUID

    class Applied(Created):
        """A company would like to join; ``applied_by`` filled in the application, itself or the desk."""

        TOPIC: ClassVar[str] = "provider.applied"
        profile_id: UUID
        applied_by: Role

    def __init__(self, profile_id: UUID, applied_by: Role | None = None) -> None:
        self.profile_id = profile_id
        self.state = ProviderState.ACTIVE if applied_by is None else ProviderState.APPLIED
        self.suspended_for: SuspendReason | None = None
        self.suspended_until: datetime | None = None
        self.crew: dict[UUID, tuple[Capability, ...]] = {}
        self.trucks: dict[UUID, tuple[Capability, ...]] = {}
        self.truck_classes: dict[UUID, tuple[VehicleClass, ...]] = {}
        self.documents: dict[UUID, Document] = {}
        self.on_duty: dict[UUID, Duty] = {}
        self.accounts: dict[UUID, UUID] = {}
        self.engaged = Engaged()
        self.is_forgotten = False

    @classmethod
    def register(cls, provider_id: UUID, profile_id: UUID, at: datetime) -> "Provider":
        """Take a company in; it may work at once, since the desk vouches for it."""
        return cls._create(cls.Registered, id=provider_id, timestamp=at, profile_id=profile_id)

    @classmethod
    def apply(cls, provider_id: UUID, profile_id: UUID, applied_by: Role, at: datetime) -> "Provider":
        """Note that a company would like to join: it shows documents, is looked at, and taken or not."""
        return cls._create(cls.Applied, id=provider_id, timestamp=at, profile_id=profile_id, applied_by=applied_by)

    def can(self, actor: Actor, at: datetime) -> tuple[str, ...]:
        """Which acts are open to this actor at this instant."""
        decides = actor.role in (Role.ADMIN, Role.DISPATCHER)
        if self.state in CLOSED or not (actor.is_desk or actor.works_for(self.id)):
            return ()
        if actor.is_driver:
            return ("start_shift",) if actor.crew_id in self.crew and self.is_active(at) else ()
        acts = ["add_crew_member", "add_truck", "upload_document"]
        if self.is_active(at):
            acts.append("start_shift")
        if self.state in CANDIDATE - {ProviderState.UNDER_REVIEW} and not self.lacks(at, verified=False):
            acts.append("submit_for_review")
        return (*acts, *self._decisions(at)) if decides else tuple(acts)

    def _decisions(self, at: datetime) -> tuple[str, ...]:
        acts: list[str] = []
        if any(one.state is DocumentState.UPLOADED for one in self.documents.values()):
            acts += ["verify_document", "reject_document"]
        if any(one.state in {DocumentState.UPLOADED, DocumentState.VERIFIED} for one in self.documents.values()):
            acts.append("ask_document_again")
        if self.state in CANDIDATE:
            if self.state is ProviderState.UNDER_REVIEW and not self.lacks(at, verified=True):
                acts.append("approve")
            return (*acts, "reject")
        acts.append("set_engagement")
        acts.append("suspend" if self.state is ProviderState.ACTIVE else "reinstate")
        return tuple(acts) if self.on_duty else (*acts, "offboard")


__all__ = [
    "AlreadyOnDuty",
    "Duty",
    "FleetFull",
    "NoCapability",
    "Provider",
    "ProviderNotActive",
    "ProviderState",
    "SuspendReason",
    "UnknownCrew",
    "UnknownTruck",
]
