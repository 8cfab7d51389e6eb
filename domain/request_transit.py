"""How does a towed vehicle get where it shall go, and what if nobody takes it in there?"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from domain.aggregate import event
from domain.geography import checked_cell
from domain.refusal import OutOfTurn, Refusal
from domain.request_chapter import RequestChapter
from domain.request_job import EvidenceKind, OnTheJob
from domain.request_terms import ON_TRUCK, JobEvent, RequestState


class WhyRefused(StrEnum):
    """Why the destination does not take the vehicle in."""

    REFUSED = "refused"
    CLOSED = "closed"


class NothingToTow(Refusal):
    """This job takes no vehicle anywhere: it is no tow, or it has no destination."""

    code = "nothing_to_tow"


class AlreadyDelivered(Refusal):
    """The vehicle has been handed over."""

    code = "already_delivered"


class NewDropNeeded(Refusal):
    """The destination does not take the vehicle in: another one is needed first."""

    code = "new_drop_needed"


class InTransit(OnTheJob, RequestChapter):
    """From loading the vehicle to handing it over."""

    drop_refused: bool
    reached_drop: str | None

    class VehicleLoaded(JobEvent):
        """The vehicle is on the truck, or hangs behind it."""

        TOPIC: ClassVar[str] = "service_request.vehicle_loaded"

    class TransitStarted(JobEvent):
        """On the way to the destination."""

        TOPIC: ClassVar[str] = "service_request.transit_started"
        drop_cell: str

    class ArrivedAtDrop(JobEvent):
        """At the destination; ``distance_m`` is how far off, when the provider said where it is."""

        TOPIC: ClassVar[str] = "service_request.arrived_at_drop"
        distance_m: int | None

    class VehicleDelivered(JobEvent):
        """The vehicle was handed over."""

        TOPIC: ClassVar[str] = "service_request.vehicle_delivered"

    class DropRefused(JobEvent):
        """The destination does not take the vehicle in."""

        TOPIC: ClassVar[str] = "service_request.drop_refused"
        why: WhyRefused

    class DropChanged(JobEvent):
        """The vehicle goes somewhere else."""

        TOPIC: ClassVar[str] = "service_request.drop_changed"
        drop_cell: str

    def load_vehicle(self, at: datetime) -> None:
        """Take the vehicle on; twice changes nothing.

        Raises RequestClosed, OutOfTurn, NothingToTow, or EvidenceMissing without a picture from before.
        """
        if self.state is RequestState.LOADED:
            return
        started = (RequestState.IN_SERVICE,) if self.is_priced else (RequestState.ON_SCENE, RequestState.IN_SERVICE)
        held = self._held("load", *started)
        if not self.tows:
            raise NothingToTow
        self.check_evidence(EvidenceKind.VEHICLE_BEFORE)
        self._tell(self.VehicleLoaded, held, at)

    def set_off_to_drop(self, at: datetime) -> None:
        """Drive to the destination; twice changes nothing.

        From a destination that refused, only towards a new one. Raises RequestClosed, OutOfTurn or NewDropNeeded.
        """
        if self.state is RequestState.IN_TRANSIT:
            return
        held = self._held("set_off_to_drop", RequestState.LOADED, RequestState.AT_DROP)
        if self.drop_refused:
            raise NewDropNeeded
        if self.state is RequestState.AT_DROP and (self.is_delivered or self.reached_drop == self.drop_cell):
            raise OutOfTurn("the vehicle is where it shall go", state=self.state.value, act="set_off_to_drop")
        self._tell(self.TransitStarted, held, at, drop_cell=self.drop_cell)

    def arrive_at_drop(self, distance_m: int | None, at: datetime) -> None:
        """Be at the destination; twice changes nothing. Raises RequestClosed or OutOfTurn."""
        if self.state is RequestState.AT_DROP:
            return
        self._tell(self.ArrivedAtDrop, self._held("arrive_at_drop", RequestState.IN_TRANSIT), at, distance_m=distance_m)

    def deliver(self, at: datetime) -> None:
        """Hand the vehicle over; twice changes nothing. Raises RequestClosed, OutOfTurn or NewDropNeeded."""
        held = self._held("deliver", RequestState.AT_DROP)
        if self.is_delivered:
            return
        if self.drop_refused:
            raise NewDropNeeded
        if self.reached_drop != self.drop_cell:
            raise OutOfTurn("the vehicle shall go somewhere else", state=self.state.value, act="deliver")
        self._tell(self.VehicleDelivered, held, at)

    def refuse_drop(self, why: WhyRefused, at: datetime) -> None:
        """Note that nobody takes the vehicle in; twice changes nothing.

        Raises RequestClosed, OutOfTurn or AlreadyDelivered.
        """
        held = self._held("refuse_drop", RequestState.AT_DROP)
        if self.is_delivered:
            raise AlreadyDelivered
        if self.reached_drop != self.drop_cell:
            raise OutOfTurn("the vehicle is not there yet", state=self.state.value, act="refuse_drop")
        if not self.drop_refused:
            self._tell(self.DropRefused, held, at, why=why)

    def change_drop(self, drop_cell: str, at: datetime) -> None:
        """Take the vehicle somewhere else; the same destination is no news, unless it refused.

        Raises RequestClosed, OutOfTurn, NothingToTow, AlreadyDelivered or BadCell.
        """
        held = self._held("change_drop", *ON_TRUCK)
        if self.is_delivered:
            raise AlreadyDelivered
        if drop_cell != self.drop_cell or self.drop_refused:
            self._tell(self.DropChanged, held, at, drop_cell=checked_cell(drop_cell))

    @event(VehicleLoaded)
    def _on_vehicle_loaded(self) -> None:
        self.state = RequestState.LOADED

    @event(TransitStarted)
    def _on_transit_started(self) -> None:
        self.state = RequestState.IN_TRANSIT

    @event(ArrivedAtDrop)
    def _on_arrived_at_drop(self) -> None:
        self.state = RequestState.AT_DROP
        self.reached_drop = self.drop_cell

    @event(VehicleDelivered)
    def _on_vehicle_delivered(self) -> None:
        self.is_delivered = True

    @event(DropRefused)
    def _on_drop_refused(self) -> None:
        self.drop_refused = True

    @event(DropChanged)
    def _on_drop_changed(self, drop_cell: str) -> None:
        self.drop_cell = drop_cell
        self.drop_refused = False
