"""What is known of a unit, and what does a search ask of one? In the whole numbers that arrays hold."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

from domain.catalogue import Capability, VehicleClass

if TYPE_CHECKING:
    from collections.abc import Iterable

BITS: Final = 63
"""Of a mask: as many areas as an index can tell apart; signed numbers leave one bit."""

EVERYWHERE: Final = (1 << BITS) - 1
"""Serves, or asks for, every area."""

ANYONE: Final = 0
"""Asks for nothing in particular."""

NO_CAP: Final = (1 << BITS) - 1
"""More offers than anybody has out."""

_SKILL = {capability: 1 << n for n, capability in enumerate(Capability)}
_GEAR = {capability: 1 << (16 + n) for n, capability in enumerate(Capability)}
_TAKES = {size: 1 << (32 + n) for n, size in enumerate(VehicleClass)}


def able(
    skills: Iterable[Capability] = (), equipment: Iterable[Capability] = (), classes: Iterable[VehicleClass] = ()
) -> int:
    """One number for what a unit can do, or for what a job needs: the crew's skills, the truck's gear, the vehicles."""
    mask = 0
    for skill in skills:
        mask |= _SKILL[skill]
    for gear in equipment:
        mask |= _GEAR[gear]
    for size in classes:
        mask |= _TAKES[size]
    return mask


def areas(numbers: Iterable[int]) -> int:
    """One number for some of the areas 0 to 62."""
    mask = 0
    for number in numbers:
        if not 0 <= number < BITS:
            raise ValueError(f"areas are 0 to {BITS - 1}")
        mask |= 1 << number
    return mask


@dataclass(frozen=True, slots=True)
class Known:
    """A unit on shift. ``can`` is a number of ``able``, ``serves`` one of ``areas``; instants are POSIX seconds.

    ``owner`` is the number of its provider, whom a search may block; ``offers`` are out and unanswered.
    """

    can: int
    owner: int = 0
    serves: int = EVERYWHERE
    ends_at: float = inf
    offers: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks of a unit.

    It can do all of ``needs``; serves one of the areas ``within``; is on duty until ``until``; was seen at
    ``seen_since`` or later; has fewer than ``fewer_offers`` out; belongs to no owner in ``blocked``; is at most
    ``radius_m`` away.
    """

    needs: int = ANYONE
    within: int = EVERYWHERE
    until: float = -inf
    seen_since: float = -inf
    fewer_offers: int = NO_CAP
    blocked: tuple[int, ...] = ()
    radius_m: float = inf
