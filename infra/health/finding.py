"""What does one check find, and what should the operator do about it?"""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Only `wrong` makes `vehicaid doctor` fail."""

    FINE = "fine"
    WATCH = "watch"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """The answer of one check; `advice` is empty when there is nothing to do."""

    check: str
    verdict: Verdict
    detail: str
    advice: str = ""


def fine(check: str, detail: str) -> Finding:
    """As it should be."""
    return Finding(check, Verdict.FINE, detail)


def watch(check: str, detail: str, advice: str) -> Finding:
    """Works, but somebody should know."""
    return Finding(check, Verdict.WATCH, detail, advice)


def wrong(check: str, detail: str, advice: str) -> Finding:
    """Must be put right."""
    return Finding(check, Verdict.WRONG, detail, advice)
