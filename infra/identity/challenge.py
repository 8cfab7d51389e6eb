"""What is somebody asked to show, how often may that be asked, and when is it too late?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from domain.refusal import Refusal

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from domain.account_terms import HandleKind
    from infra.proof_settings import ProofSettings

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)


class Purpose(StrEnum):
    """What follows when it is shown."""

    SIGN_IN = "sign_in"
    """A code to a telephone: whoever has it signs in, and is a customer from then on."""
    REGISTER = "register"
    """A code to a mailbox, beside a password that waits for it."""
    LINK = "link"
    """A link to a mailbox: whoever follows it signs in."""
    SECOND_FACTOR = "second_factor"
    """The password was right; the authenticator's code is asked for."""
    ADD_HANDLE = "add_handle"
    """A code to another telephone or mailbox of somebody who is signed in."""
    SET_UP = "set_up"
    """A link for those who work for us: they choose a password and get a second factor."""


class TooManyAsked(Refusal):
    """Too many messages were asked for: wait before asking for another."""

    code = "too_many_codes"
    kept = False


class ProofRefused(Refusal):
    """This does not let you in; whether anything of it was right is nobody's business."""

    code = "proof_refused"
    kept = False


@dataclass(frozen=True, slots=True)
class Challenge:
    """One question; the answer follows from its id and our key, or lies in an authenticator."""

    challenge_id: UUID
    tenant: str
    purpose: Purpose
    asked_from: bytes
    asked_at: datetime
    expires_at: datetime
    kind: HandleKind | None = None
    blind_index: bytes | None = None
    sealed: bytes | None = None
    password_hash: str | None = None
    account_id: UUID | None = None
    is_sent: bool = True
    """Whether a message goes out about it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for before: of this handle within a day, from this address and in all within an hour."""

    of_handle: int
    last_of_handle: datetime | None
    from_address: int
    of_tenant: int


def check_may_ask(asked: Asked, settings: ProofSettings, at: datetime) -> None:
    """Raises TooManyAsked; the wait doubles with each message of a day: 30 s, 60 s, 120 s, ..."""
    if asked.of_handle >= settings.codes_per_handle_day:
        raise TooManyAsked(retry_after_s=int(HOUR.total_seconds()))
    if asked.last_of_handle is not None:
        wait = timedelta(seconds=resend_wait_s(asked.of_handle, settings))
        left = (asked.last_of_handle + wait - at).total_seconds()
        if left > 0:
            raise TooManyAsked(retry_after_s=int(left) + 1)
    if asked.from_address >= settings.codes_per_address_hour or asked.of_tenant >= settings.codes_per_tenant_hour:
        raise TooManyAsked(retry_after_s=int(HOUR.total_seconds()))


def resend_wait_s(asked_before: int, settings: ProofSettings) -> int:
    """How long to wait for the next message after so many, in seconds; an hour at most."""
    return min(int(settings.resend_after_s * 2 ** max(0, asked_before - 1)), int(HOUR.total_seconds()))
