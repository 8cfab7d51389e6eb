"""Who is taken, who is not, who may not work for now, and who leaves?"""

from datetime import datetime
from typing import ClassVar

from domain.aggregate import Aggregate, event
from domain.provider_standing import ProviderStanding
from domain.provider_terms import (
    CANDIDATE,
    BadSuspension,
    DocumentsMissing,
    ProviderState,
    RejectReason,
    StillOnDuty,
    SuspendReason,
)


class ProviderReview(ProviderStanding):
    """From the application to the approval, and from there to leaving."""

    class SubmittedForReview(Aggregate.Event):
        """All that every company shows is there; somebody has to look at it."""

        TOPIC: ClassVar[str] = "provider.submitted_for_review"

    class Approved(Aggregate.Event):
        """May work from now on."""

        TOPIC: ClassVar[str] = "provider.approved"

    class Rejected(Aggregate.Event):
        """Is not taken."""

        TOPIC: ClassVar[str] = "provider.rejected"
        reason: RejectReason

    class Suspended(Aggregate.Event):
        """May not work for now: until an instant, or until it is reinstated. Version 1 knew no instant."""

        TOPIC: ClassVar[str] = "provider.suspended"
        class_version: ClassVar[int] = 2
        reason: SuspendReason
        until: datetime | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """Until somebody reinstates it."""
            state["until"] = None

    class Reinstated(Aggregate.Event):
        """May work again."""

        TOPIC: ClassVar[str] = "provider.reinstated"

    class Offboarded(Aggregate.Event):
        """Has left; no account is one of its crew any more."""

        TOPIC: ClassVar[str] = "provider.offboarded"

    class Forgotten(Aggregate.Event):
        """Whatever named it was erased; what it did, and what it was paid, stays."""

        TOPIC: ClassVar[str] = "provider.forgotten"

    def submit_for_review(self, at: datetime) -> None:
        """Ask to be looked at; twice changes nothing. Raises ProviderClosed, OutOfTurn or DocumentsMissing."""
        if self.state is ProviderState.UNDER_REVIEW:
            return
        self._in_turn("submit_for_review", ProviderState.APPLIED, ProviderState.DOCS_PENDING)
        self._lacks_nothing(at, verified=False)
        self.trigger_event(self.SubmittedForReview, timestamp=at)

    def approve(self, at: datetime) -> None:
        """Take it; twice is no news. Raises ProviderClosed, OutOfTurn, or DocumentsMissing until all are verified."""
        if self.state is ProviderState.ACTIVE:
            return
        self._in_turn("approve", ProviderState.UNDER_REVIEW)
        self._lacks_nothing(at, verified=True)
        self.trigger_event(self.Approved, timestamp=at)

    def reject(self, reason: RejectReason, at: datetime) -> None:
        """Do not take it; twice changes nothing. Raises ProviderClosed or OutOfTurn."""
        if self.state is ProviderState.REJECTED:
            return
        self._in_turn("reject", *CANDIDATE)
        self.trigger_event(self.Rejected, timestamp=at, reason=reason)

    def suspend(self, reason: SuspendReason, at: datetime, until: datetime | None = None) -> None:
        """Let it not work for now; the same twice changes nothing. A job under way is finished.

        Raises ProviderClosed, OutOfTurn or BadSuspension.
        """
        if self.state is ProviderState.SUSPENDED and (self.suspended_for, self.suspended_until) == (reason, until):
            return
        self._in_turn("suspend", ProviderState.ACTIVE, ProviderState.SUSPENDED)
        if until is not None and until <= at:
            raise BadSuspension
        self.trigger_event(self.Suspended, timestamp=at, reason=reason, until=until)

    def reinstate(self, at: datetime) -> None:
        """Let it work again; twice changes nothing. Raises ProviderClosed or OutOfTurn."""
        if self.state is ProviderState.ACTIVE:
            return
        self._in_turn("reinstate", ProviderState.SUSPENDED)
        self.trigger_event(self.Reinstated, timestamp=at)

    def offboard(self, at: datetime) -> None:
        """Let it leave; twice changes nothing. Raises StillOnDuty, ProviderClosed or OutOfTurn."""
        if self.state is ProviderState.OFFBOARDED:
            return
        self._in_turn("offboard", ProviderState.ACTIVE, ProviderState.SUSPENDED)
        if self.on_duty:
            raise StillOnDuty(shifts=len(self.on_duty))
        self.trigger_event(self.Offboarded, timestamp=at)

    def forget(self, at: datetime) -> None:
        """Leave word that it was erased; twice changes nothing."""
        if not self.is_forgotten:
            self.trigger_event(self.Forgotten, timestamp=at)

    def _lacks_nothing(self, at: datetime, *, verified: bool) -> None:
        missing = self.lacks(at, verified=verified)
        if missing:
            raise DocumentsMissing(f"still to come: {', '.join(missing)}", missing=" ".join(missing))

    @event(SubmittedForReview)
    def _on_submitted_for_review(self) -> None:
        self.state = ProviderState.UNDER_REVIEW

    @event(Approved)
    def _on_approved(self) -> None:
        self.state = ProviderState.ACTIVE

    @event(Rejected)
    def _on_rejected(self) -> None:
        self.state = ProviderState.REJECTED

    @event(Suspended)
    def _on_suspended(self, reason: SuspendReason, until: datetime | None) -> None:
        self.state = ProviderState.SUSPENDED
        self.suspended_for, self.suspended_until = reason, until

    @event(Reinstated)
    def _on_reinstated(self) -> None:
        self.state = ProviderState.ACTIVE
        self.suspended_for, self.suspended_until = None, None

    @event(Offboarded)
    def _on_offboarded(self) -> None:
        self.state = ProviderState.OFFBOARDED
        self.accounts = {}
        self.suspended_for, self.suspended_until = None, None

    @event(Forgotten)
    def _on_forgotten(self) -> None:
        self.is_forgotten = True
