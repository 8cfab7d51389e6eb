"""Where is a shift, is anybody still hearing of it, and who ends it when it does not?"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, event
from domain.geography import checked_cell
from domain.shift_standing import ShiftStanding
from domain.shift_terms import ShiftState, WhyForcedOff


class ShiftPresence(ShiftStanding):
    """Moving between jobs, going silent and coming back, and being ended by us.

    A stale shift gets no new offer, and keeps whatever it was doing: its job is finished, or taken from it by the
    request's own rules.
    """

    class Moved(Aggregate.Event):
        """Drove on between two jobs, to a cell."""

        TOPIC: ClassVar[str] = "shift.moved"
        cell: str

    class WentStale(Aggregate.Event):
        """Has not been heard of for too long."""

        TOPIC: ClassVar[str] = "shift.went_stale"

    class Recovered(Aggregate.Event):
        """Was heard of again, at a cell; goes on with what it was doing."""

        TOPIC: ClassVar[str] = "shift.recovered"
        cell: str

    class ForcedOff(Aggregate.Event):
        """Was ended by us: silent for too long, or on duty for too long."""

        TOPIC: ClassVar[str] = "shift.forced_off"
        provider_id: UUID
        why: WhyForcedOff

    def move(self, cell: str, at: datetime) -> None:
        """Say where it is between two jobs; the same cell is no news.

        Raises ShiftReserved, ShiftOnBreak, ShiftStale, ShiftEnded or BadCell.
        """
        self._free()
        if cell != self.cell:
            self.trigger_event(self.Moved, timestamp=at, cell=checked_cell(cell))

    def go_stale(self, at: datetime) -> None:
        """Note that nobody hears of it; twice changes nothing. Raises ShiftEnded."""
        self._not_ended()
        if not self.is_stale:
            self.trigger_event(self.WentStale, timestamp=at)

    def recover(self, cell: str, at: datetime) -> None:
        """Note that it was heard of, at a cell; no news unless it was stale. Raises ShiftEnded or BadCell."""
        self._not_ended()
        if self.is_stale:
            self.trigger_event(self.Recovered, timestamp=at, cell=checked_cell(cell))

    def force_off(self, at: datetime) -> None:
        """End it, stale or over time, when no job depends on it; on one that ended it changes nothing.

        Raises ShiftReserved while an offer is out or a job is on, OutOfTurn when it is neither stale nor over time.
        """
        if self.doing is ShiftState.ENDED:
            return
        self._not_reserved()
        if not (self.is_stale or self.is_over_time(at)):
            raise self._out_of_turn("force_off")
        why = WhyForcedOff.STALE if self.is_stale else WhyForcedOff.OVER_TIME
        self.trigger_event(self.ForcedOff, timestamp=at, provider_id=self.provider_id, why=why)

    @event(Moved)
    def _on_moved(self, cell: str) -> None:
        self.cell = cell

    @event(WentStale)
    def _on_went_stale(self) -> None:
        self.is_stale = True

    @event(Recovered)
    def _on_recovered(self, cell: str) -> None:
        self.is_stale = False
        self.cell = cell

    @event(ForcedOff)
    def _on_forced_off(self) -> None:
        self.doing = ShiftState.ENDED
