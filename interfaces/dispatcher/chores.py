"""What does the leading dispatcher look at now and then, beside its rounds?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from application.dispatch.bookings import BookingWatch
from application.dispatch.drives import DriveWatch
from application.dispatch.ordering import Ordering
from application.dispatch.standbys import StandbyWatch
from application.dispatch.swaps import Swaps
from application.dispatch.twins import TwinWatch
from application.dispatch.whereabouts import Attendance
from application.paper_watch import PaperWatch
from application.payout_run import PayoutDay, PayoutRun
from application.promo_run import PromoRun
from application.reward_run import RewardRun
from infra.dispatch.booking_board import PostgresBookingBoard
from infra.dispatch.call_board import PostgresCallBoard
from infra.dispatch.drive_board import PostgresDriveBoard
from infra.dispatch.plan import attention_of
from infra.dispatch.promo_board import PostgresPromoBoard
from infra.dispatch.reward_board import PostgresRewardBoard
from infra.dispatch.standby_board import PostgresStandbyBoard
from infra.dispatch.vigilance import planning_of, reserving_of, swapping_of, vigilance_of
from infra.paper_board import PostgresPaperBoard
from infra.payout_board import PostgresPayoutBoard
from interfaces.dispatcher import watch

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from datetime import datetime

    from prometheus_client import Counter

    from application.dispatch.ordering import RunsCommands
    from application.dispatch.whereabouts import Whereabouts
    from application.travel import DriveTimes
    from application.zones import ZoneMap
    from infra.dispatch.board import PostgresDispatchBoard
    from infra.dispatch.seat import Connection
    from infra.settings import Settings

    Look = Callable[[datetime], Coroutine[None, None, None]]


@dataclass(slots=True)
class Chore:
    """One look, how often, and when again."""

    every: timedelta
    look: Look
    again_at: datetime | None = None


class Chores:
    """Looks one after the other, each at its own pace; what they remember may be forgotten at any time."""

    def __init__(self, looks: list[tuple[float, Look]]) -> None:
        self._chores = [Chore(timedelta(seconds=every_s), look) for every_s, look in looks]

    def due(self, at: datetime) -> Iterator[Coroutine[None, None, None]]:
        """Those whose time has come, at first all; each is due again its pace from now."""
        for chore in self._chores:
            if chore.again_at is None or at >= chore.again_at:
                chore.again_at = at + chore.every
                yield chore.look(at)


def chores_of(
    settings: Settings,
    connection: Connection,
    board: PostgresDispatchBoard,
    engine: RunsCommands,
    whereabouts: Whereabouts,
    travel: DriveTimes,
    zones: ZoneMap,
    news: watch.DispatchWatch,
) -> Chores:
    """Everything there is to look at."""
    on_the_way = PostgresDriveBoard(connection)
    drives = DriveWatch(on_the_way, whereabouts, engine, vigilance_of(settings, zones), news)

    async def follow_drives(now: datetime) -> None:
        news.watched(await drives.look(now))

    attendance = Attendance(board, whereabouts, engine, attention_of(settings), news)
    swaps = Swaps(on_the_way, board, whereabouts, travel, engine, swapping_of(settings, zones), news)
    twins = TwinWatch(PostgresCallBoard(connection), engine, news)
    bookings = BookingWatch(PostgresBookingBoard(connection), travel, engine, planning_of(settings), news)
    ordering = Ordering(engine, news)
    paying = PayoutRun(PostgresPayoutBoard(connection), ordering, PayoutDay(from_hour=settings.payouts_from_hour))
    papers = PaperWatch(PostgresPaperBoard(connection), ordering)
    promos, rewards = PromoRun(PostgresPromoBoard(connection), ordering), rewards_of(settings, connection, ordering)
    standbys = StandbyWatch(PostgresStandbyBoard(connection, board), engine, reserving_of(settings), news)
    return Chores(
        [
            (settings.dispatcher_attendance_s, _counted(attendance.look, watch.attendance_news)),
            (settings.dispatcher_attendance_s, follow_drives),
            (settings.swap_looks_every_s, _counted(swaps.look, watch.swaps)),
            (settings.twin_looks_every_s, _counted(twins.look, watch.twins)),
            (settings.booking_looks_every_s, _counted(bookings.look, watch.bookings)),
            (settings.standby_looks_every_s, _counted(standbys.look, watch.standbys)),
            (settings.payout_looks_every_s, _counted(paying.look, watch.payouts)),
            (settings.promo_looks_every_s, _counted(promos.look, watch.promos)),
            (settings.reward_looks_every_s, _counted(rewards.look, watch.rewards)),
            (settings.paper_looks_every_s, _counted(papers.look, watch.papers)),
        ]
    )


def rewards_of(settings: Settings, connection: Connection, ordering: Ordering) -> RewardRun:
    """Who is rewarded, and with how much."""
    return RewardRun(PostgresRewardBoard(connection), ordering, settings.referral_reward_minor)


def _counted(look: Callable[[datetime], Coroutine[None, None, int]], counter: Counter) -> Look:
    async def looked(now: datetime) -> None:
        counter.inc(await look(now))

    return looked
