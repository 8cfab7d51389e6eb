"""Where does a provider stand, and what does that forbid? What all its chapters ask before they decide."""

from datetime import datetime
from uuid import UUID

from domain.aggregate import Chapter
from domain.catalogue import Capability, VehicleClass
from domain.provider_terms import (
    CLOSED,
    REQUIRED,
    Document,
    DocumentKind,
    Duty,
    Engaged,
    ProviderClosed,
    ProviderNotActive,
    ProviderState,
    SuspendReason,
)
from domain.refusal import OutOfTurn


class ProviderStanding(Chapter):
    """What a provider knows of itself."""

    profile_id: UUID
    state: ProviderState
    suspended_for: SuspendReason | None
    suspended_until: datetime | None
    crew: dict[UUID, tuple[Capability, ...]]
    trucks: dict[UUID, tuple[Capability, ...]]
    truck_classes: dict[UUID, tuple[VehicleClass, ...]]
    documents: dict[UUID, Document]
    on_duty: dict[UUID, Duty]
    accounts: dict[UUID, UUID]
    engaged: Engaged
    is_forgotten: bool

    def is_active(self, at: datetime) -> bool:
        """Whether it may work: a suspension whose time is over is none any more."""
        if self.state is ProviderState.SUSPENDED:
            return self.suspended_until is not None and at >= self.suspended_until
        return self.state is ProviderState.ACTIVE

    def check_active(self, at: datetime) -> None:
        """Refuse what only an active provider may do (S1); raises ProviderNotActive."""
        if not self.is_active(at):
            raise ProviderNotActive(f"the provider is {self.state.value}", provider_id=str(self.id))

    def lacks(self, at: datetime, *, verified: bool) -> tuple[DocumentKind, ...]:
        """Which of the required documents of the company are not there, or not verified."""
        there = {
            one.paper.kind
            for one in self.documents.values()
            if not (one.paper.crew_id or one.paper.truck_id) and (one.is_verified(at) if verified else one.holds(at))
        }
        return tuple(kind for kind in REQUIRED if kind not in there)

    def _not_closed(self) -> None:
        if self.state in CLOSED:
            raise ProviderClosed(f"the provider is {self.state.value}", state=self.state.value)

    def _in_turn(self, act: str, *states: ProviderState) -> None:
        if self.state not in states:
            self._not_closed()
            raise OutOfTurn(f"the provider is {self.state.value}", state=self.state.value, act=act)
