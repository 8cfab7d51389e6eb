"""Can the owner of a database be an ordinary role, as with a rented server, and do analysts' views work there?"""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from infra.analytics.place import analyst_dsn
from infra.analytics.presenter import present
from infra.embedded.postgres import EmbeddedPostgres
from infra.migrate import migrate, migrations
from infra.projections.install import install_read_models
from infra.settings import Settings
from tests.support.servers import CELL, PASSWORD
from tests.support.sessions import current_session

pytestmark = pytest.mark.servers


@dataclass(frozen=True)
class Rented:
    """A server on which we are nobody special."""

    server: EmbeddedPostgres

    def url(self, role: str) -> str:
        return self.server.url(role, PASSWORD, "rented")


@pytest.fixture
def rented() -> Iterator[Rented]:
    server = EmbeddedPostgres(current_session() / "rented", PASSWORD, fsync=False)
    server.start()
    try:
        with psycopg.connect(server.admin_url, autocommit=True) as landlord:
            landlord.execute(f"CREATE ROLE tenant_of_ours LOGIN CREATEROLE PASSWORD '{PASSWORD}'")
            landlord.execute("CREATE DATABASE rented OWNER tenant_of_ours")
        yield Rented(server)
    finally:
        server.stop()


def test_an_ordinary_owner_can_migrate_and_analysts_can_read(rented: Rented) -> None:
    owner = rented.url("tenant_of_ours")
    assert len(migrate(owner, CELL)) == len(migrations())
    with psycopg.connect(owner, autocommit=True) as connection:
        for role in ("vehicaid_app", "vehicaid_analyst"):
            connection.execute(f"ALTER ROLE {role} PASSWORD '{PASSWORD}'".encode())
    settings = Settings(
        database_url=rented.url("vehicaid_app"),
        admin_database_url=owner,
        analyst_database_url=rented.url("vehicaid_analyst"),
        cell=CELL,
    )
    install_read_models(settings)
    done = present(settings)
    assert (done.failed, "requests" in done.made) == ({}, True)
    with psycopg.connect(analyst_dsn(settings, "demo")) as analyst:
        assert analyst.execute("SELECT count(*) FROM requests").fetchone() == (0,)
