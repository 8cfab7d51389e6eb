"""Is one request followed through route, engine and log, under the caller's trace, and only when a setting asks?"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import UUID, uuid4

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from infra.telemetry.asgi import ObserveRequests
from infra.telemetry.metrics import REGISTRY
from infra.telemetry.tracing import configure_tracing, is_tracing, span, stop_tracing, traceparent

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SENT = f"00-{TRACE}-00f067aa0ba902b7-01"


async def _show(request: Request) -> JSONResponse:
    with span("inner"):
        return JSONResponse({"correlation_id": str(request.state.correlation_id), "out": traceparent()})


async def _fail(_request: Request) -> JSONResponse:
    raise RuntimeError("the number is +919830012345")


APP = ObserveRequests(
    Starlette(routes=[Route("/v1/things/{thing_id}", _show, methods=["GET", "POST"]), Route("/v1/broken", _fail)])
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    configure_tracing("api", exporter=exporter)
    yield exporter
    stop_tracing()


async def call(path: str, method: str = "GET", **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(APP, raise_app_exceptions=False)
    sent = {name.encode(): one.encode("latin-1") for name, one in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path, headers=sent)


def named(spans: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {one.name: one for one in spans.get_finished_spans()}


async def test_the_callers_trace_goes_on(spans: InMemorySpanExporter) -> None:
    answer = await call(f"/v1/things/{uuid4()}", traceparent=SENT)
    found = named(spans)
    route, inner = found["GET /v1/things/{thing_id}"], found["inner"]
    assert route.context is not None
    assert inner.parent is not None
    assert route.parent is not None
    assert f"{route.context.trace_id:032x}" == TRACE
    assert f"{route.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert inner.parent.span_id == route.context.span_id
    assert answer.json()["correlation_id"] == answer.headers["x-correlation-id"] == str(UUID(TRACE))
    assert answer.json()["out"].startswith(f"00-{TRACE}-")


@pytest.mark.parametrize("sent", ["", "nonsense", f"00-{'0' * 32}-00f067aa0ba902b7-01", "00-xyz-1-2", "ÿ" * 60])
@pytest.mark.parametrize("on", [True, False])
async def test_a_malformed_traceparent_begins_a_new_trace(sent: str, *, on: bool) -> None:
    if on:
        configure_tracing("api", exporter=InMemorySpanExporter())
    try:
        answer = await call("/v1/things/1", traceparent=sent)
    finally:
        stop_tracing()
    assert answer.status_code == 200
    assert UUID(answer.headers["x-correlation-id"]).int > 0


async def test_without_a_setting_nothing_is_traced_and_the_trace_id_is_still_the_correlation_id() -> None:
    assert not is_tracing()
    answer = await call("/v1/things/1", traceparent=SENT)
    assert answer.json() == {"correlation_id": str(UUID(TRACE)), "out": None}


async def test_an_error_is_marked_and_not_quoted(spans: InMemorySpanExporter) -> None:
    assert (await call("/v1/broken")).status_code == 500
    (one,) = spans.get_finished_spans()
    assert (one.attributes or {})["http.response.status_code"] == 500
    assert "98300" not in one.to_json()


async def test_a_request_is_measured_under_its_template_and_status_class() -> None:
    def count(metric: str, route: str, status: str) -> float:
        return REGISTRY.get_sample_value(f"vehicaid_{metric}_seconds_count", {"route": route, "status": status}) or 0

    expected = [("command", "/v1/things/{thing_id}", "2xx"), ("query", "/v1/things/{thing_id}", "2xx")]
    expected += [("query", "unmatched", "4xx"), ("query", "/v1/broken", "5xx")]
    before = [count(*one) for one in expected]
    await call("/v1/things/1", "POST")
    await call("/v1/things/2")
    await call("/etc/passwd?phone=9830012345")
    await call("/v1/broken")
    assert [count(*one) for one in expected] == [was + 1 for was in before]


async def test_spans_reach_a_collector_over_otlp_http() -> None:
    got: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        configure_tracing("api", f"http://127.0.0.1:{server.server_port}/v1/traces")
        await call("/v1/things/1")
        stop_tracing()
    finally:
        server.shutdown()
        server.server_close()
    sent = ExportTraceServiceRequest.FromString(got[0])
    names = [one.name for resource in sent.resource_spans for scope in resource.scope_spans for one in scope.spans]
    assert sorted(names) == ["GET /v1/things/{thing_id}", "inner"]
