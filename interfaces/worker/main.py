"""What does the worker process run, and how does it end?

Every worker takes messages and does what they point to. One of them leads by an advisory lock, finds what there is to
do and sends the messages; without Redis it does all of it itself. It keeps nothing: a round begins with what log and
inbox say.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import psycopg
import uvloop

from application.log import LogUnavailable
from application.settling import Settling
from infra.bootstrap import build
from infra.database_url import app_dsn
from infra.dispatch.seat import keep_lead
from infra.privacy.preparing import keep_preparing
from infra.queries.pool import reader_pool
from infra.razorpay.build import open_gateways
from infra.settings import Settings, SettingsError
from infra.stopping import end
from infra.telemetry.logging import configure_logging, log
from infra.telemetry.metrics import start_metrics_server
from infra.webhooks.inbox import WebhookInbox
from infra.worker.board import WorkBoard
from infra.worker.disputes import DisputesToLookAfter
from infra.worker.locks import SILENCE_MS, OperationLocks
from infra.worker.memberships import MandatesToAsk
from infra.worker.payouts import PayoutsToAsk
from infra.worker.queue import open_broker
from interfaces.worker import watch
from interfaces.worker.actors import Crew
from interfaces.worker.asking import Asking
from interfaces.worker.carrying import Carrying
from interfaces.worker.errands import disputes_of, errands_of, links_of, memberships_of, orders_of, payouts_of
from interfaces.worker.handing import OwnHands
from interfaces.worker.letters import Letters
from interfaces.worker.looking_after import LookingAfter
from interfaces.worker.postman import keep_posting
from interfaces.worker.reminding import keep_reminding
from interfaces.worker.rounds import Rounds
from interfaces.worker.telling_partners import keep_telling

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from application.membership_errands import MembershipErrands
    from infra.bootstrap import Stack
    from infra.queries.pool import Pool
    from infra.razorpay.build import Gateways
    from interfaces.worker.handing import Hands

# Between two rounds with nothing to do: a payer who looks at a spinner hardly notices a fifth of a second.
REST_S: Final = 0.2
# A standby asks this often whether the leader is gone.
STANDBY_S: Final = 0.25
PAUSE_S: Final = 1.0
# What is over is kept for a month, so that somebody can ask what the gateway had said; removed by the hour.
KEPT_FOR: Final = timedelta(days=30)
PURGES_EVERY: Final = timedelta(hours=1)
LEAD: Final = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"

_log = log("worker")


def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    configure_logging(settings.log_level, "worker")
    stop_metrics = start_metrics_server(settings.worker_metrics_port, settings.host)
    uvloop.run(_until_signalled(settings))
    stop_metrics()
    _log.info("worker_stopped")


async def _until_signalled(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    _log.info("worker_started", metrics_port=settings.worker_metrics_port)
    await asyncio.gather(
        keep_working(settings, stop),
        keep_posting(settings, stop),
        keep_preparing(settings, stop),
        keep_reminding(settings, stop),
        keep_telling(settings, stop),
    )


async def keep_working(settings: Settings, stop: asyncio.Event) -> None:
    """Lead or stand by until told to stop; whatever fails, begin again: starting is recovering."""
    try:
        gateways = open_gateways(settings)
    except SettingsError as error:
        _log.warning("worker_has_no_gateway", why=str(error))
        await stop.wait()
        return
    async with _opened(settings) as (stack, pool), _crewed(stack, pool, gateways) as (carrying, hands):
        while not stop.is_set():
            try:
                rounds = sweeping(stack, pool, gateways, carrying, hands)
                await _take_part(settings, rounds, asking_of(stack, pool, gateways), WebhookInbox(pool), stop)
            except psycopg.errors.UndefinedTable:
                _log.info("worker_waits_for_read_models")
            except (psycopg.Error, LogUnavailable, OSError) as error:
                _log.warning("worker_connection_lost", error=type(error).__name__)
            finally:
                watch.leading.set(0)
            await _pause(stop, PAUSE_S)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Stack, Pool]]:
    stack = await build(settings, "vehicaid-worker")
    pool = reader_pool(app_dsn(settings, "vehicaid-worker-board"))
    await pool.open()
    try:
        yield stack, pool
    finally:
        await pool.close()
        await stack.close()


@asynccontextmanager
async def _crewed(stack: Stack, pool: Pool, gateways: Gateways) -> AsyncIterator[tuple[Carrying, Hands]]:
    """Whoever takes messages, for as long as the process lives; and who sends them."""
    locks = OperationLocks(stack.settings)
    carrying = carrying_of(stack, pool, gateways, locks)
    speaking = asyncio.create_task(locks.keep_speaking())
    broker = open_broker(stack.settings)
    crew = None if broker is None else Crew(broker, carrying)
    watch.alone.set(1 if crew is None else 0)
    if crew is not None:
        crew.start()
    try:
        yield carrying, OwnHands(carrying) if crew is None else crew.hands
    finally:
        if crew is not None:
            await crew.stop()
        await end(speaking)
        await locks.close()


def carrying_of(stack: Stack, pool: Pool, gateways: Gateways, locks: OperationLocks) -> Carrying:
    """Who carries out what, and how news is folded."""
    board, inbox = WorkBoard(pool), WebhookInbox(pool)
    payouts = PayoutsToAsk(pool), payouts_of(stack, gateways)
    mandates, disputes = mandates_of(stack, pool, gateways), disputes_of(stack, gateways)
    links = links_of(stack, gateways)
    letters = Letters(inbox, board, orders_of(stack, gateways), *payouts, mandates, disputes, links)
    return Carrying(board, inbox, letters, errands_of(stack, gateways), locks)


def sweeping(stack: Stack, pool: Pool, gateways: Gateways, carrying: Carrying, hands: Hands) -> Rounds:
    """Who finds what there is to do."""
    orders, links = orders_of(stack, gateways), links_of(stack, gateways)
    return Rounds(WorkBoard(pool), WebhookInbox(pool), carrying, hands, orders, links, stack.engine)


def rounds_of(stack: Stack, pool: Pool, gateways: Gateways) -> Rounds:
    """A worker that is alone, without Redis: what a round finds is done when it ends."""
    locks = OperationLocks(stack.settings)
    stack.closers.push_async_callback(locks.close)
    carrying = carrying_of(stack, pool, gateways, locks)
    return sweeping(stack, pool, gateways, carrying, OwnHands(carrying))


def asking_of(stack: Stack, pool: Pool, gateways: Gateways) -> Asking:
    """Who asks how far payouts and disputes are, and what was settled."""
    board = PayoutsToAsk(pool)
    settling = Settling(gateways.settlements, board, stack.engine, DisputesToLookAfter(pool))
    mandates, disputes = mandates_of(stack, pool, gateways), looking_after(stack, pool, gateways)
    return Asking(board, payouts_of(stack, gateways), settling, mandates, disputes)


def looking_after(stack: Stack, pool: Pool, gateways: Gateways) -> LookingAfter:
    """Who looks after disputes."""
    errands = disputes_of(stack, gateways)
    boards, theirs = (DisputesToLookAfter(pool), WorkBoard(pool)), (gateways.disputes, gateways.payments)
    return LookingAfter(*boards, errands, *theirs, MandatesToAsk(pool))


def mandates_of(stack: Stack, pool: Pool, gateways: Gateways) -> tuple[MandatesToAsk, MembershipErrands]:
    """Whose mandate is waited for, and how it is asked about."""
    return MandatesToAsk(pool), memberships_of(stack, gateways)


async def _take_part(
    settings: Settings, rounds: Rounds, asking: Asking, inbox: WebhookInbox, stop: asyncio.Event
) -> None:
    connection = await psycopg.AsyncConnection.connect(app_dsn(settings, "vehicaid-worker-seat"), autocommit=True)
    async with connection:
        while not stop.is_set():
            row = await (await connection.execute(LEAD, (f"{settings.cell}.worker",))).fetchone()
            if row is not None and row[0]:
                await connection.execute(f"SET idle_session_timeout = {SILENCE_MS}")
                watch.leading.set(1)
                # Beside the rounds: a gateway that does not say what it settled holds up no payment.
                task = asyncio.create_task(_keep_asking(asking))
                try:
                    await _lead(connection, rounds, inbox, stop)
                finally:
                    await end(task)
                return
            await _pause(stop, STANDBY_S)


async def _lead(
    seat: psycopg.AsyncConnection[tuple[object, ...]], rounds: Rounds, inbox: WebhookInbox, stop: asyncio.Event
) -> None:
    purge_at = _now()
    while not stop.is_set():
        await seat.execute("SELECT 1")  # raises when the lock is gone with its connection
        done = await keep_lead(seat, rounds.round(_now()))
        if _now() >= purge_at:
            await inbox.purge(KEPT_FOR)
            purge_at = _now() + PURGES_EVERY
        if not done:
            await _pause(stop, REST_S)


async def _keep_asking(asking: Asking) -> None:
    while True:
        try:
            await asking.look(_now())
        except psycopg.errors.UndefinedTable:
            _log.info("worker_waits_for_read_models")
        except (psycopg.Error, LogUnavailable, OSError) as error:
            _log.warning("worker_connection_lost", error=type(error).__name__)
        await asyncio.sleep(PAUSE_S)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _now() -> datetime:
    return datetime.now(UTC)
