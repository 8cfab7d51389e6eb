"""What does the worker ask beside its intents: how far are payouts, mandates and disputes, and what was settled?"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from application.engine import Contended
from application.log import LogUnavailable
from domain.refusal import Refusal
from infra.telemetry.logging import log
from interfaces.worker import watch

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from datetime import date, datetime

    from application.membership_errands import MembershipErrands
    from application.paying_out import Errands
    from application.settling import Settling
    from infra.worker.memberships import MandatesToAsk
    from infra.worker.payouts import PayoutsToAsk
    from interfaces.worker.looking_after import LookingAfter

    Mandates = tuple[MandatesToAsk, MembershipErrands]

INDIA: Final = ZoneInfo("Asia/Kolkata")
# A bank needs seconds to days for a payout: every ten seconds is soon enough, fifty at a time are a second of work.
PAYOUTS_EVERY: Final = timedelta(seconds=10)
MOST_PAYOUTS: Final = 50
# It settles once a day, and what was unknown yesterday may be known today: three days, every quarter of an hour.
SETTLEMENTS_EVERY: Final = timedelta(minutes=15)
SETTLED_DAYS: Final = 3
# Somebody who has just paid looks at a spinner; what nobody told us is asked for as soon.
MANDATES_EVERY: Final = timedelta(seconds=10)
MOST_MANDATES: Final = 50
# Enough to find them by; more would fill a log line.
MOST_NAMED: Final = 10

_log = log("worker")


class Asking:
    """Looks now and then, and remembers only when it looked."""

    def __init__(
        self,
        board: PayoutsToAsk,
        payouts: Errands,
        settling: Settling,
        mandates: Mandates | None = None,
        disputes: LookingAfter | None = None,
    ) -> None:
        """Nothing is asked yet."""
        self._board = board
        self._payouts = payouts
        self._settling = settling
        self._mandates = mandates
        self._disputes = disputes
        self._mandates_at: datetime | None = None
        self._payouts_at: datetime | None = None
        self._settlements_at: datetime | None = None

    async def look(self, at: datetime) -> int:
        """Ask for what is due; how many questions that were. Raises LogUnavailable."""
        asked = 0
        if self._payouts_at is None or at >= self._payouts_at:
            self._payouts_at = at + PAYOUTS_EVERY
            due = await self._board.to_ask(at, MOST_PAYOUTS)
            await asyncio.gather(*(self._safely(self._payouts.ask_about(*one, at)) for one in due))
            asked += len(due)
        if self._settlements_at is None or at >= self._settlements_at:
            self._settlements_at = at + SETTLEMENTS_EVERY
            today = at.astimezone(INDIA).date()
            for days in range(SETTLED_DAYS):
                await self._safely(self._settle(today - timedelta(days=days), at))
            asked += SETTLED_DAYS
        if self._disputes is not None:
            asked += await self._disputes.look(at, self._safely)
        return asked + await self._ask_about_mandates(at)

    async def _ask_about_mandates(self, at: datetime) -> int:
        if self._mandates is None or (self._mandates_at is not None and at < self._mandates_at):
            return 0
        self._mandates_at = at + MANDATES_EVERY
        board, errands = self._mandates
        awaited = await board.awaited(at, MOST_MANDATES)
        await asyncio.gather(*(self._safely(errands.ask_about(*one, at)) for one in awaited))
        return len(awaited)

    async def _settle(self, day: date, at: datetime) -> None:
        looked = await self._settling.look(day, at)
        if looked is not None and looked.unknown:
            _log.warning("settled_and_unknown", day=day.isoformat(), entities=looked.unknown[:MOST_NAMED])

    async def _safely(self, question: Awaitable[None]) -> None:
        try:
            await question
        except (Refusal, Contended, LogUnavailable) as error:
            watch.put_off.labels(type(error).__name__).inc()
        except Exception:  # noqa: BLE001  (logged with its traceback)
            watch.put_off.labels("failed").inc()
            _log.exception("question_failed")
