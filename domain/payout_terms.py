"""In which words do we speak of a payout: how far it is, which news counts, where its money goes, why not?"""

import re
from enum import StrEnum
from typing import Final

from domain.refusal import Refusal


class PayoutState(StrEnum):
    """How far a payout is; from ``queued`` on in the gateway's words."""

    BATCHED = "batched"
    REQUESTED = "requested"
    QUEUED = "queued"
    PENDING = "pending"
    SCHEDULED = "scheduled"
    PROCESSING = "processing"
    PROCESSED = "processed"
    REVERSED = "reversed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


BACK: Final = frozenset({PayoutState.REVERSED, PayoutState.FAILED, PayoutState.CANCELLED, PayoutState.REJECTED})
"""By the gateway's word the money is certainly with us."""

ENDED: Final = BACK | {PayoutState.WITHDRAWN}
"""Nothing comes after these: what was to be paid is an earning again, and goes with another payout."""

RANK: Final = {
    state: rank
    for rank, state in enumerate(
        (
            PayoutState.BATCHED,
            PayoutState.REQUESTED,
            PayoutState.SCHEDULED,
            PayoutState.PENDING,
            PayoutState.QUEUED,
            PayoutState.PROCESSING,
            PayoutState.PROCESSED,
        )
    )
}
"""News that ranks below what is known already came late, and changes nothing."""


class PayoutTold(StrEnum):
    """Why a payout came to nothing, as far as we say it; the gateway's own words are for people and in no event."""

    BANK = "bank"
    """the receiving bank, or the gateway, did not do it"""
    REFUSED = "refused"
    """the gateway did not take our order"""
    OFFICE = "office"
    """somebody stopped it"""


GATEWAY_ID: Final = re.compile(r"[A-Za-z0-9_]{1,40}")
"""What the gateway calls its things: a prefix and 14 letters and digits."""

CODE: Final = re.compile(r"[a-z0-9_:]{1,60}")
"""Why something failed, in our words."""

OTHER: Final = "other"
"""Of what is no code of ours only that much is kept: it could be anything, a name too."""


def gateway_id(text: str) -> str:
    """The gateway's id of something; raises ValueError for what cannot be one."""
    if GATEWAY_ID.fullmatch(text) is None:
        raise ValueError("this is no id of the gateway's")
    return text


def code_of(text: str) -> str:
    """The code, or that it is none."""
    return text if CODE.fullmatch(text) else OTHER


class AccountNotVerified(Refusal):
    """Nobody has made sure yet that this bank account is there."""

    code = "account_not_verified"


class AccountOnHold(Refusal):
    """This bank account was changed a short while ago: nothing is paid to it before `held_until`."""

    code = "account_on_hold"


class NoCheckAsked(Refusal):
    """No check of this bank account is under way under that operation."""

    code = "no_check_asked"


class AnotherPayout(Refusal):
    """What is told is not of this payout: another operation, another payout of the gateway's, or another amount."""

    code = "another_payout"
