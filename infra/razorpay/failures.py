"""How does a call to the gateway fail, and which of its refusals do we know by name?"""

from dataclasses import dataclass
from typing import Final

from application.gateway import Rejected, Uncertain

CONFLICT: Final = 409
TOO_MANY: Final = 429
SERVER_FAULT: Final = 500

# The gateway tells reasons in sentences only; the first phrase that occurs in one names it. Ours are stable.
PHRASES: Final = (
    ("different request with the same idempotency key", "key_reused"),
    ("authentication failed", "credentials_refused"),
    ("already been captured", "already_captured"),
    ("already paid", "already_captured"),
    ("fully refunded", "already_refunded"),
    ("receipt should be unique", "receipt_taken"),
    ("has already been attempted", "reference_taken"),
    ("enough balance", "balance_too_low"),
    ("greater than amount captured", "more_than_captured"),
    ("status should be captured", "not_captured"),
    ("authorized and not yet captured", "not_authorized"),
    ("equal to the amount authorized", "amount_differs"),
    ("has been refunded", "already_given_back"),
    ("too old", "too_old"),
    ("action not allowed", "not_open"),
    ("not in queued status", "not_open"),
    ("not cancellable", "not_open"),
    ("cannot be paused", "not_open"),
    ("cannot be resumed", "not_open"),
    ("does not exist", "not_there"),
    ("was not found", "not_there"),
)


class NoTimeout(Exception):
    """A call without a timeout: a mistake of ours that must not reach the network."""


@dataclass(eq=False)
class LineFailure(Exception):
    """No answer, or none that can be read: ``why`` is a word of ``Uncertain``."""

    why: str


@dataclass(eq=False)
class Refusal(Exception):
    """The gateway answered with an error, of which its library keeps only the sentence."""

    status: int
    code: str
    description: str
    field: str = ""
    reason: str = ""

    @property
    def outcome(self) -> Rejected | Uncertain:
        """A refusal is certain, unless it only says that the gateway is busy or broken."""
        name = self.name
        if self.status >= SERVER_FAULT:
            return Uncertain("gateway_error")
        if self.status == TOO_MANY:
            return Uncertain("too_many")
        if self.status == CONFLICT and name != "key_reused":
            return Uncertain("in_flight")
        return Rejected(name, self.description)

    @property
    def name(self) -> str:
        """Our own name of it; ``refused`` for one that we never met."""
        told = self.description.lower()
        return next((name for phrase, name in PHRASES if phrase in told), "refused")
