"""How does a shift come by a job, do it, and become free again?"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, event
from domain.geography import checked_cell
from domain.shift_standing import ShiftStanding
from domain.shift_terms import ON_THE_JOB, Reservation, ShiftOverTime, ShiftState


class KeptFor(Aggregate.Event):
    """Base of what happens to a shift about one offer."""

    offer_id: UUID
    request_id: UUID


class ShiftJob(ShiftStanding):
    """The reservation that makes double booking impossible, and what is done under it.

    None, soft (one offer is out, O2), hard (one job, S4), none again. A job goes only forward: committed, at the job,
    in transit, wrapping up. The request's own rules say which of them there are; a stale shift keeps its job.
    """

    class Held(KeptFor):
        """Kept free while an offer is out: the soft reservation."""

        TOPIC: ClassVar[str] = "shift.held"

    class Committed(KeptFor):
        """Has the job: the hard reservation."""

        TOPIC: ClassVar[str] = "shift.committed"

    class ArrivedAtJob(KeptFor):
        """Is at the vehicle."""

        TOPIC: ClassVar[str] = "shift.arrived_at_job"

    class SetOffWithVehicle(KeptFor):
        """Carries the vehicle to where it shall go."""

        TOPIC: ClassVar[str] = "shift.set_off_with_vehicle"

    class WrappingUp(KeptFor):
        """The work is done, the papers are not; the reservation lasts until it is released."""

        TOPIC: ClassVar[str] = "shift.wrapping_up"

    class Released(KeptFor):
        """Free again, at a cell."""

        TOPIC: ClassVar[str] = "shift.released"
        cell: str

    def hold(self, offer_id: UUID, request_id: UUID, at: datetime) -> None:
        """Keep free for an offer; the same twice changes nothing.

        Raises ShiftReserved, ShiftOnBreak, ShiftStale, ShiftOverTime or ShiftEnded.
        """
        if self.reservation == Reservation(offer_id, request_id, hard=False):
            return
        self._free()
        if self.is_over_time(at):
            raise ShiftOverTime
        self.trigger_event(self.Held, timestamp=at, offer_id=offer_id, request_id=request_id)

    def commit(self, offer_id: UUID, at: datetime) -> None:
        """Take the job of the offer that it is kept for; twice changes nothing. Raises NotReserved or ShiftEnded."""
        reservation = self._reserved_for(offer_id)
        if reservation.hard:
            return
        self.trigger_event(self.Committed, timestamp=at, offer_id=offer_id, request_id=reservation.request_id)

    def arrive_at_job(self, at: datetime) -> None:
        """Be at the vehicle; twice changes nothing. Raises ShiftEnded, or OutOfTurn without a job or later in it."""
        self._go_on("arrive_at_job", ShiftState.AT_JOB, self.ArrivedAtJob, at)

    def set_off_with_vehicle(self, at: datetime) -> None:
        """Carry the vehicle off; twice changes nothing. Raises ShiftEnded, or OutOfTurn as ``arrive_at_job`` does."""
        self._go_on("set_off_with_vehicle", ShiftState.IN_TRANSIT, self.SetOffWithVehicle, at)

    def wrap_up(self, at: datetime) -> None:
        """Be done with the work; twice changes nothing. Raises ShiftEnded, or OutOfTurn without a job."""
        self._go_on("wrap_up", ShiftState.WRAP_UP, self.WrappingUp, at)

    def get_ready(self, cell: str, at: datetime) -> None:
        """Be free for the next job, at a cell, though the last one may not be settled; twice changes nothing.

        Raises OutOfTurn unless it wraps up, ShiftEnded or BadCell.
        """
        self._not_ended()
        if self.doing is ShiftState.AVAILABLE:
            return
        if self.doing is not ShiftState.WRAP_UP or self.reservation is None:
            raise self._out_of_turn("get_ready")
        self.release(self.reservation.offer_id, cell, at)

    def release(self, offer_id: UUID, cell: str, at: datetime) -> None:
        """Be free again, at a cell; raises NotReserved, ShiftEnded or BadCell.

        After the work was done a shift may have got ready by itself: ask ``is_kept_for`` first.
        """
        reservation = self._reserved_for(offer_id)
        self.trigger_event(
            self.Released, timestamp=at, offer_id=offer_id, request_id=reservation.request_id, cell=checked_cell(cell)
        )

    def _go_on(self, act: str, to: ShiftState, fact: type[KeptFor], at: datetime) -> None:
        self._not_ended()
        if self.doing is to:
            return
        job = self.reservation
        if job is None or not job.hard or ON_THE_JOB.index(self.doing) > ON_THE_JOB.index(to):
            raise self._out_of_turn(act)
        self.trigger_event(fact, timestamp=at, offer_id=job.offer_id, request_id=job.request_id)

    @event(Held)
    def _on_held(self, offer_id: UUID, request_id: UUID) -> None:
        self.reservation = Reservation(offer_id, request_id, hard=False)
        self.doing = ShiftState.OFFERED

    @event(Committed)
    def _on_committed(self, offer_id: UUID, request_id: UUID) -> None:
        self.reservation = Reservation(offer_id, request_id, hard=True)
        self.doing = ShiftState.COMMITTED

    @event(ArrivedAtJob)
    def _on_arrived_at_job(self) -> None:
        self.doing = ShiftState.AT_JOB

    @event(SetOffWithVehicle)
    def _on_set_off_with_vehicle(self) -> None:
        self.doing = ShiftState.IN_TRANSIT

    @event(WrappingUp)
    def _on_wrapping_up(self) -> None:
        self.doing = ShiftState.WRAP_UP

    @event(Released)
    def _on_released(self, cell: str) -> None:
        self.reservation = None
        self.cell = cell
        self.doing = ShiftState.AVAILABLE
