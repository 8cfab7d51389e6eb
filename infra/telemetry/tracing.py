"""How is one request followed through route, engine and log? By OpenTelemetry spans, when a setting asks for them."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from infra.telemetry.redaction import redact_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

Attribute = str | int | float | bool

# Spans waiting for a collector that is away: some seconds of full load; more are dropped, never waited for.
MAX_WAITING_SPANS: Final = 4096
# A collector that takes longer has a problem of its own; spans are not worth holding a shutdown up.
EXPORT_TIMEOUT_S: Final = 5

_W3C: Final = TraceContextTextMapPropagator()
_provider: TracerProvider | None = None
_tracer: trace.Tracer | None = None


def configure_tracing(process: str, otlp_endpoint: str | None = None, exporter: SpanExporter | None = None) -> None:
    """Send this process's spans to an OTLP/HTTP endpoint (its whole url), or to ``exporter`` (tests), or nowhere."""
    global _provider, _tracer  # noqa: PLW0603  one provider per process, as OpenTelemetry has it
    stop_tracing()
    if exporter is None and not otlp_endpoint:
        return
    _provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"vehicaid-{process}"}))
    if exporter is not None:
        _provider.add_span_processor(SimpleSpanProcessor(exporter))
    else:
        away = OTLPSpanExporter(endpoint=otlp_endpoint, timeout=EXPORT_TIMEOUT_S)
        _provider.add_span_processor(BatchSpanProcessor(away, max_queue_size=MAX_WAITING_SPANS))
    _tracer = _provider.get_tracer("vehicaid")


def stop_tracing() -> None:
    """Send what waits and trace no more."""
    global _provider, _tracer  # noqa: PLW0603
    if _provider is not None:
        _provider.shutdown()
    _provider = _tracer = None


def is_tracing() -> bool:
    """Whether spans go anywhere."""
    return _tracer is not None


def span(name: str, parent: Context | None = None, **attributes: Attribute) -> AbstractContextManager[Span | None]:
    """A span around a block; costs nothing while tracing is off (then it yields None)."""
    if _tracer is None:
        return nullcontext()
    shown = {f"vehicaid.{key}": redact_text(v) if isinstance(v, str) else v for key, v in attributes.items()}
    # An exception's text may quote its input: the status says that it failed, the log says why.
    return _tracer.start_as_current_span(
        name, parent, attributes=shown, record_exception=False, set_status_on_exception=False
    )


def parent_of(headers: Mapping[str, str]) -> Context:
    """The caller's span as W3C ``traceparent`` names it; a new trace when there is none or it is malformed."""
    return _W3C.extract(headers)


def traceparent() -> str | None:
    """The current span as a header for whoever we call, or None outside of a trace."""
    carrier: dict[str, str] = {}
    _W3C.inject(carrier)
    return carrier.get("traceparent")
