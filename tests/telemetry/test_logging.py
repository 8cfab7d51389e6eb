"""Does a log line say who, where and which request, and nothing about people?"""

import io
import json
import logging
from collections.abc import Iterator
from typing import cast

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import BaseModel, ValidationError

from infra.telemetry.logging import bind, clear, configure_logging, log
from infra.telemetry.tracing import configure_tracing, span, stop_tracing


class Lines:
    """What has been logged so far, line by line."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def all(self) -> list[dict[str, object]]:
        return [cast("dict[str, object]", json.loads(line)) for line in self.text.splitlines()]

    @property
    def last(self) -> dict[str, object]:
        return self.all()[-1]


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    lines = Lines()
    configure_logging("debug", "api", lines.stream)
    clear()
    yield lines
    clear()
    root.handlers[:] = before
    root.setLevel(level)


def test_a_line_is_one_json_object_with_its_surroundings(lines: Lines) -> None:
    bind(correlation_id="c0ffee", tenant="demo", actor="customer:usr_1")
    log("dispatch").info("offer_made", offer_id="off_1", wait_s=1.5)
    line = lines.last
    assert line.pop("at")
    assert line == {
        "event": "offer_made",
        "level": "info",
        "logger": "dispatch",
        "process": "api",
        "correlation_id": "c0ffee",
        "tenant": "demo",
        "actor": "customer:usr_1",
        "offer_id": "off_1",
        "wait_s": 1.5,
    }


def test_what_a_request_bound_is_gone_with_the_next(lines: Lines) -> None:
    bind(actor="customer:usr_1")
    clear()
    log("x").info("next")
    assert "actor" not in lines.last


def test_the_libraries_lines_are_json_too(lines: Lines) -> None:
    logging.getLogger("some.library").warning("took %s ms", 12)
    assert (lines.last["event"], lines.last["logger"], lines.last["level"]) == ("took 12 ms", "some.library", "warning")


def test_a_line_inside_a_span_names_its_trace(lines: Lines) -> None:
    configure_tracing("api", exporter=InMemorySpanExporter())
    try:
        with span("outer") as current:
            log("x").info("traced")
            assert current is not None
            assert lines.last["trace_id"] == f"{current.get_span_context().trace_id:032x}"
    finally:
        stop_tracing()


def test_personal_fields_and_credentials_are_hidden_at_any_depth(lines: Lines) -> None:
    log("x").info(
        "called",
        phone="+919830012345",
        Name="Asha",
        lat=22.58513,
        request={
            "contact": {"name": "Asha"},
            "stops": [{"address": "12 Lake Road", "km": 3}],
            "Authorization": "Bearer abc",
        },
        text="Asha is at 22.58513, 88.34217, call +91 98300 12345",
        url="postgresql://vehicaid:s3cret@127.0.0.1/db",
    )
    for shown in ('Asha"', "98300", "22.585", "88.342", "Lake Road", "abc", "s3cret"):
        assert shown not in lines.text
    request = cast("dict[str, list[dict[str, object]]]", lines.last["request"])
    assert request["stops"][0]["km"] == 3


def test_an_exception_is_told_without_its_input(lines: Lines) -> None:
    class Caller(BaseModel):
        age: int

    typed = "Asha Ghosh of +919830012345"
    try:
        Caller.model_validate({"age": typed})
    except ValidationError:
        log("x").exception("refused")
    assert "ValidationError" in str(lines.last["exception"])
    assert "Asha" not in lines.text
    assert "98300" not in lines.text


def test_a_token_is_hidden_wherever_it_stands(lines: Lines) -> None:
    refresh, access = "vrt_" + "Ab1-_" * 17, "eyJhbGciOiJFZDI1NTE5In0.eyJzdWIiOiJ1c3JfMSJ9.c2ln"
    log("here").info(
        "odd", said=f"sent {refresh} and {access}!", given={"refresh_token": refresh, "device": "6f1c9a52"}
    )
    assert lines.last["said"] == "sent [hidden] and [hidden]!"
    assert lines.last["given"] == {"refresh_token": "[hidden]", "device": "[hidden]"}


def test_what_the_database_quotes_of_a_row_is_hidden(lines: Lines) -> None:
    logging.getLogger("psycopg").error("DETAIL: Key (phone)=(9830012345) already exists.")
    logging.getLogger("psycopg").error("DETAIL: Failing row contains (7, Asha Ghosh, 9830012345).")
    assert "98300" not in lines.text
    assert "Asha" not in lines.text


def test_values_that_json_does_not_know_are_written_as_text(lines: Lines) -> None:
    log("x").info("odd", thing=object, bytes_=b"\x00\xff", deep=[[[[[[[["x"]]]]]]]])
    assert lines.last["event"] == "odd"


def test_every_request_line_of_the_server_is_silenced(lines: Lines) -> None:
    logging.getLogger("uvicorn.access").info('127.0.0.1 - "GET /v1/x?phone=9830012345"')
    assert lines.text == ""
