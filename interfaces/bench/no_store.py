"""How fast would the API be with no store behind it? The same application over a log that forgets."""

from __future__ import annotations

import itertools
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import UUID

import uvicorn

from application.engine import Engine
from application.log import CommandContext, LoggedEvent, Receipt, Save
from infra.bootstrap import build
from infra.settings import Settings, load_settings
from infra.telemetry.logging import configure_logging
from interfaces.http.app import build_app
from interfaces.http.server import configured

if TYPE_CHECKING:
    from fastapi import FastAPI

    from application.personal import PersonalRecord, PersonalStore


class ForgetfulLog:
    """Acknowledges every save at once and keeps nothing."""

    def __init__(self) -> None:
        self._positions = itertools.count(1)

    async def append(self, save: Save) -> Receipt:
        """Say that it stands."""
        position = next(self._positions)
        return Receipt(position, position, tuple([e.version or 1 for e in save.events]), save.answer, replayed=False)

    async def read_stream(
        self, tenant: str, stream_id: UUID, after_version: int = -1, upto_position: int | None = None
    ) -> Sequence[LoggedEvent]:
        """There is nothing to read."""
        del tenant, stream_id, after_version, upto_position
        return ()

    async def recall(self, context: CommandContext) -> Receipt | None:
        """Nothing was answered before."""
        del context
        return None


class ForgetfulPersonalStore:
    """Takes records and keeps none; whatever else is asked goes to the real store."""

    def __init__(self, real: PersonalStore) -> None:
        self._real = real

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)

    async def put(
        self, tenant: str, person_id: UUID, records: Mapping[UUID, PersonalRecord], command_id: UUID | None = None
    ) -> None:
        """Say that they are kept."""
        del tenant, person_id, records, command_id


def open_forgetful_app(settings: Settings) -> FastAPI:
    """The application as served, save that commands are acknowledged without being written."""
    app = build_app(settings)

    @asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator[None]:
        stack = await build(settings, "vehicaid-no-store")
        stack.engine = Engine(ForgetfulLog(), stack.aggregates)
        stack.personal = ForgetfulPersonalStore(stack.personal)  # type: ignore[assignment]  # delegates what it lacks
        running.state.stack = stack
        yield
        await stack.close()

    app.router.lifespan_context = lifespan
    return app


def main() -> None:
    """Serve until a signal comes."""
    settings = load_settings()
    configure_logging(settings.log_level, "no-store")
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    uvicorn.Server(configured(settings, open_forgetful_app(settings))).run()


if __name__ == "__main__":
    main()
