"""What do tests of the analysts' way in stand on?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest

from infra.analytics.place import analyst_dsn
from infra.analytics.presenter import present
from infra.projections.catch_up import bring_up_to_date
from infra.projections.facts import Connection
from tests.projections.telling import tell
from tests.support.servers import Database

OURS, THEIRS = "demo", "rival"
EVENTS = 600

Analyst = Callable[..., Connection]


def furnished(database: Database) -> Database:
    """A database in which two tenants have worked, with everything that analysts are shown."""
    tell(database, 3, EVENTS, (OURS, THEIRS))
    bring_up_to_date(database.settings)
    assert not present(database.settings).failed
    return database


@pytest.fixture
def house(database: Database) -> Database:
    """One of the test's own."""
    return furnished(database)


@pytest.fixture
def analyst(house: Database) -> Iterator[Analyst]:
    """Opens sessions of the real role; of our tenant unless another is named."""
    with ExitStack() as stack:

        def come_in(tenant: str | None = OURS) -> Connection:
            return stack.enter_context(psycopg.connect(analyst_dsn(house.settings, tenant), autocommit=True))

        yield come_in
