"""Do the numbers move, are they served, and are they all ours?"""

import urllib.request
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families
from psycopg_pool import AsyncConnectionPool

from application.log import CommandContext, NewEvent, Save, VersionConflict
from application.personal import PersonalKind, PersonalRecord
from infra.embedded.ports import free_port
from infra.event_store.log import PostgresEventLog
from infra.personal.crypto import MasterKeys
from infra.personal.store import PostgresPersonalStore
from infra.telemetry.metrics import REGISTRY, exposition, start_metrics_server
from infra.telemetry.observed import LogObserver, PersonalObserver
from tests.support.servers import Database


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_every_metric_bears_our_name_and_says_what_it_is() -> None:
    families = list(text_string_to_metric_families(exposition()[0].decode()))
    assert len(families) > 10
    assert [family.name for family in families if not family.name.startswith("vehicaid_")] == []
    assert [family.name for family in families if not family.documentation] == []


def test_the_numbers_are_served_until_stopped() -> None:
    port = free_port()
    stop = start_metrics_server(port)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            assert b"vehicaid_append_seconds_bucket" in answer.read()
        with pytest.raises(OSError, match="in use"):
            start_metrics_server(port)
    finally:
        stop()
    start_metrics_server(port)()


@pytest.mark.anyio
async def test_appends_conflicts_and_replays_are_counted(database: Database) -> None:
    async with AsyncConnectionPool(database.app_dsn, kwargs={"autocommit": True}, open=False) as readers:
        log = PostgresEventLog(database.app_dsn, readers, observer=LogObserver())
        names = ("append_seconds_count", "append_batch_size_sum", "appended_events_total", "conflicts_total")
        before = {name: value(f"vehicaid_{name}") for name in (*names, "replayed_commands_total")}
        first = save("a", version=1)
        await log.append(first)
        await log.append(first)
        with pytest.raises(VersionConflict):
            await log.append(save("b", version=1, stream=first.events[0].stream_id))
        await log.close()
    moved = {name: value(f"vehicaid_{name}") - was for name, was in before.items()}
    assert moved["append_seconds_count"] == moved["append_batch_size_sum"] == 3
    assert moved["conflicts_total"] == moved["replayed_commands_total"] == 1


@pytest.mark.anyio
async def test_personal_puts_are_counted(database: Database) -> None:
    before = value("vehicaid_personal_batch_size_sum")
    store = await PostgresPersonalStore(database.app_dsn, MasterKeys(bytes(32)), observer=PersonalObserver()).open()
    await store.put("demo", uuid4(), {uuid4(): PersonalRecord(PersonalKind.VEHICLE, {"plate": "WB 02"})}, uuid4())
    await store.close()
    assert value("vehicaid_personal_batch_size_sum") == before + 1


def save(key: str, version: int, stream: UUID | None = None) -> Save:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    context = CommandContext("demo", "customer:usr_1", key, b"x" * 16, uuid4(), at)
    return Save(context, (NewEvent(stream or uuid4(), version, "thing.made", b"{}", at),))
