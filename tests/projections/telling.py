"""How do tests of read models tell facts, fold them without a database, and write them into a log?"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import msgspec
import psycopg

import infra.projections.facts  # noqa: F401  (makes the topics of all aggregates known)
from application.log import CommandContext, LoggedEvent, LogUnavailable, NewEvent, Save, fingerprint_of
from infra.bench.history import RoadsideHistory, fill_log, some_events
from infra.event_store.blocking import BlockingCommitter
from infra.event_store.codec import decode
from infra.projections.facts import Connection
from infra.projections.lag import lags
from projections.fact import Fact
from projections.read_model import Key, ReadModel, Row
from tests.support.roadside import NOON, TENANT, some_id
from tests.support.servers import Database

R = TypeVar("R", bound=Row)

# Generous: these tests assert what happens, not how fast on a busy machine.
PATIENCE_S = 120.0


def fact(position: int, topic: str, stream_number: int = 41, version: int = 1, **data: object) -> Fact:
    """One fact at noon plus its position in seconds."""
    at = NOON.replace(minute=position // 60, second=position % 60)
    return Fact(
        position, TENANT, some_id(stream_number), version, topic, msgspec.json.encode(data),
        "system:dispatcher", at, decode, (some_id(900 + position), some_id(800), None, at),
    )  # fmt: skip


def facts_of(events: Iterable[tuple[str, NewEvent]], tenant: str = TENANT) -> list[Fact]:
    """A history as the log would give it."""
    return [
        Fact(
            position,
            tenant,
            event.stream_id,
            event.version or 1,
            event.topic,
            event.payload,
            actor,
            event.occurred_at,
            decode,
        )
        for position, (actor, event) in enumerate(events, 1)
    ]


def facts_logged(events: Iterable[LoggedEvent]) -> list[Fact]:
    """What a log holds, as read models see it."""
    return [
        Fact(
            each.position,
            each.tenant,
            each.stream_id,
            each.version,
            each.topic,
            each.payload,
            each.actor,
            each.occurred_at,
            decode,
            (each.command_id, each.correlation_id, each.causation_id, each.recorded_at),
        )
        for each in events
    ]


def folded(model: ReadModel[R], facts: Iterable[Fact]) -> dict[Key, R]:
    """The rows, by nothing but the read model's own rules; a fold that fails fails the test."""
    rows: dict[Key, R] = {}
    for each in facts:
        for rule in model.rules_for(each):
            key = rule.key(each)
            if key is None:
                continue
            row = rule.fold(rows.get(key), each)
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row
    return rows


def the_row(model: ReadModel[R], *facts: Fact) -> R:
    """The only row there is."""
    (row,) = folded(model, facts).values()
    return row


def tell(database: Database, seed: int, events: int, tenants: tuple[str, ...] = (TENANT,)) -> int:
    """Put a history into the log at once; returns the head."""
    return fill_log(database.admin_dsn, database.cell, some_events(seed, events), tenants)


def committer(database: Database) -> BlockingCommitter:
    """Appends as the application does."""
    return BlockingCommitter(lambda: psycopg.connect(database.app_dsn, autocommit=True))


_keys = itertools.count()


def one_save(events: Sequence[NewEvent], actor: str = "system:dispatcher") -> Save:
    """A command that saves these events."""
    key = f"told-{next(_keys)}"
    return Save(CommandContext(TENANT, actor, key, fingerprint_of(key), some_id(801), NOON), tuple(events))


@contextmanager
def a_busy_log(database: Database, seed: int, pause_s: float = 0.0) -> Iterator[Callable[[], int]]:
    """Somebody appends all the time; the value tells how many commands were done so far."""
    stop, done = threading.Event(), 0
    failed: list[BaseException] = []

    def work() -> None:
        nonlocal done
        log = committer(database)
        try:
            for step in RoadsideHistory(seed).steps():
                if stop.is_set():
                    return
                save = one_save(step.events, step.actor)
                while not _appended(log, save):
                    time.sleep(0.02)
                done += 1
                if pause_s:
                    time.sleep(pause_s)
        except BaseException as error:  # noqa: BLE001  (told to the test below)
            failed.append(error)
        finally:
            log.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield lambda: done
    finally:
        stop.set()
        thread.join()
        if failed:
            raise failed[0]


def _appended(log: BlockingCommitter, save: Save) -> bool:
    """While the log cannot be reached the same save is sent again: it stands once."""
    try:
        log.append(save)
    except LogUnavailable:
        return False
    return True


def eventually(holds: Callable[[], object], what: str, within_s: float = PATIENCE_S) -> None:
    """Wait until something holds; fails the test when it does not in time."""
    give_up_at = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > give_up_at:
            raise AssertionError(f"not within {within_s} s: {what}")
        time.sleep(0.005)


def caught_up(connection: Connection) -> bool:
    """Whether every read model has seen the whole log."""
    found = lags(connection)
    return bool(found) and all(lag.events == 0 for lag in found)
