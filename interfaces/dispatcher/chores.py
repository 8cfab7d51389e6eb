"""What does the leading dispatcher look at now and then, beside its rounds?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from application.dispatch.bookings import BookingWatch
from application.dispatch.drives import DriveWatch
from application.dispatch.standbys import StandbyWatch
from application.dispatch.swaps import Swaps
from application.dispatch.twins import TwinWatch
from application.dispatch.whereabouts import Attendance
from infra.dispatch.booking_board import PostgresBookingBoard
from infra.dispatch.call_board import PostgresCallBoard
from infra.dispatch.drive_board import PostgresDriveBoard
from infra.dispatch.plan import attention_of
from infra.dispatch.standby_board import PostgresStandbyBoard
from infra.dispatch.vigilance import planning_of, reserving_of, swapping_of, vigilance_of
from interfaces.dispatcher import watch

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from datetime import datetime

    from application.dispatch.ordering import RunsCommands
    from application.dispatch.whereabouts import Whereabouts
    from application.travel import DriveTimes
    from infra.dispatch.board import PostgresDispatchBoard
    from infra.dispatch.seat import Connection
    from infra.settings import Settings


@dataclass(slots=True)
class Chore:
    """One look, how often, and when again."""

    every: timedelta
    look: Callable[[datetime], Coroutine[None, None, None]]
    again_at: datetime


class Chores:
    """Looks one after the other, each at its own pace; what they remember may be forgotten at any time."""

    def __init__(self, chores: list[Chore]) -> None:
        self._chores = chores

    def due(self, at: datetime) -> Iterator[Coroutine[None, None, None]]:
        """Those whose time has come; each is due again its pace from now."""
        for chore in self._chores:
            if at >= chore.again_at:
                chore.again_at = at + chore.every
                yield chore.look(at)


def chores_of(
    settings: Settings,
    connection: Connection,
    board: PostgresDispatchBoard,
    engine: RunsCommands,
    whereabouts: Whereabouts,
    travel: DriveTimes,
    news: watch.DispatchWatch,
    at: datetime,
) -> Chores:
    """Everything there is to look at, beginning now."""
    attendance = Attendance(board, whereabouts, engine, attention_of(settings), news)
    on_the_way = PostgresDriveBoard(connection)
    drives = DriveWatch(on_the_way, whereabouts, engine, vigilance_of(settings), news)
    swaps = Swaps(on_the_way, board, whereabouts, travel, engine, swapping_of(settings), news)

    async def attend(now: datetime) -> None:
        watch.attendance_news.inc(await attendance.look(now))

    async def follow_drives(now: datetime) -> None:
        news.watched(await drives.look(now))

    async def look_for_better(now: datetime) -> None:
        watch.swaps.inc(await swaps.look(now))

    twins = TwinWatch(PostgresCallBoard(connection), engine, news)

    bookings = BookingWatch(PostgresBookingBoard(connection), travel, engine, planning_of(settings), news)

    async def plan_bookings(now: datetime) -> None:
        watch.bookings.inc(await bookings.look(now))

    standbys = StandbyWatch(PostgresStandbyBoard(connection, board), engine, reserving_of(settings), news)

    async def keep_tows_ready(now: datetime) -> None:
        watch.standbys.inc(await standbys.look(now))

    async def look_for_twins(now: datetime) -> None:
        watch.twins.inc(await twins.look(now))

    every = timedelta(seconds=settings.dispatcher_attendance_s)
    swap_every = timedelta(seconds=settings.swap_looks_every_s)
    return Chores(
        [
            Chore(every, attend, at),
            Chore(every, follow_drives, at),
            Chore(swap_every, look_for_better, at),
            Chore(timedelta(seconds=settings.twin_looks_every_s), look_for_twins, at),
            Chore(timedelta(seconds=settings.standby_looks_every_s), keep_tows_ready, at),
            Chore(timedelta(seconds=settings.booking_looks_every_s), plan_bookings, at),
        ]
    )
