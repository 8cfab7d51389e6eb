"""What if a patrol will probably not mend the vehicle? A tow is kept ready, softly, until it is needed or not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, event
from domain.refusal import BadInput
from domain.request_chapter import RequestChapter
from domain.request_terms import AT_VEHICLE, TOWED, RequestState

LONGEST_STANDBY = timedelta(hours=2)
"""Nobody is kept from other jobs for longer: a patrol has looked, and mended or not, in one."""


class WhyReleased(StrEnum):
    """Why a tow is kept ready no longer."""

    NOT_NEEDED = "not_needed"
    EXPIRED = "expired"
    DANGER = "danger"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Standby:
    """Which shift is kept ready, until when."""

    shift_id: UUID
    until: datetime


class StandingBy(RequestChapter):
    """The second stage of a service in two: nobody is booked, and dispatch leaves the shift to this request."""

    standby: Standby | None

    class TowReserved(Aggregate.Event):
        """A shift that could tow is kept ready until an instant: a patrol mends ``fix_percent`` of such cases."""

        TOPIC: ClassVar[str] = "service_request.tow_reserved"
        shift_id: UUID
        until: datetime
        fix_percent: int

    class TowReleased(Aggregate.Event):
        """It is kept ready no longer."""

        TOPIC: ClassVar[str] = "service_request.tow_released"
        shift_id: UUID
        why: WhyReleased

    def reserve_tow(self, shift_id: UUID, until: datetime, fix_percent: int, at: datetime) -> None:
        """Keep a shift ready; while one is, another is no news. Raises RequestClosed, OutOfTurn or BadInput."""
        self._in_turn("reserve_tow", RequestState.ASSIGNED, RequestState.EN_ROUTE, *AT_VEHICLE)
        if self.service in TOWED or not at < until <= at + LONGEST_STANDBY:
            raise BadInput("a tow is kept ready for another service, and for two hours at most")
        if self.kept_ready(at) is None:
            self.trigger_event(self.TowReserved, timestamp=at, shift_id=shift_id, until=until, fix_percent=fix_percent)

    def release_tow(self, why: WhyReleased, at: datetime) -> None:
        """Keep it ready no longer; nobody kept ready is no news. A request that has ended can still do so."""
        if self.standby is not None:
            self.trigger_event(self.TowReleased, timestamp=at, shift_id=self.standby.shift_id, why=why)

    def kept_ready(self, at: datetime) -> UUID | None:
        """The shift that is kept ready at that instant."""
        return self.standby.shift_id if self.standby is not None and at < self.standby.until else None

    @event(TowReserved)
    def _on_tow_reserved(self, shift_id: UUID, until: datetime) -> None:
        self.standby = Standby(shift_id, until)

    @event(TowReleased)
    def _on_tow_released(self) -> None:
        self.standby = None
