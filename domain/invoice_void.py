"""How is a registered bill made void? The registrar takes it for void first, within a day of its acknowledgement."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.intent import IntentEnd, IntentKind
from domain.invoice_life import CANCELLED_WITHIN, CODE, BadRegistration
from domain.invoice_terms import Voiding, WhyCancelled
from domain.refusal import OutOfTurn


class InvoiceVoid(Chapter):
    """Until the registrar has said so the bill stands; whoever is too late corrects it by a credit note."""

    irn: str | None
    acknowledged_at: datetime | None
    is_cancelled: bool
    credited_minor: int
    voiding: Voiding | None

    class VoidAsked(Aggregate.Event):
        """The registrar is to take for void what it has under this reference number."""

        TOPIC: ClassVar[str] = "invoice.void_asked"
        ASKS: ClassVar[IntentKind] = IntentKind.CANCEL_IRN
        operation_id: UUID
        irn: str
        why: WhyCancelled

    class VoidConfirmed(Aggregate.Event):
        """It is void over there."""

        TOPIC: ClassVar[str] = "invoice.void_confirmed"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID

    class VoidRejected(Aggregate.Event):
        """The registrar keeps it, for the reason that has this code: the bill stands."""

        TOPIC: ClassVar[str] = "invoice.void_rejected"
        ENDS: ClassVar[IntentEnd] = IntentEnd.REJECTED
        operation_id: UUID
        code: str

    class VoidDoubted(Aggregate.Event):
        """Nobody knows whether it is void over there."""

        TOPIC: ClassVar[str] = "invoice.void_doubted"
        DOUBTS: ClassVar[bool] = True
        operation_id: UUID
        why: str

    def ask_void(self, operation_id: UUID, why: WhyCancelled, at: datetime) -> None:
        """Have it taken for void; void, or on its way, is no news.

        Raises OutOfTurn where it is not registered, credited, or acknowledged more than a day ago.
        """
        if self.is_cancelled or self.voiding is not None:
            return
        if self.irn is None or self.acknowledged_at is None or self.credited_minor:
            raise OutOfTurn("a bill that is credited is corrected by another credit note")
        if at >= self.acknowledged_at + CANCELLED_WITHIN:
            raise OutOfTurn("a registered bill is void within a day, and corrected by a credit note later")
        self.trigger_event(self.VoidAsked, timestamp=at, operation_id=operation_id, irn=self.irn, why=why)

    def take_void(self, operation_id: UUID, at: datetime) -> WhyCancelled | None:
        """The registrar took it for void; gives why it was to, once: told again it is no news."""
        wanted = self.voiding
        if wanted is None or wanted.operation_id != operation_id:
            return None
        self.trigger_event(self.VoidConfirmed, timestamp=at, operation_id=operation_id)
        return wanted.why

    def take_void_rejection(self, operation_id: UUID, code: str, at: datetime) -> None:
        """The registrar refused; told again is no news. Raises BadRegistration."""
        if CODE.fullmatch(code) is None:
            raise BadRegistration
        if self.voiding is not None and self.voiding.operation_id == operation_id:
            self.trigger_event(self.VoidRejected, timestamp=at, operation_id=operation_id, code=code)

    def doubt_void(self, operation_id: UUID, why: str, at: datetime) -> None:
        """No answer came that tells; it stays open, to be asked about. Raises BadRegistration."""
        if CODE.fullmatch(why) is None:
            raise BadRegistration
        if self.voiding is not None and self.voiding.operation_id == operation_id:
            self.trigger_event(self.VoidDoubted, timestamp=at, operation_id=operation_id, why=why)

    @event(VoidAsked)
    def _on_void_asked(self, operation_id: UUID, why: WhyCancelled) -> None:
        self.voiding = Voiding(operation_id, why)

    @event(VoidConfirmed)
    def _on_void_confirmed(self) -> None:
        self.voiding = None

    @event(VoidRejected)
    def _on_void_rejected(self) -> None:
        self.voiding = None
