"""Which invariants of money can be looked at, at every position of a log?"""

from domain.ledger.invariants.books import BookedOnce, Conserved, Covered, Journaled
from domain.ledger.invariants.documents import Gapless, Taxed
from domain.ledger.invariants.gateway import GatewayAddsUp, NothingTooEarly, two_bookkeepers
from domain.ledger.invariants.order import (
    IntentThenOutcome,
    NoticeFirst,
    effects,
    one_outcome,
    replayed_alone,
    untouched,
)
from domain.ledger.invariants.seen import Broken, Checker, Seen, Watch

IN_PRODUCTION: tuple[type[Conserved] | type[Covered], ...] = (Conserved, Covered)
"""M1 and M2: looked at every minute while the system runs."""


def whole_watch() -> Watch:
    """All that can be folded from today's topics; what compares two histories or two bookkeepers is a function."""
    return Watch(
        (Conserved(), Covered(), Journaled(), BookedOnce(), GatewayAddsUp(), NothingTooEarly(), Gapless(), Taxed())
    )


__all__ = [
    "IN_PRODUCTION",
    "BookedOnce",
    "Broken",
    "Checker",
    "Conserved",
    "Covered",
    "Gapless",
    "GatewayAddsUp",
    "IntentThenOutcome",
    "Journaled",
    "NothingTooEarly",
    "NoticeFirst",
    "Seen",
    "Taxed",
    "Watch",
    "effects",
    "one_outcome",
    "replayed_alone",
    "two_bookkeepers",
    "untouched",
    "whole_watch",
]
