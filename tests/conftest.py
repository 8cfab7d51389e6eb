"""What can every test ask for?"""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from infra.embedded.postgres import EmbeddedPostgres
from infra.embedded.redis import EmbeddedRedis
from tests.support import servers, sessions
from tests.support.effort import examples
from tests.support.servers import Database, PrivatePostgres

# A deadline in milliseconds would test the machine, not the code.
hypothesis_settings.register_profile(
    "ours", deadline=None, max_examples=examples(100), suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("ours")

LONG_STORIES = {"stories", "docs", "faults", "supervisor"}
# Beside those folders: whoever starts processes of its own and waits for them.
LONG_FILES = {
    "test_guide.py", "test_killed.py", "test_killed_at_points.py", "test_order_under_faults.py", "test_privacy.py",
    "test_process.py", "test_process_drives.py", "test_process_timers.py", "test_processes.py", "test_year_end.py",
}  # fmt: skip
# Of those, whoever follows several stories on one system, which each worker would have to start for itself.
ONE_SYSTEM = {"test_guides.py"}
SERVER_FIXTURES = {"postgres_server", "redis_server", "private_postgres"}


def pytest_configure(config: pytest.Config) -> None:
    """The process that is no xdist worker outlives them all: it owns the servers of this run."""
    if not hasattr(config, "workerinput"):
        session = sessions.begin_session()
        config.add_cleanup(lambda: sessions.end_session(session))


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None]:
    """Collect without looking for garbage, and never look through what was collected again: it stays to the end."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Mark what needs servers, so that `make check` can leave it out; begin with what takes long and mostly waits."""
    for item in items:
        if SERVER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.servers)
    yield
    items[:] = in_shares(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def in_shares(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """As many stretches as workers, which xdist gives one to each, every one beginning with its share of what is long.

    What is short comes last, since that is what those who are done early can take over.
    """
    long = [item for item in items if item.path.name in LONG_FILES or not LONG_STORIES.isdisjoint(item.path.parts)]
    known = set(map(id, long))
    short = [item for item in items if id(item) not in known]
    together = [item for item in long if item.path.name in ONE_SYSTEM]
    apart = [item for item in long if item.path.name not in ONE_SYSTEM]
    # Who has the stories of one system begins with them and has the fewer of the others.
    shares = [together, *([] for _ in range(workers - 1))]
    for item in apart:
        min(reversed(shares), key=len).append(item)
    whole, found = len(items), list[pytest.Item]()
    for worker, share in enumerate(shares):
        until = whole * (worker + 1) // workers
        found += share
        taken, short = short[: max(0, until - len(found))], short[max(0, until - len(found)) :]
        found += taken
    return found + short


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests (`@pytest.mark.anyio`) run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_server() -> EmbeddedPostgres:
    """The PostgreSQL of this run, fsync off; most tests want `database` instead."""
    return servers.shared_postgres()


@pytest.fixture(scope="session")
def redis_server() -> EmbeddedRedis:
    """The Redis of this run; most tests want `redis_url` instead."""
    return servers.shared_redis()


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis) -> str:
    """An empty Redis database of the test's own."""
    return servers.fresh_redis_url(redis_server)


@pytest.fixture
def database(postgres_server: EmbeddedPostgres) -> Iterator[Database]:
    """A database of the test's own, migrated and with empty read models."""
    with servers.fresh_database(postgres_server) as fresh:
        yield fresh


@pytest.fixture
def migrated_database(postgres_server: EmbeddedPostgres) -> Iterator[Database]:
    """A database of the test's own that nothing has served yet: migrated, without read models."""
    with servers.fresh_database(postgres_server, template=servers.MIGRATED) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def shared_database(postgres_server: EmbeddedPostgres) -> Iterator[Database]:
    """A database that the tests of one file share, migrated and with empty read models."""
    with servers.fresh_database(postgres_server) as fresh:
        yield fresh


@pytest.fixture
def private_postgres() -> Iterator[PrivatePostgres]:
    """A durable server of the test's own, to be killed."""
    with servers.private_postgres_server() as private:
        yield private


@pytest.fixture(scope="session")
def recorded_data() -> Path:
    """The folder of recorded real data; the test is skipped where it is absent."""
    folder = servers.recorded_data()
    if folder is None:
        # Recorded data are nobody's to copy in: where they are absent there is nothing to compare with.
        pytest.skip("no recorded data: set VEHICAID_DATA_DIR")
    return folder
