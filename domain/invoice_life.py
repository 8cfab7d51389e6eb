"""What becomes of a bill: is it registered, cancelled, credited? Its number stays taken whatever happens."""

import re
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.credit_terms import CreditShare, TooMuchCredited, check_in_time, share_of
from domain.intent import IntentEnd, IntentKind
from domain.invoice_terms import InvoiceLine, Voiding, WhyCancelled
from domain.refusal import BadInput, OutOfTurn

CANCELLED_WITHIN = timedelta(hours=24)
"""The registrar's window, kept for every bill: later on, only a credit note corrects one."""


IRN = re.compile(r"[0-9a-f]{64}")
ACK_NO = re.compile(r"[0-9]{1,20}")
CODE = re.compile(r"[a-z0-9_]{1,40}")
"""Forms in which no name fits: what a registrar tells is kept for ever."""


class BadRegistration(BadInput):
    """The registrar's answer has not the form of one."""

    code = "bad_registration"


class InvoiceLife(Chapter):
    """After the bill was issued."""

    gstin: str
    financial_year: str
    tax_lines: tuple[InvoiceLine, ...]
    total_minor: int
    number: int
    operation_id: UUID | None
    is_registering: bool
    irn: str | None
    acknowledged_at: datetime | None
    is_cancelled: bool
    voiding: Voiding | None
    credited_minor: int
    credit_notes: tuple[UUID, ...]

    class RegistrationAsked(Aggregate.Event):
        """The registrar is to take the bill, which has this number in its series."""

        TOPIC: ClassVar[str] = "invoice.registration_asked"
        ASKS: ClassVar[IntentKind] = IntentKind.REGISTER_IRN
        operation_id: UUID
        number: int

    class Registered(Aggregate.Event):
        """The registrar has it: under this reference number, acknowledged by that one."""

        TOPIC: ClassVar[str] = "invoice.registered"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID
        irn: str
        ack_no: str
        acknowledged_at: datetime

    class RegistrationRejected(Aggregate.Event):
        """The registrar will not have it, for the reason that has this code."""

        TOPIC: ClassVar[str] = "invoice.registration_rejected"
        ENDS: ClassVar[IntentEnd] = IntentEnd.REJECTED
        operation_id: UUID
        code: str

    class RegistrationDoubted(Aggregate.Event):
        """Nobody knows whether the registrar has it."""

        TOPIC: ClassVar[str] = "invoice.registration_doubted"
        DOUBTS: ClassVar[bool] = True
        operation_id: UUID
        why: str

    class Cancelled(Aggregate.Event):
        """The bill is void; its number stays taken."""

        TOPIC: ClassVar[str] = "invoice.cancelled"
        why: WhyCancelled

    class Credited(Aggregate.Event):
        """So much of the bill is taken back by a credit note."""

        TOPIC: ClassVar[str] = "invoice.credited"
        credit_note_id: UUID
        amount_minor: int

    def ask_registration(self, operation_id: UUID, number: int, at: datetime) -> None:
        """Have it registered; registered, or on its way, is no news. Raises OutOfTurn."""
        if self.irn is not None or self.is_registering:
            return
        self._check_stands()
        if not self.gstin:
            raise OutOfTurn("a supplier without a registration registers no bills")
        told = {"operation_id": operation_id, "number": number}
        self.trigger_event(self.RegistrationAsked, timestamp=at, **told)

    def take_registration(
        self, operation_id: UUID, irn: str, ack_no: str, acknowledged_at: datetime, at: datetime
    ) -> None:
        """The registrar has it; told again is no news. Raises BadRegistration."""
        if IRN.fullmatch(irn) is None or ACK_NO.fullmatch(ack_no) is None:
            raise BadRegistration
        if self._waits_for(operation_id):
            told = {"operation_id": operation_id, "irn": irn, "ack_no": ack_no, "acknowledged_at": acknowledged_at}
            self.trigger_event(self.Registered, timestamp=at, **told)

    def take_rejection(self, operation_id: UUID, code: str, at: datetime) -> None:
        """The registrar refused; told again is no news, and it may be asked anew. Raises BadRegistration."""
        if CODE.fullmatch(code) is None:
            raise BadRegistration
        if self._waits_for(operation_id):
            self.trigger_event(self.RegistrationRejected, timestamp=at, operation_id=operation_id, code=code)

    def doubt_registration(self, operation_id: UUID, why: str, at: datetime) -> None:
        """No answer came that tells; it stays open, to be asked about. Raises BadRegistration."""
        if CODE.fullmatch(why) is None:
            raise BadRegistration
        if self._waits_for(operation_id):
            self.trigger_event(self.RegistrationDoubted, timestamp=at, operation_id=operation_id, why=why)

    def cancel(self, why: WhyCancelled, at: datetime) -> None:
        """Make it void; twice is no news. Raises OutOfTurn once it is registered, credited or older than a day."""
        if self.is_cancelled:
            return
        if self.irn is not None or self.is_registering or self.credited_minor:
            raise OutOfTurn("a bill that is registered or credited is corrected by a credit note")
        if at >= self.created_on + CANCELLED_WITHIN:
            raise OutOfTurn("a bill is cancelled within a day, and corrected by a credit note later")
        self.trigger_event(self.Cancelled, timestamp=at, why=why)

    def became_void(self, why: WhyCancelled, at: datetime) -> None:
        """The registrar took it for void: so it is."""
        if not self.is_cancelled:
            self.trigger_event(self.Cancelled, timestamp=at, why=why)

    def credit(self, credit_note_id: UUID, amount_minor: int, time_zone: str, at: datetime) -> CreditShare | None:
        """Take so much back, taxes included; gives how it divides, or None when that note was written already.

        Raises OutOfTurn, TooMuchCredited or CreditedTooLate.
        """
        if credit_note_id in self.credit_notes:
            return None
        self._check_stands()
        if self.is_registering:
            raise OutOfTurn("nobody knows yet whether it is registered")
        if self.voiding is not None:
            raise OutOfTurn("nobody knows yet whether it is void")
        check_in_time(self.financial_year, time_zone, at)
        if not 0 < amount_minor <= self.total_minor - self.credited_minor:
            raise TooMuchCredited(left_minor=self.total_minor - self.credited_minor)
        divided = share_of(self.tax_lines, self.total_minor, self.credited_minor, amount_minor)
        told = {"credit_note_id": credit_note_id, "amount_minor": amount_minor}
        self.trigger_event(self.Credited, timestamp=at, **told)
        return divided

    def _check_stands(self) -> None:
        if self.is_cancelled:
            raise OutOfTurn("it was cancelled")

    def _waits_for(self, operation_id: UUID) -> bool:
        return self.is_registering and self.operation_id == operation_id

    @event(RegistrationAsked)
    def _on_registration_asked(self, operation_id: UUID, number: int) -> None:
        self.operation_id = operation_id
        self.number = number
        self.is_registering = True

    @event(Registered)
    def _on_registered(self, irn: str, acknowledged_at: datetime) -> None:
        self.irn = irn
        self.acknowledged_at = acknowledged_at
        self.is_registering = False

    @event(RegistrationRejected)
    def _on_registration_rejected(self) -> None:
        self.is_registering = False

    @event(Cancelled)
    def _on_cancelled(self) -> None:
        self.is_cancelled = True

    @event(Credited)
    def _on_credited(self, credit_note_id: UUID, amount_minor: int) -> None:
        self.credited_minor += amount_minor
        self.credit_notes += (credit_note_id,)
