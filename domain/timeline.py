"""Which version of something was in effect at an instant, when versions take effect at instants of their own?"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from domain.refusal import BadInput, Refusal

T = TypeVar("T")

MOST_VERSIONS = 200
"""Versions of one tariff or zone: a change a week for four years. All are loaded to decide on the next."""

FURTHEST_BACK = timedelta(days=1)
"""A change forgotten yesterday can be made good today; before that, bills have gone out."""

FURTHEST_AHEAD = timedelta(days=366)
"""Next year's prices can be announced; later ones would be forgotten by whoever published them."""


class BadEffect(BadInput):
    """A change takes effect at most a day back and a year ahead."""

    code = "bad_effect"


class TooManyVersions(Refusal):
    """This has changed as often as one thing may."""

    code = "too_many_versions"


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """One version, from when on it is in effect, and what it says; None when it ends what was before."""

    effective_from: datetime
    version: int
    value: T | None


class Timeline(Generic[T]):
    """All versions of one thing. In effect is the one that begins last; of two that begin together, the later version.

    A version may begin before an earlier version that was announced for a later date: that one still comes.
    """

    __slots__ = ("_begins", "_entries")

    def __init__(self, entries: Iterable[Dated[T]] = ()) -> None:
        self._entries = sorted(entries, key=lambda entry: (entry.effective_from, entry.version))
        self._begins = [entry.effective_from for entry in self._entries]

    def at(self, at: datetime) -> Dated[T] | None:
        """The version in effect at an instant, the one that begins then included; None before the first."""
        found = bisect_right(self._begins, at)
        return self._entries[found - 1] if found else None

    def value_at(self, at: datetime) -> T | None:
        """What is in effect at an instant; None when nothing is, or no longer."""
        entry = self.at(at)
        return None if entry is None else entry.value

    def of_version(self, version: int) -> Dated[T] | None:
        """The version of that number, in effect or not."""
        return next((entry for entry in self._entries if entry.version == version), None)

    @property
    def entries(self) -> tuple[Dated[T], ...]:
        """Every version, in the order in which they take effect."""
        return tuple(self._entries)


def check_effect(
    effective_from: datetime, at: datetime, versions: int, *, furthest_back: timedelta = FURTHEST_BACK
) -> None:
    """Refuse a change too far back or ahead of ``at``, or one too many; raises BadEffect or TooManyVersions."""
    if not at - furthest_back <= effective_from <= at + FURTHEST_AHEAD:
        raise BadEffect(effective_from=effective_from.isoformat())
    if versions >= MOST_VERSIONS:
        raise TooManyVersions(most=MOST_VERSIONS)
