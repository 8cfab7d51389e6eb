"""What do we ask of a gateway that pays others for us, and of one where payments are disputed? Two more ports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from application.gateway import Outcome

PayoutStatus = Literal[
    "queued", "pending", "processing", "processed", "reversed", "failed", "cancelled", "rejected", "scheduled"
]
PayoutMode = Literal["NEFT", "RTGS", "IMPS", "UPI"]
DisputeStatus = Literal["open", "under_review", "won", "lost", "closed"]

GAVE_UP: frozenset[PayoutStatus] = frozenset({"reversed", "failed", "cancelled", "rejected"})
"""The money is certainly with us again: only after these may somebody be paid under another operation."""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where somebody is paid: an account number with its branch code. Personal: kept in no event and no log."""

    holder: str = field(repr=False)
    account_number: str = field(repr=False)
    branch_code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """What the bank says of an account."""

    check_id: str
    is_finished: bool
    is_active: bool


@dataclass(frozen=True, slots=True)
class PayOut:
    """Wanted: money to an account that the gateway knows."""

    operation_id: UUID
    account_id: str
    amount_minor: int
    currency: str
    mode: PayoutMode = "IMPS"
    purpose: str = "payout"
    narration: str = "VehicAid"


@dataclass(frozen=True, slots=True)
class Payout:
    """A payout as the gateway has it; ``reference`` is our operation id. Even ``processed`` may be reversed later."""

    payout_id: str
    reference: str
    account_id: str
    amount_minor: int
    currency: str
    status: PayoutStatus
    fee_minor: int
    tax_minor: int
    bank_reference: str | None
    reason: str | None


class PayoutBank(Protocol):
    """Pays others from our account."""

    def register_payee(self, payee_id: UUID, name: str, kind: Literal["vendor", "customer"]) -> Outcome[str]:
        """The gateway's id of somebody; the same again gives the same."""
        ...

    def register_account(self, contact_id: str, account: BankAccount) -> Outcome[str]:
        """The gateway's id of an account of theirs; the same again gives the same."""
        ...

    def check_account(self, account_id: str) -> Outcome[AccountCheck]:
        """Ask the bank whether the account is there: a rupee goes to it."""
        ...

    def account_check(self, check_id: str) -> Outcome[AccountCheck]:
        """How far a check is."""
        ...

    def pay_out(self, wanted: PayOut) -> Outcome[Payout]:
        """Ask for money to go out; the same operation again is the same payout, in its latest state."""
        ...

    def find_payout(self, operation_id: UUID) -> Outcome[Payout | None]:
        """The payout of an operation."""
        ...

    def payout(self, payout_id: str) -> Outcome[Payout]:
        """One payout by the gateway's id."""
        ...

    def cancel_payout(self, payout_id: str) -> Outcome[Payout]:
        """Stop one that waits for money; Rejected ``not_open`` when it is on its way."""
        ...


@dataclass(frozen=True, slots=True)
class Dispute:
    """A payment that somebody wants back by their bank."""

    dispute_id: str
    payment_id: str
    amount_minor: int
    deducted_minor: int
    currency: str
    reason_code: str
    phase: str
    status: DisputeStatus
    respond_by: datetime
    evidence_submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What we say to a dispute: a summary and documents by the kind of proof, as the gateway names the kinds."""

    summary: str
    documents: tuple[tuple[str, tuple[str, ...]], ...]
    amount_minor: int | None = None


class DisputeDesk(Protocol):
    """Where a dispute is answered."""

    def dispute(self, dispute_id: str) -> Outcome[Dispute]:
        """One dispute by the gateway's id."""
        ...

    def disputes(self, begin: datetime, end: datetime) -> Outcome[tuple[Dispute, ...]]:
        """Disputes raised from ``begin`` until before ``end``, oldest first."""
        ...

    def upload_document(self, name: str, media_type: str, content: bytes) -> Outcome[str]:
        """The gateway's id of a paper; twice is two papers, which harms nobody."""
        ...

    def contest_dispute(self, dispute_id: str, evidence: Evidence) -> Outcome[Dispute]:
        """Say it for good. Rejected ``not_open`` when it was answered already: look at it."""
        ...

    def accept_dispute(self, dispute_id: str) -> Outcome[Dispute]:
        """Let the money go. Rejected ``not_open`` when it was answered already: look at it."""
        ...
