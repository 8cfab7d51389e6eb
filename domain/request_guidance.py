"""How does a crew that is told, not asked, say that it knows of its job?"""

from datetime import datetime
from typing import ClassVar

from domain.aggregate import event
from domain.refusal import BadInput
from domain.request_chapter import RequestChapter
from domain.request_terms import UNDER_WAY, JobEvent, RequestState


class Guided(RequestChapter):
    """A guided crew has its job at once; it acknowledges it, or sets out, or somebody else goes."""

    class AcknowledgementAsked(JobEvent):
        """The crew was told of its job, for the ``times``-th time, and has until ``due_at`` to say so."""

        TOPIC: ClassVar[str] = "service_request.acknowledgement_asked"
        times: int
        due_at: datetime

    class Acknowledged(JobEvent):
        """The crew knows of its job."""

        TOPIC: ClassVar[str] = "service_request.acknowledged"

    def ask_acknowledgement(self, due_at: datetime, at: datetime) -> None:
        """Tell the crew of its job, once more when it was told; until the same instant twice changes nothing.

        Raises RequestClosed, OutOfTurn when it is under way, or BadInput for an instant that is past.
        """
        if self.acknowledge_by == due_at:
            return
        held = self._held("ask_acknowledgement", RequestState.ASSIGNED)
        if due_at <= at:
            raise BadInput("an answer takes some time")
        self._tell(self.AcknowledgementAsked, held, at, times=self.acknowledgements_asked + 1, due_at=due_at)

    def acknowledge(self, at: datetime) -> None:
        """Know of the job; no news when nobody asked, or it was said. Raises RequestClosed or OutOfTurn."""
        held = self._held("acknowledge", *UNDER_WAY)
        if self.acknowledge_by is not None:
            self._tell(self.Acknowledged, held, at)

    @event(AcknowledgementAsked)
    def _on_acknowledgement_asked(self, times: int, due_at: datetime) -> None:
        self.acknowledge_by = due_at
        self.acknowledgements_asked = times

    @event(Acknowledged)
    def _on_acknowledged(self) -> None:
        self.acknowledge_by = None
