"""How does a process write its log? One JSON object a line, with who, where and which request, and no personal data."""

from __future__ import annotations

import logging
import logging.config
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, cast

import msgspec
import structlog
from opentelemetry import trace

from infra.telemetry.redaction import HIDDEN, is_hidden, redact, redact_text

if TYPE_CHECKING:
    from typing import TextIO

    from structlog.typing import EventDict, WrappedLogger

# Written by us or by structlog; safe by construction and needed to read the line at all.
_OURS: Final = frozenset({"event", "level", "at", "logger", "process", "correlation_id", "trace_id", "actor", "tenant"})
# These speak on every request or query; below this level they would drown, or quote, what matters.
_TALKATIVE: Final = {"uvicorn.access": "CRITICAL", "asyncio": "WARNING", "httpx": "WARNING", "httpcore": "WARNING"}

_bound: ContextVar[dict[str, str]] = ContextVar("bound")
"""One dictionary for all names: a request sets it twice, so it has to cost nothing."""


def bind(**names: str) -> None:
    """Name something for every later line of this request: correlation_id, tenant, actor."""
    _bound.set({**_bound.get({}), **names})


def clear() -> None:
    """Forget what the request before had bound."""
    _bound.set({})


def is_debugging(name: str) -> bool:
    """Whether debug lines of that logger go anywhere: asked first where a line would cost more than the answer."""
    return logging.getLogger(name).isEnabledFor(logging.DEBUG)


def log(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module: ``log(__name__).info("provider_released", shift_id=...)``."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(name))


def configure_logging(level: str, process: str, stream: TextIO | None = None) -> None:
    """Send every line of this process, ours and the libraries', as JSON to ``stream`` (stdout).

    ``level`` is debug, info, warning or error; ``process`` is api, projector, dispatcher, ...
    """
    shared: list[structlog.typing.Processor] = [
        _add_bound,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _name_process(process),
        _add_trace_id,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(_formatter(shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name, at_least in _TALKATIVE.items():
        logging.getLogger(name).setLevel(at_least)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def _formatter(shared: list[structlog.typing.Processor]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            redact_line,
            structlog.processors.JSONRenderer(serializer=_json),
        ],
    )


def redact_line(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """The last wall: whatever a caller put into a line, no personal field and no credential leaves."""
    shown: EventDict = {}
    for key, value in line.items():
        if key in _OURS:
            shown[key] = redact_text(value) if key == "event" and isinstance(value, str) else value
        else:
            shown[key] = HIDDEN if is_hidden(key) else redact(value)
    return shown


def _name_process(process: str) -> structlog.typing.Processor:
    def add(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        line["process"] = process
        return line

    return add


def _add_bound(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    for name, value in _bound.get({}).items():
        line.setdefault(name, value)
    return line


def _add_trace_id(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        line["trace_id"] = f"{span.trace_id:032x}"
    return line


def _json(line: EventDict, **_ignored: object) -> str:
    return msgspec.json.encode(line, enc_hook=str).decode()
