"""What does the worker process run, and how does it end?

One leads by an advisory lock, others stand by. It keeps nothing: a round begins with what log and inbox say.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import psycopg
import uvloop

from application.log import LogUnavailable
from application.order_errands import OrderErrands
from application.paying_out import Errands
from application.settling import Settling
from domain.intent import IntentKind
from infra.bootstrap import build
from infra.database_url import app_dsn
from infra.queries.pool import reader_pool
from infra.razorpay.build import open_gateways
from infra.settings import Settings, SettingsError
from infra.telemetry.logging import configure_logging, log
from infra.telemetry.metrics import start_metrics_server
from infra.webhooks.inbox import WebhookInbox
from infra.worker.board import WorkBoard
from infra.worker.payouts import PayoutsToAsk
from interfaces.worker import watch
from interfaces.worker.asking import Asking
from interfaces.worker.letters import Letters
from interfaces.worker.rounds import Rounds

if TYPE_CHECKING:
    from infra.bootstrap import Stack
    from infra.queries.pool import Pool
    from infra.razorpay.build import Gateways

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
    await keep_working(settings, stop)


async def keep_working(settings: Settings, stop: asyncio.Event) -> None:
    """Lead or stand by until told to stop; whatever fails, begin again: starting is recovering."""
    try:
        gateways = open_gateways(settings)
    except SettingsError as error:
        _log.warning("worker_has_no_gateway", why=str(error))
        await stop.wait()
        return
    stack = await build(settings, "vehicaid-worker")
    pool = reader_pool(app_dsn(settings, "vehicaid-worker-board"))
    await pool.open()
    try:
        while not stop.is_set():
            try:
                rounds, asking = rounds_of(stack, pool, gateways), asking_of(stack, pool, gateways)
                await _take_part(settings, rounds, asking, WebhookInbox(pool), stop)
            except psycopg.errors.UndefinedTable:
                _log.info("worker_waits_for_read_models")
            except (psycopg.Error, LogUnavailable, OSError) as error:
                _log.warning("worker_connection_lost", error=type(error).__name__)
            finally:
                watch.leading.set(0)
            await _pause(stop, PAUSE_S)
    finally:
        await pool.close()
        await stack.close()


def rounds_of(stack: Stack, pool: Pool, gateways: Gateways) -> Rounds:
    """Who carries out what."""
    orders = OrderErrands(stack.engine, stack.aggregates, gateways.payments)
    payouts = Errands(stack.engine, stack.aggregates, stack.personal, gateways.payouts)
    board, inbox = WorkBoard(pool), WebhookInbox(pool)
    errands = {
        IntentKind.OPEN_ORDER: orders.open,
        IntentKind.CAPTURE: orders.capture,
        IntentKind.REFUND: orders.refund,
        IntentKind.PAY_OUT: payouts.pay_out,
        IntentKind.CHECK_ACCOUNT: payouts.check_account,
    }
    return Rounds(board, inbox, Letters(inbox, board, orders), errands, orders, stack.engine)


def asking_of(stack: Stack, pool: Pool, gateways: Gateways) -> Asking:
    """Who asks how far payouts are, and what was settled."""
    board = PayoutsToAsk(pool)
    payouts = Errands(stack.engine, stack.aggregates, stack.personal, gateways.payouts)
    return Asking(board, payouts, Settling(gateways.settlements, board, stack.engine))


async def _take_part(
    settings: Settings, rounds: Rounds, asking: Asking, inbox: WebhookInbox, stop: asyncio.Event
) -> None:
    connection = await psycopg.AsyncConnection.connect(app_dsn(settings, "vehicaid-worker-seat"), autocommit=True)
    async with connection:
        while not stop.is_set():
            row = await (await connection.execute(LEAD, (f"{settings.cell}.worker",))).fetchone()
            if row is not None and row[0]:
                watch.leading.set(1)
                # Beside the rounds: a gateway that does not say what it settled holds up no payment.
                task = asyncio.create_task(_keep_asking(asking))
                try:
                    await _lead(connection, rounds, inbox, stop)
                finally:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)
                return
            await _pause(stop, STANDBY_S)


async def _lead(
    seat: psycopg.AsyncConnection[tuple[object, ...]], rounds: Rounds, inbox: WebhookInbox, stop: asyncio.Event
) -> None:
    purge_at = _now()
    while not stop.is_set():
        await seat.execute("SELECT 1")  # raises when the lock is gone with its connection
        done = await rounds.round(_now())
        if _now() >= purge_at:
            await inbox.purge(KEPT_FOR)
            purge_at = _now() + PURGES_EVERY
        if not done:
            await _pause(stop, REST_S)


async def _keep_asking(asking: Asking) -> None:
    while True:
        try:
            await asking.look(_now())
        except (psycopg.Error, LogUnavailable, OSError) as error:
            _log.warning("worker_connection_lost", error=type(error).__name__)
        await asyncio.sleep(PAUSE_S)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _now() -> datetime:
    return datetime.now(UTC)
