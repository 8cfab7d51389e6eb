"""How far are free shifts at least? Shifts in H3 cells, cells in larger ones, each with how far its own reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.geography import centre_of, holder_of, points_apart_m

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from application.dispatch.board import FreeShift

RESOLUTIONS: Final = (7, 5, 3)
"""H3 resolutions from small to large: a district (2.4 km from centre to centre), a city, a large province."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A cell that holds somebody: its middle, and how far from there those that it holds reach.

    The reach is measured from whom the cell holds, not derived from its shape: cells differ in size, some have five
    sides, and small ones stick out of the larger one that counts as theirs. By the triangle inequality nobody in it is
    nearer to a point than the middle is, less the reach; that holds at poles and at the 180th meridian too.
    """

    middle: tuple[float, float]
    reach_m: float
    patches: Sequence[Patch] = ()
    shifts: Sequence[FreeShift] = ()


def patches_of(shifts: Iterable[FreeShift]) -> list[Patch]:
    """The largest patches, which hold all others."""
    in_cells: dict[str, list[FreeShift]] = {}
    for shift in shifts:
        in_cells.setdefault(holder_of(shift.cell, RESOLUTIONS[0])[0], []).append(shift)
    held = [(same[0].cell, _around_shifts(same)) for same in in_cells.values()]
    for resolution in RESOLUTIONS[1:]:
        in_larger: dict[str, list[tuple[str, Patch]]] = {}
        for cell, patch in held:
            in_larger.setdefault(holder_of(cell, resolution)[0], []).append((cell, patch))
        held = [(same[0][0], _around_patches(same, resolution)) for same in in_larger.values()]
    return [patch for _, patch in held]


def _around_shifts(shifts: Sequence[FreeShift]) -> Patch:
    _, middle = holder_of(shifts[0].cell, RESOLUTIONS[0])
    return Patch(middle, max(points_apart_m(middle, centre_of(shift.cell)) for shift in shifts), shifts=shifts)


def _around_patches(inner: Sequence[tuple[str, Patch]], resolution: int) -> Patch:
    _, middle = holder_of(inner[0][0], resolution)
    patches = [patch for _, patch in inner]
    return Patch(middle, max(points_apart_m(middle, each.middle) + each.reach_m for each in patches), patches=patches)
