"""What is a session, and what may be done with a refresh token that somebody presents for it?"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from uuid import UUID

    from domain.actor import Actor


class End(StrEnum):
    """Why a session is over, as its row remembers it."""

    SIGNED_OUT = "signed_out"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    REUSED = "reused"
    OTHER_DEVICE = "other_device"
    TOO_MANY = "too_many"
    ERASED = "erased"


class Step(StrEnum):
    """What follows from a presented refresh token."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    REUSED = "reused"
    OTHER_DEVICE = "other_device"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in on one device, and the family of refresh tokens that began with it; one of them lives."""

    session_id: UUID
    account_id: UUID
    actor: Actor
    amr: tuple[str, ...]
    """How they showed who they are: pwd, otp, sms, ... as RFC 8176 calls it."""
    device: bytes
    """A digest of what the device calls itself: compared, never shown."""
    label: str
    """What the person knows the device by, as coarse as `Firefox on Android`."""
    opened_at: datetime
    used_at: datetime
    lives_until: datetime
    ends_by: datetime
    live: bytes
    """Digest of the only refresh token that is worth anything."""
    before: bytes | None = None
    """Digest of the one that it followed from, with this salt, when it was last used."""
    salt: bytes | None = None
    ended_at: datetime | None = None
    ended_by: End | None = None

    def is_over(self, at: datetime) -> bool:
        """Whether nothing can be had of it any more."""
        return self.ended_at is not None or at >= self.lives_until

    def step(self, digest: bytes, device: bytes, at: datetime, grace: timedelta, *, is_ours: bool) -> Step:
        """What to do with a token that has this digest, presented by that device.

        ``is_ours`` says whether we ever made it: garbage must not be able to end somebody's session.
        """
        if self.is_over(at):
            return Step.REFUSE
        is_live = hmac.compare_digest(digest, self.live)
        if not is_live and not is_ours:
            return Step.REFUSE
        if not hmac.compare_digest(device, self.device):
            return Step.OTHER_DEVICE
        if is_live:
            return Step.ROTATE
        is_last = self.before is not None and hmac.compare_digest(digest, self.before)
        return Step.REPEAT if is_last and at - self.used_at <= grace else Step.REUSED
