"""Is a real command followed from its route to the log, counted, and logged under one id?"""

import io
import json
import logging
from collections.abc import Iterator
from typing import cast

import psycopg
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from domain.actor import Role
from infra.telemetry.logging import configure_logging
from infra.telemetry.metrics import REGISTRY
from infra.telemetry.tracing import configure_tracing, stop_tracing
from tests.support.api import HELP, in_process, projecting, somebody
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PATH = "/v1/service-requests"
ROUTE = {"route": PATH, "status": "2xx"}


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    configure_tracing("api", exporter=exporter)
    yield exporter
    stop_tracing()


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging("debug", "api", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def chain(spans: InMemorySpanExporter, innermost: str) -> list[str]:
    """The names from the innermost span to the outermost of our own."""
    by_id = {one.context.span_id: one for one in spans.get_finished_spans() if one.context is not None}
    found = [one for one in by_id.values() if one.name == innermost]
    names = []
    current: ReadableSpan | None = found[-1]
    while current is not None:
        names.append(current.name)
        assert current.context is not None
        assert f"{current.context.trace_id:032x}" == TRACE
        current = by_id.get(current.parent.span_id) if current.parent is not None else None
    return names


async def test_one_command_is_one_trace_one_count_and_one_line(
    database: Database, spans: InMemorySpanExporter, written: io.StringIO
) -> None:
    names = ("append_seconds_count", "append_batch_size_sum", "replayed_commands_total", "personal_batch_size_sum")
    before = {name: REGISTRY.get_sample_value(f"vehicaid_{name}") or 0 for name in names}
    counted = REGISTRY.get_sample_value("vehicaid_command_seconds_count", ROUTE) or 0
    customer = somebody(Role.CUSTOMER)
    with projecting(database.settings):
        async with in_process(database.settings) as api:
            await api.until_ready()
            for _ in range(2):
                answer = await api.post(
                    PATH, customer, HELP, key="once", headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
                )
                assert answer.status_code == 201
                assert answer.headers["x-correlation-id"].replace("-", "") == TRACE

    assert chain(spans, "log.append") == ["log.append", "engine.run", f"POST {PATH}"]
    moved = {name: (REGISTRY.get_sample_value(f"vehicaid_{name}") or 0) - was for name, was in before.items()}
    assert moved["append_seconds_count"] == moved["append_batch_size_sum"] == 2
    assert moved["replayed_commands_total"] == 1
    assert moved["personal_batch_size_sum"] >= 1
    assert REGISTRY.get_sample_value("vehicaid_command_seconds_count", ROUTE) == counted + 2

    lines = [cast("dict[str, object]", json.loads(line)) for line in written.getvalue().splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) == 2
    assert {line["trace_id"] for line in requests} == {TRACE}
    assert {(line["tenant"], line["actor"]) for line in requests} == {("demo", customer.text)}
    assert {(line["route"], line["status"]) for line in requests} == {(PATH, 201)}


async def test_the_event_itself_bears_the_callers_trace_as_its_correlation(database: Database) -> None:
    headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    with projecting(database.settings):
        async with in_process(database.settings) as api:
            await api.until_ready()
            assert (await api.post(PATH, somebody(Role.CUSTOMER), HELP, headers=headers)).is_success
    with psycopg.connect(database.app_dsn) as connection:
        rows = connection.execute("SELECT DISTINCT correlation_id FROM events").fetchall()
    assert [row[0].hex for row in rows] == [TRACE]
