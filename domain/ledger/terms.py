"""What can a guarded account answer, and what does it keep?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from domain.ledger.transfer import Leg, Transfer


class Result(StrEnum):
    """What became of a transfer, a hold, or an act on a hold."""

    CREATED = "created"
    EXISTS = "exists"
    EXISTS_WITH_DIFFERENT_ASSET = "exists_with_different_asset"
    EXISTS_WITH_DIFFERENT_ACCOUNTS = "exists_with_different_accounts"
    EXISTS_WITH_DIFFERENT_AMOUNT = "exists_with_different_amount"
    EXISTS_WITH_DIFFERENT_KIND = "exists_with_different_kind"
    EXCEEDS_CREDITS = "exceeds_credits"
    EXCEEDS_PENDING = "exceeds_pending"
    PENDING_NOT_FOUND = "pending_not_found"
    PENDING_EXPIRED = "pending_expired"
    PENDING_ALREADY_POSTED = "pending_already_posted"
    PENDING_ALREADY_VOIDED = "pending_already_voided"
    ACCOUNT_CLOSED = "account_closed"
    ID_ALREADY_FAILED = "id_already_failed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a guarded account says.

    ``mint_new_id``: this id is spent on a refusal that stands; who still wants the same asks under a new id.
    """

    result: Result
    mint_new_id: bool = False

    @property
    def stands(self) -> bool:
        """Whether what was asked for is in the books, since now or from before."""
        return self.result in {Result.CREATED, Result.EXISTS}


CREATED, EXISTS = Answer(Result.CREATED), Answer(Result.EXISTS)


class PendingState(StrEnum):
    """What became of a hold."""

    OPEN = "open"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


ENDED = {
    PendingState.POSTED: Result.PENDING_ALREADY_POSTED,
    PendingState.VOIDED: Result.PENDING_ALREADY_VOIDED,
    PendingState.EXPIRED: Result.PENDING_EXPIRED,
}
"""What an act on a hold that has ended is answered with."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A transfer that waits: ``amount_minor`` of the account is kept for it until ``expires_at`` at the latest."""

    asked: Transfer
    amount_minor: int
    expires_at: datetime
    state: PendingState = PendingState.OPEN


@dataclass(frozen=True, slots=True)
class Known:
    """What an id was used for; a refused one has its refusal, and stays refused."""

    kind: str
    currency: str
    legs: tuple[Leg, ...]
    refused: Result | None = None

    def against(self, kind: str, asked: Transfer) -> Answer:
        """What the same id is answered with when it comes again."""
        if self.kind != kind:
            return Answer(Result.EXISTS_WITH_DIFFERENT_KIND)
        if self.currency != asked.currency:
            return Answer(Result.EXISTS_WITH_DIFFERENT_ASSET)
        if {leg.account for leg in self.legs} != {leg.account for leg in asked.legs}:
            return Answer(Result.EXISTS_WITH_DIFFERENT_ACCOUNTS)
        if set(self.legs) != set(asked.legs):
            return Answer(Result.EXISTS_WITH_DIFFERENT_AMOUNT)
        return EXISTS if self.refused is None else Answer(Result.ID_ALREADY_FAILED, mint_new_id=True)


ACCOUNTS = UUID("5b7b0a34-5f0e-5d0a-b0a6-6e5e0a3f1c11")
"""The uuid5 namespace in which a guarded account's stream is a fact of tenant, account and asset."""


def account_stream(tenant: str, account: str, asset: str) -> UUID:
    """The stream that guards an account."""
    return uuid5(ACCOUNTS, f"{tenant}|{account}|{asset}")
