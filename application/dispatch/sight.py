"""What does dispatch make of the board? One snapshot: who waits, who is idle, and who will be free when and where."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from application.dispatch.approach import FARTHEST_S
from application.dispatch.board import Stage
from application.dispatch.snapshot import Unit
from application.travel import each_s

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from application.dispatch.board import BusyShift, FreeShift
    from application.dispatch.work_times import WorkTimes
    from application.travel import DriveTimes

TOWS_AFTERWARDS: Final = frozenset({Stage.COMMITTED, Stage.AT_JOB})


def idle_units(shifts: Sequence[FreeShift], at: datetime) -> list[Unit]:
    """Shifts that can be asked now."""
    return [Unit(shift, at) for shift in shifts]


def busy_units(busy: Sequence[BusyShift], travel: DriveTimes, work: WorkTimes, at: datetime) -> list[Unit]:
    """Shifts that work, each where and when its job is expected to end, never before now.

    On the way: the drive, the work and the tow. At the vehicle: what is left of the work, and the tow. With the vehicle
    on the hook: the rest of the way. Afterwards: any moment now.
    """
    legs = [leg for each in busy for leg in _legs(each)]
    told = each_s(travel, [origin for origin, _ in legs], [destination for _, destination in legs], at)
    drives_s = iter(np.minimum(told, FARTHEST_S).tolist())
    return [_soon_free(each, [next(drives_s) for _ in _legs(each)], work, at) for each in busy]


def _legs(busy: BusyShift) -> list[tuple[str, str]]:
    """From where to where it still drives, or has set out to drive."""
    doing = busy.doing
    legs = []
    if doing.stage is Stage.COMMITTED:
        legs.append((busy.shift.cell, doing.cell))
    if doing.stage is Stage.IN_TRANSIT or (doing.drop_cell and doing.stage is not Stage.WRAP_UP):
        legs.append((doing.cell, doing.drop_cell or doing.cell))
    return legs


def _soon_free(busy: BusyShift, drives_s: list[float], work: WorkTimes, at: datetime) -> Unit:
    doing = busy.doing
    left_s, elapsed_s = 0.0, (at - doing.since).total_seconds()
    if doing.stage is Stage.COMMITTED:
        left_s += max(0.0, drives_s[0] - elapsed_s) + work.remaining_s(doing.service, 0.0)
    elif doing.stage is Stage.AT_JOB:
        left_s += work.remaining_s(doing.service, elapsed_s)
    elif doing.stage is Stage.IN_TRANSIT:
        left_s += max(0.0, drives_s[0] - elapsed_s)
    if doing.drop_cell and doing.stage in TOWS_AFTERWARDS:
        left_s += drives_s[-1]
    return Unit(busy.freed, at + timedelta(seconds=left_s), doing)
