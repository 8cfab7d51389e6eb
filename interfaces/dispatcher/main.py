"""What does the dispatcher process run, and how does it end?

It needs no outside durability: it may see an event a moment before it is on disk, and all that it does about it are
commands into the same log, which cannot become durable before what they were decided from. Its memory is a cache.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Final

import psycopg
import uvloop

from application.dispatch.deciding import on_a_thread
from application.dispatch.policies.closures import heeding_closures
from application.dispatch.rounds import Rounds
from infra.dispatch import collector
from infra.dispatch.board import PostgresDispatchBoard
from infra.dispatch.engine import command_engine
from infra.dispatch.plan import judgement_of, limits_of, rules_of
from infra.dispatch.seat import Connection, connected, keep_lead, take_lead, wait_for_news
from infra.dispatch.whereabouts import LastPositions
from infra.positions.store import open_positions
from infra.projections.install import install_read_models
from infra.telemetry.logging import configure_logging, log
from infra.telemetry.metrics import start_metrics_server
from infra.telemetry.tracing import configure_tracing, stop_tracing
from infra.zones.followed import followed_zones
from interfaces.dispatcher import watch
from interfaces.dispatcher.chores import chores_of

if TYPE_CHECKING:
    from application.dispatch.ordering import RunsCommands
    from application.dispatch.whereabouts import Whereabouts
    from application.zones import ZoneMap
    from infra.settings import Settings

# A standby asks this often whether the leader is gone; with the leader's silence limit it takes over within 2 s.
STANDBY_S: Final = 0.25
# Between two attempts to connect: at once the first time, never so long that a restarted database waits for us.
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0
# Wake-ups that come closer together than this are answered by one round.
REST_S: Final = 0.01
# After a round that took long, as with thousands who wait, dispatch rests so many times as long: those who call for
# help need the processor, too. A quarter of a second is what an offer may come later for it.
RESTS_TIMES: Final = 4
LONGEST_REST_S: Final = 0.25

_log = log("dispatcher")


def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    configure_logging(settings.log_level, "dispatcher")
    configure_tracing("dispatcher", settings.otlp_endpoint)
    stop_metrics = start_metrics_server(settings.dispatcher_metrics_port, settings.host)
    judgement_of(settings)  # loads what a policy needs, for seconds in which a leader would be taken for frozen
    collector.be_a_dispatcher()
    uvloop.run(_until_signalled(settings))
    stop_metrics()
    stop_tracing()
    _log.info("dispatcher_stopped")


async def _until_signalled(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    _log.info("dispatcher_started", metrics_port=settings.dispatcher_metrics_port)
    await keep_dispatching(settings, stop)


async def keep_dispatching(settings: Settings, stop: asyncio.Event) -> None:
    """Lead or stand by until told to stop; whatever fails, begin again: starting is recovering."""
    pause_s = FIRST_PAUSE_S
    async with (
        command_engine(settings) as engine,
        open_positions(settings, "vehicaid-dispatcher-positions") as seen,
        followed_zones(settings) as zones,
    ):
        whereabouts = LastPositions(seen)
        while not stop.is_set():
            try:
                async with connected(settings) as connection:
                    pause_s = FIRST_PAUSE_S
                    await _take_part(settings, connection, engine, whereabouts, zones, stop)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                _log.warning("dispatcher_connection_lost", error=type(error).__name__, again_in_s=pause_s)
            except psycopg.errors.UndefinedTable:
                await asyncio.to_thread(install_read_models, settings)
            except Exception:  # noqa: BLE001  (logged with its traceback)
                # Crash only: the log line and the metric tell, and nothing was lost.
                _log.exception("dispatcher_failed", again_in_s=pause_s)
            finally:
                watch.leading.set(0)
            if not stop.is_set():
                watch.restarts.inc()
                await _pause(stop, pause_s)
                pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)


async def _take_part(
    settings: Settings,
    connection: Connection,
    engine: RunsCommands,
    whereabouts: Whereabouts,
    zones: ZoneMap,
    stop: asyncio.Event,
) -> None:
    while not stop.is_set():
        if await take_lead(connection, settings):
            _log.info("dispatcher_leads")
            watch.leading.set(1)
            await _lead(settings, connection, engine, whereabouts, zones, stop)
            return
        await _pause(stop, STANDBY_S)


async def _lead(
    settings: Settings,
    connection: Connection,
    engine: RunsCommands,
    whereabouts: Whereabouts,
    zones: ZoneMap,
    stop: asyncio.Event,
) -> None:
    news = watch.DispatchWatch()
    board = PostgresDispatchBoard(connection)
    judgement, rules = judgement_of(settings), rules_of(settings)
    judgement = replace(judgement, policy=heeding_closures(judgement.policy, zones))
    rules = replace(rules, trade=replace(rules.trade, zones=zones))
    rounds = Rounds(board, engine, limits_of(settings), news, rules, whereabouts, judgement, on_a_thread)
    chores = chores_of(settings, connection, board, engine, whereabouts, judgement.travel, zones, news)
    patience = timedelta(seconds=settings.dispatcher_orphan_patience_s)
    check_every = timedelta(seconds=settings.dispatcher_orphan_check_s)
    check_at = _now() + check_every
    collect_at = perf_counter() + collector.EVERY_S
    while not stop.is_set():
        started = perf_counter()
        more = await keep_lead(connection, rounds.round(_now()))
        took_s = perf_counter() - started
        watch.round_seconds.observe(took_s)
        if _now() >= check_at:
            check_at = _now() + check_every
            forgotten = await rounds.find_orphans(_now(), patience)
            news.checked(forgotten)
            await keep_lead(connection, rounds.rescue(forgotten, _now()))
        for chore in chores.due(_now()):
            await keep_lead(connection, chore)
        if perf_counter() >= collect_at:
            collector.collect()
            collect_at = perf_counter() + collector.EVERY_S
        await asyncio.sleep(min(max(REST_S, RESTS_TIMES * took_s), LONGEST_REST_S))
        if not more:
            await wait_for_news(connection, settings.dispatcher_poll_s)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _now() -> datetime:
    return datetime.now(UTC)
