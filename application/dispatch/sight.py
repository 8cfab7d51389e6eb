"""What does dispatch make of the board? One snapshot: who waits, who is idle, and who will be free when and where."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from application.dispatch.approach import FARTHEST_S
from application.dispatch.board import Stage
from application.dispatch.snapshot import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from application.dispatch.board import BusyShift, FreeShift
    from application.dispatch.work_times import WorkTimes
    from application.travel import DriveTimes


def idle_units(shifts: Sequence[FreeShift], at: datetime) -> list[Unit]:
    """Shifts that can be asked now."""
    return [Unit(shift, at) for shift in shifts]


def busy_units(busy: Sequence[BusyShift], travel: DriveTimes, work: WorkTimes, at: datetime) -> list[Unit]:
    """Shifts that work, each where and when its job is expected to end, never before now.

    On the way: the drive, the work and the tow. At the vehicle: what is left of the work, and the tow. With the vehicle
    on the hook: the rest of the way. Afterwards: any moment now.
    """
    return [_soon_free(each, travel, work, at) for each in busy]


def _soon_free(busy: BusyShift, travel: DriveTimes, work: WorkTimes, at: datetime) -> Unit:
    doing = busy.doing
    ends_in = doing.drop_cell or doing.cell

    def drive_s(origin: str, destination: str) -> float:
        return min(FARTHEST_S, float(travel.drive_s([origin], [destination], at)[0, 0]))

    left_s, elapsed_s = 0.0, (at - doing.since).total_seconds()
    if doing.stage is Stage.COMMITTED:
        left_s += max(0.0, drive_s(busy.shift.cell, doing.cell) - elapsed_s) + work.remaining_s(doing.service, 0.0)
    elif doing.stage is Stage.AT_JOB:
        left_s += work.remaining_s(doing.service, elapsed_s)
    elif doing.stage is Stage.IN_TRANSIT:
        left_s += max(0.0, drive_s(doing.cell, ends_in) - elapsed_s)
    if doing.drop_cell and doing.stage in {Stage.COMMITTED, Stage.AT_JOB}:
        left_s += drive_s(doing.cell, doing.drop_cell)
    return Unit(replace(busy.shift, cell=ends_in), at + timedelta(seconds=left_s), doing)
