"""What do tests of positions ask for? A store over real servers, with its own corner of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.positions.store import Positions, open_positions
from tests.positions.memory import MemoryPositions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from application.positions import PositionStore
    from tests.support.servers import Database


@pytest.fixture
async def positions(database: Database, redis_url: str) -> AsyncIterator[Positions]:
    """The track and Redis together."""
    settings = database.settings.model_copy(update={"redis_url": redis_url})
    async with open_positions(settings, "test-positions") as store:
        yield store


@pytest.fixture(params=["memory", "track", "track and redis"])
async def any_store(request: pytest.FixtureRequest) -> AsyncIterator[PositionStore]:
    """Everything that keeps positions, one after the other."""
    if request.param == "memory":
        yield MemoryPositions()
        return
    database: Database = request.getfixturevalue("database")
    settings = database.settings
    if request.param == "track and redis":
        settings = settings.model_copy(update={"redis_url": request.getfixturevalue("redis_url")})
    async with open_positions(settings, "test-positions") as store:
        yield store
