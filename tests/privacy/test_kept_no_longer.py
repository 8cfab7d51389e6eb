"""Do exports and the papers of tax go when their days are over, and nothing before?"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from application.personal import PersonalKind, PersonalRecord
from domain.ids import Prefix
from infra.bootstrap import build
from infra.privacy.whom import Person
from infra.retention import purge_exports, purge_tax_papers
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
BILL = PersonalRecord(PersonalKind.BILLING, {"name": "Lakeside Motors"})
NOTE = PersonalRecord(PersonalKind.NOTE, {"text": "by the banyan"})


async def test_what_is_over_goes_and_nothing_else(database: Database) -> None:
    now, person, bill, note = datetime.now(UTC), uuid4(), uuid4(), uuid4()
    stack = await build(database.settings, "vehicaid-test")
    await stack.personal.put("demo", person, {bill: BILL, note: NOTE}, uuid4())
    for asked_at in (now - timedelta(days=8), now):
        await stack.exports.ask(Person("demo", Prefix.USER, person), uuid4(), asked_at)
    assert purge_exports(database.app_dsn) == 1
    assert purge_exports(database.app_dsn) == 0
    assert purge_tax_papers(database.app_dsn, timedelta(days=2_922)) == 0
    with psycopg.connect(database.admin_dsn) as connection:
        connection.execute("UPDATE personal_records SET put_at = now() - interval '9 years'")
    assert purge_tax_papers(database.app_dsn, timedelta(days=2_922)) == 1
    kept = await stack.personal.get("demo", [bill, note])
    assert (kept[bill], kept[note]) == (None, NOTE)
    await stack.close()
