"""What do those who plan ask of all units of a tenant? Columns that are made once, whoever looks first."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from domain.geography import centre_of, number_of
from domain.matching.wanted import able

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from application.dispatch.snapshot import Unit
    from domain.catalogue import Capability, VehicleClass

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Kind = tuple[frozenset[Capability], frozenset[VehicleClass]]

KINDS_REMEMBERED: Final = 4_096
"""Combinations of abilities kept ready: a trade has dozens."""


@lru_cache(maxsize=KINDS_REMEMBERED)
def able_to(capabilities: frozenset[Capability], classes: frozenset[VehicleClass]) -> int:
    """As ``wanted.able``: what a crew knows and what its truck carries are told in one vocabulary."""
    return able(capabilities, capabilities, classes)


def sphere(points: Sequence[tuple[float, float]] | Floats) -> Floats:
    """Unit vectors (n, 3) of points in degrees."""
    phi, theta = np.radians(np.array(points, np.float64).reshape(-1, 2)).T
    return np.ascontiguousarray(np.stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)], 1))


class Units(tuple["Unit", ...]):  # noqa: SLOT001  the columns are kept in its __dict__
    """Units in an order, m of them, and what is known of them side by side.

    The candidates, the forecast and the grounds of offers all look at thousands of units; what each would gather again
    from a unit, its shift and its cell was a fifth of a tick.
    """

    @staticmethod
    def of(units: Sequence[Unit]) -> Units:
        """The same units; the very same where their columns may be known already."""
        return units if isinstance(units, Units) else Units(units)

    @cached_property
    def ids(self) -> list[int]:
        """Of their shifts, as numbers, which are found in half the time."""
        return [unit.shift.shift_id.int for unit in self]

    @cached_property
    def cells(self) -> list[str]:
        """Where each is or will be free."""
        return [unit.shift.cell for unit in self]

    @cached_property
    def cell_numbers(self) -> Ints:
        """The same as ``geography.number_of`` has it."""
        return np.array([number_of(cell) for cell in self.cells], np.int64)

    @cached_property
    def points(self) -> Floats:
        """The centres of the cells in degrees, (m, 2)."""
        return np.array([centre_of(cell) for cell in self.cells], np.float64).reshape(-1, 2)

    @cached_property
    def on_sphere(self) -> Floats:
        """The same as unit vectors, (m, 3)."""
        return sphere(self.points)

    @cached_property
    def idle(self) -> NDArray[np.bool_]:
        """Who can be asked now."""
        return np.array([unit.doing is None for unit in self], np.bool_)

    @cached_property
    def _alike(self) -> tuple[list[Kind], NDArray[np.intp]]:
        kinds: dict[Kind, int] = {}
        shifts = [unit.shift for unit in self]
        alike = [kinds.setdefault((shift.capabilities, shift.vehicle_classes), len(kinds)) for shift in shifts]
        return list(kinds), np.array(alike, np.intp)

    @property
    def kinds(self) -> list[Kind]:
        """What there is to be able to: capabilities and classes of vehicles."""
        return self._alike[0]

    @property
    def alike(self) -> NDArray[np.intp]:
        """Which of the kinds each is."""
        return self._alike[1]

    @cached_property
    def can(self) -> Ints:
        """What each is able to, as ``wanted.able`` writes it."""
        return np.array([able_to(*kind) for kind in self.kinds], np.int64)[self.alike]

    @cached_property
    def _owned(self) -> tuple[dict[int, int], Ints]:
        owners: dict[int, int] = {}
        owned_by = [owners.setdefault(unit.shift.provider_id.int, len(owners)) for unit in self]
        return owners, np.array(owned_by, np.int64)

    @property
    def owners(self) -> dict[int, int]:
        """A number for each provider, by its id as a number."""
        return self._owned[0]

    @property
    def owned_by(self) -> Ints:
        """The number of each one's provider."""
        return self._owned[1]

    def free_s(self, at: datetime) -> Floats:
        """In how many seconds from that instant each can set out; below zero for who could have before."""
        if self._free is None or self._free[0] != at:
            self._free = at, np.array([(unit.free_at - at).total_seconds() for unit in self], np.float64)
        return self._free[1]

    _free: tuple[datetime, Floats] | None = None
