"""What if something else is needed than was asked for?"""

from datetime import datetime
from typing import ClassVar

from domain.actor import Role
from domain.aggregate import Aggregate, event
from domain.catalogue import Service, check_fit
from domain.geography import checked_cell
from domain.refusal import Refusal
from domain.request_chapter import RequestChapter
from domain.request_terms import AT_VEHICLE, JobEvent, Need, RequestState


class NoChangeProposed(Refusal):
    """Nobody proposed to change what is needed."""

    code = "no_change_proposed"


class Changing(RequestChapter):
    """From a proposal at the vehicle to another job, or to none."""

    class NeedChangeProposed(JobEvent):
        """The provider sees that something else is needed."""

        TOPIC: ClassVar[str] = "service_request.need_change_proposed"
        by: Role
        service: Service
        drop_cell: str | None

    class NeedChangeRejected(Aggregate.Event):
        """The customer does not want it."""

        TOPIC: ClassVar[str] = "service_request.need_change_rejected"
        by: Role

    class NeedChanged(Aggregate.Event):
        """Something else is needed, with the customer's consent; whoever declined may be asked again (I7)."""

        TOPIC: ClassVar[str] = "service_request.need_changed"
        service: Service
        drop_cell: str | None
        by: Role

    def propose_need_change(self, need: Need, by: Role, at: datetime) -> None:
        """Say what is needed instead; the same twice, or what is asked for anyway, changes nothing.

        Raises RequestClosed, OutOfTurn, ServiceDoesNotFit or BadCell.
        """
        held = self._held("propose_need_change", *AT_VEHICLE)
        if need in (self.proposed_need, self._need()):
            return
        self._check_need(need)
        self._tell(self.NeedChangeProposed, held, at, by=by, service=need.service, drop_cell=need.drop_cell)

    def reject_need_change(self, by: Role, at: datetime) -> None:
        """Stay with what was asked for; raises RequestClosed, OutOfTurn or NoChangeProposed."""
        self._in_turn("reject_need_change", *AT_VEHICLE)
        if self.proposed_need is None:
            raise NoChangeProposed
        self.trigger_event(self.NeedChangeRejected, timestamp=at, by=by)

    def change_need(self, need: Need, by: Role, at: datetime) -> None:
        """Agree to another need, or ask for it; what is asked for anyway changes nothing.

        Raises RequestClosed, OutOfTurn, OfferStillOut, ServiceDoesNotFit or BadCell.
        """
        self._in_turn("change_need", RequestState.SEARCHING, *AT_VEHICLE)
        self._nobody_is_asked()
        if need == self._need():
            return
        self._check_need(need)
        self.trigger_event(self.NeedChanged, timestamp=at, service=need.service, drop_cell=need.drop_cell, by=by)

    def _need(self) -> Need:
        return Need(self.service, self.drop_cell)

    def _check_need(self, need: Need) -> None:
        check_fit(need.service, self.fuel)
        if need.drop_cell is not None:
            checked_cell(need.drop_cell)

    @event(NeedChangeProposed)
    def _on_need_change_proposed(self, service: Service, drop_cell: str | None) -> None:
        self.proposed_need = Need(service, drop_cell)

    @event(NeedChangeRejected)
    def _on_need_change_rejected(self) -> None:
        self.proposed_need = None

    @event(NeedChanged)
    def _on_need_changed(self, service: Service, drop_cell: str | None) -> None:
        self.service = service
        self.drop_cell = drop_cell
        self.proposed_need = None
        self.declined_by = frozenset()
