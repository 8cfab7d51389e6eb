"""Does one worker at a time hold an operation, and nobody a dead one's?"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest

from application.log import LogUnavailable
from infra.worker.locks import OperationLocks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

# Returns when they are gone: a session that was only told to go still holds its locks.
KILL = (
    "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity"
    " WHERE application_name = 'vehicaid-worker-locks' AND datname = current_database()"
)
NOBODY: frozenset[str] = frozenset()


@asynccontextmanager
async def some_locks(database: Database) -> AsyncIterator[OperationLocks]:
    """As of a process of its own."""
    locks = OperationLocks(database.settings)
    try:
        yield locks
    finally:
        await locks.close()


async def test_one_holds_it_and_others_go_on_with_the_rest(shared_database: Database) -> None:
    async with some_locks(shared_database) as one, some_locks(shared_database) as another:
        async with one.held(["a", "b", "b"]) as ours:
            assert ours == {"a", "b"}
            async with another.held(["a", "c"]) as theirs, one.held(["a", "c"]) as again:
                assert (theirs, again) == (frozenset({"c"}), NOBODY)
        async with another.held(["a", "b", "c"]) as theirs:
            assert theirs == {"a", "b", "c"}


async def test_whoever_fails_gives_it_back(shared_database: Database) -> None:
    async with some_locks(shared_database) as one, some_locks(shared_database) as another:
        with pytest.raises(RuntimeError):
            async with one.held(["a"]):
                raise RuntimeError("whatever")
        async with another.held(["a"]) as theirs:
            assert theirs == {"a"}


async def test_a_session_that_ends_holds_nothing(shared_database: Database) -> None:
    async with some_locks(shared_database) as one, some_locks(shared_database) as another:
        async with one.held(["a"]) as ours:
            assert ours == {"a"}
            with psycopg.connect(shared_database.admin_dsn, autocommit=True) as owner:
                owner.execute(KILL)
            async with another.held(["a"]) as theirs:
                assert theirs == {"a"}
                with pytest.raises(LogUnavailable):
                    async with one.held(["b"]):
                        pass
                async with one.held(["a", "b"]) as again:
                    assert again == {"b"}
        async with one.held(["a"]) as ours:
            assert ours == {"a"}
