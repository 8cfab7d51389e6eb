"""How does a towed vehicle go on, after a night in a yard? A second leg that is planned with the first."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.actor import Role
from domain.aggregate import Aggregate, event
from domain.geography import checked_cell
from domain.refusal import BadInput, Refusal
from domain.request_asking import BadSchedule
from domain.request_chapter import RequestChapter
from domain.request_terms import BEFORE_SEARCH, TO_BE_PAID, UNDER_WAY, RequestState
from domain.request_transit import NothingToTow


class LegUnderWay(Refusal):
    """The second leg has begun: it is a request of its own now."""

    code = "leg_under_way"


@dataclass(frozen=True, slots=True)
class OnwardLeg:
    """From where the first leg ends to where the vehicle shall be, as a request of its own.

    ``at_most_minor`` is the price up to which the customer agreed beforehand; None: asked when it begins.
    """

    request_id: UUID
    to_cell: str
    scheduled_for: datetime | None
    at_most_minor: int | None


class TwoLegs(RequestChapter):
    """A tow to a yard, and from there on: by the same provider or another, each leg with its price."""

    onward: OnwardLeg | None
    onward_opened: bool

    class LegPlanned(Aggregate.Event):
        """The vehicle goes on afterwards, from where this tow ends; takes the place of what was planned before."""

        TOPIC: ClassVar[str] = "service_request.leg_planned"
        leg_request_id: UUID
        to_cell: str
        scheduled_for: datetime | None
        at_most_minor: int | None
        by: Role

    class LegOpened(Aggregate.Event):
        """The first leg is done: the second is a request of its own, from ``from_cell``."""

        TOPIC: ClassVar[str] = "service_request.leg_opened"
        leg_request_id: UUID
        from_cell: str

    def plan_leg(self, leg: OnwardLeg, by: Role, at: datetime) -> None:
        """Plan the second leg of a tow; the same twice changes nothing.

        Raises RequestClosed, OutOfTurn, NothingToTow, LegUnderWay, BadCell, BadSchedule or BadInput.
        """
        if self.onward == leg:
            return
        if self.onward_opened:
            raise LegUnderWay
        self._in_turn("plan_leg", RequestState.SEARCHING, *BEFORE_SEARCH, *UNDER_WAY)
        if not self.tows:
            raise NothingToTow
        if checked_cell(leg.to_cell) == self.drop_cell:
            raise BadInput("the second leg ends where the first one does")
        if leg.scheduled_for is not None and leg.scheduled_for <= at:
            raise BadSchedule
        self.trigger_event(
            self.LegPlanned,
            timestamp=at,
            leg_request_id=leg.request_id,
            to_cell=leg.to_cell,
            scheduled_for=leg.scheduled_for,
            at_most_minor=leg.at_most_minor,
            by=by,
        )

    def open_leg(self, at: datetime) -> None:
        """Begin the second leg; without one, or twice, this changes nothing.

        Raises OutOfTurn before the first is done.
        """
        if self.onward is None or self.onward_opened or self.drop_cell is None:
            return
        if self.state is not RequestState.COMPLETED:
            self._in_turn("open_leg", *TO_BE_PAID)
        self.trigger_event(
            self.LegOpened, timestamp=at, leg_request_id=self.onward.request_id, from_cell=self.drop_cell
        )

    @event(LegPlanned)
    def _on_leg_planned(
        self, leg_request_id: UUID, to_cell: str, scheduled_for: datetime | None, at_most_minor: int | None
    ) -> None:
        self.onward = OnwardLeg(leg_request_id, to_cell, scheduled_for, at_most_minor)

    @event(LegOpened)
    def _on_leg_opened(self) -> None:
        self.onward_opened = True
