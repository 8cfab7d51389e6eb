"""Are the demo's invented callers forgotten in time, and nobody else?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from application.personal import PersonalKind, PersonalRecord
from infra.personal.aging import forget_demo_callers, run_aging
from infra.personal.place import personal_store
from infra.settings import Settings
from tests.support.servers import Database

CALL = PersonalRecord(PersonalKind.CALL, {"name": "Asha Rao", "phone": "+919845067890", "lat": 12.9, "lng": 77.6})
COMPANY = PersonalRecord(PersonalKind.PROFILE, {"name": "Lakeside Recovery", "phone": "+919845012345"})


async def kept(settings: Settings, tenant: str, record: PersonalRecord) -> UUID:
    store, record_id = await personal_store(settings).open(), uuid4()
    await store.put(tenant, uuid4(), {record_id: record}, uuid4())
    await store.close()
    return record_id


def known(database: Database) -> set[UUID]:
    with psycopg.connect(database.admin_dsn) as connection:
        return {row[0] for row in connection.execute("SELECT record_id FROM personal_records").fetchall()}


def age(database: Database, days: int) -> None:
    with psycopg.connect(database.admin_dsn) as connection:
        connection.execute("UPDATE personal_keys SET created_at = created_at - make_interval(days => %s)", [days])


@pytest.mark.anyio
async def test_old_callers_of_the_demo_are_forgotten_and_nobody_else(database: Database) -> None:
    settings = database.settings
    old = await kept(settings, settings.demo_tenant, CALL)
    company = await kept(settings, settings.demo_tenant, COMPANY)
    of_another = await kept(settings, "demo", CALL)
    age(database, days=settings.demo_kept_days + 1)
    young = await kept(settings, settings.demo_tenant, CALL)
    assert await forget_demo_callers(settings, datetime.now(UTC)) == 1
    assert known(database) == {company, of_another, young}
    assert old not in known(database)
    assert await forget_demo_callers(settings, datetime.now(UTC)) == 0
    later = datetime.now(UTC) + timedelta(days=settings.demo_kept_days + 1)
    assert await forget_demo_callers(settings, later) == 1


def test_in_production_nobody_is_the_demos() -> None:
    class Stop:
        """Says stop after the first wait, and counts."""

        waited = 0

        def is_set(self) -> bool:
            return self.waited > 0

        def wait(self, _timeout: float) -> bool:
            self.waited += 1
            return True

    stop = Stop()
    nowhere = Settings(environment="production", database_url="postgresql://127.0.0.1:1/nowhere")
    run_aging(nowhere, stop)  # type: ignore[arg-type]  # as much of an event as the service uses
    assert stop.waited == 1
