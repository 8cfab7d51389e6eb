"""How far does a role reach in one operation: to its own things, its company's, or all of its tenant?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.actor import Duty, Role


class Reach(StrEnum):
    """Of what is there, what somebody may touch; everything else is not there for them (404)."""

    OWN = "own"
    """What belongs to this very person."""
    COMPANY = "company"
    """What belongs to the company for which they act, or the job that it has."""
    CREW = "crew"
    """What the shifts of their own crew member did: a driver's part of the company."""
    PARTNER = "partner"
    """What belongs to the partner for which they act."""
    TENANT = "tenant"
    """Everything of their tenant."""
    SHARED = "shared"
    """What a whole tenant shares, or nothing that exists."""
    PUBLIC = "public"
    """Asked without a token."""


ALL_DUTIES: Final = frozenset(Duty)


@dataclass(frozen=True, slots=True)
class Who:
    """How far a role reaches; of those who act for a company, with which duties there."""

    reach: Reach
    duties: frozenset[Duty] = ALL_DUTIES
    drivers: Reach | None = None
    """How far a driver reaches, where that is less than the company."""

    def for_duty(self, duty: Duty | None) -> Reach:
        """How far somebody with that duty reaches."""
        return self.drivers if duty is Duty.DRIVER and self.drivers is not None else self.reach


Row = Mapping[Role, Who]
"""Whoever is not in it may not."""


class BadPolicy(Exception):
    """The table and the routes do not fit; the process does not start."""


def table(*groups: tuple[Row, str]) -> dict[str, Row]:
    """Rows by the operation's id; raises BadPolicy when one is told twice."""
    found: dict[str, Row] = {}
    for row, operation in _each(groups):
        if operation in found:
            raise BadPolicy(f"two rows for {operation}")
        found[operation] = row
    return found


def names(text: str) -> frozenset[str]:
    """Operations by their ids, with spaces between."""
    return frozenset(text.split())


def _each(groups: tuple[tuple[Row, str], ...]) -> Iterator[tuple[Row, str]]:
    for row, names in groups:
        for operation in names.split():
            yield row, operation


def admits(row: Row, role: Role, duty: Duty | None) -> bool:
    """Whether somebody in that role may do it at all.

    No duty stands for the whole company, like an owner: accounts of people always carry one, only tokens that were
    made for a local run do not.
    """
    who = row.get(role)
    return who is not None and (duty is None or duty in who.duties)
