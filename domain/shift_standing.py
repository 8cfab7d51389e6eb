"""Where does a shift stand, and what does that forbid? What all its chapters ask before they decide."""

from datetime import datetime
from uuid import UUID

from domain.aggregate import Chapter
from domain.catalogue import Capability, Fuel, Service, VehicleClass
from domain.refusal import OutOfTurn
from domain.shift_terms import (
    NotCapable,
    NotReserved,
    Reservation,
    ShiftEnded,
    ShiftOnBreak,
    ShiftReserved,
    ShiftStale,
    ShiftState,
    Stock,
    is_over_time,
    lacking,
)


class ShiftStanding(Chapter):
    """What a shift knows of itself. ``doing`` goes on while it is stale, so that nothing is forgotten meanwhile."""

    provider_id: UUID
    capabilities: tuple[Capability, ...]
    vehicle_classes: tuple[VehicleClass, ...]
    cell: str
    ends_by: datetime | None
    doing: ShiftState
    is_stale: bool
    reservation: Reservation | None
    stock: Stock | None

    @property
    def state(self) -> ShiftState:
        """What it is doing, as everybody sees it."""
        return ShiftState.STALE if self.is_stale and self.doing is not ShiftState.ENDED else self.doing

    def is_kept_for(self, offer_id: UUID) -> bool:
        """Whether it is still reserved for that offer: false once it was released, by whatever way."""
        return self.reservation is not None and self.reservation.offer_id == offer_id

    def is_over_time(self, at: datetime) -> bool:
        """Whether its longest duty is over (S3)."""
        return is_over_time(self.ends_by, at)

    def check_capable(self, service: Service, vehicle_class: VehicleClass, fuel: Fuel = Fuel.UNKNOWN) -> None:
        """Refuse a job that this shift cannot do (I5); raises NotCapable."""
        missing = lacking(frozenset(self.capabilities), frozenset(self.vehicle_classes), service, vehicle_class, fuel)
        if missing:
            raise NotCapable(f"the shift lacks {', '.join(missing)}", missing=" ".join(missing))

    def _not_ended(self) -> None:
        if self.doing is ShiftState.ENDED:
            raise ShiftEnded

    def _not_stale(self) -> None:
        if self.is_stale:
            raise ShiftStale

    def _not_reserved(self) -> None:
        if self.reservation is not None:
            raise ShiftReserved(offer_id=str(self.reservation.offer_id), hard=self.reservation.hard)

    def _free(self) -> None:
        self._not_ended()
        self._not_reserved()
        self._not_stale()
        if self.doing is ShiftState.ON_BREAK:
            raise ShiftOnBreak

    def _reserved_for(self, offer_id: UUID) -> Reservation:
        self._not_ended()
        if self.reservation is None or self.reservation.offer_id != offer_id:
            raise NotReserved(offer_id=str(offer_id))
        return self.reservation

    def _out_of_turn(self, act: str) -> OutOfTurn:
        return OutOfTurn(f"the shift is {self.doing.value}", state=self.doing.value, act=act)
