"""Does the desk see who waits for it, longest first, and is everything that it decides over HTTP there again?"""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from domain.actor import Role
from tests.interfaces.http.applicants import document, in_review, path_of, with_papers
from tests.interfaces.http.place import Place
from tests.support.api import Api, Json, somebody
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
QUEUE = "/v1/provider-reviews"


async def queue(api: Api, tenant: str, **query: object) -> Json:
    answer = await api.get(QUEUE, somebody(Role.DISPATCHER, tenant), min_position=api.reached, **query)
    assert answer.is_success, answer.text
    told: Json = answer.json()
    return told


def ids(told: Json) -> list[object]:
    data = told["data"]
    assert isinstance(data, list)
    return [one["id"] for one in data]


async def test_the_queue_shows_the_longest_waiting_first_page_by_page(api: Api, place: Place) -> None:
    tenant = place.desk.tenant
    first, second = await with_papers(api, place.desk), await in_review(api, place.desk)
    waiting = [job.shift["provider_id"] for job in (first, second)]
    told = await queue(api, tenant)
    assert ids(told) == waiting
    page = await queue(api, tenant, limit=1)
    assert ids(page) == waiting[:1]
    assert ids(await queue(api, tenant, limit=1, cursor=page["next_cursor"])) == waiting[1:]
    assert ids(await queue(api, tenant, waits_for="decision")) == waiting[1:]
    assert ids(await queue(api, tenant, state="docs_pending")) == waiting[:1]
    assert ids(await queue(api, "another-city")) == []


async def test_who_was_decided_about_waits_no_more(api: Api, place: Place) -> None:
    job = await in_review(api, place.desk)
    (row,) = (await api.get(QUEUE, place.desk, min_position=api.reached)).json()["data"]
    assert (row["waits_for"], row["missing"], row["documents_waiting"]) == ("decision", [], 0)
    await api.done(f"{path_of(job)}/approval", place.desk, version=row["version"])
    assert ids(await queue(api, place.desk.tenant)) == []


async def test_a_better_one_is_asked_for_and_the_older_is_kept(api: Api, place: Place) -> None:
    job = await with_papers(api, place.desk)
    path = f"{path_of(job)}/documents"
    await api.done(f"{path}/{job.shift['document_id']}/repeat-request", place.desk, {"reason": "unreadable"})
    listed = (await api.get(path, job.provider, min_position=api.reached)).json()["data"]
    asked = next(one for one in listed if one["document_id"] == job.shift["document_id"])
    assert (asked["state"], asked["reason"]) == ("asked_again", "unreadable")
    await api.done(path, job.provider, document(asked["kind"], 9))
    listed = (await api.get(path, somebody(Role.AUDITOR, place.desk.tenant), min_position=api.reached)).json()["data"]
    states = [one["state"] for one in listed if one["kind"] == asked["kind"]]
    assert states == ["uploaded", "superseded"]


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.PROVIDER, Role.ANALYST, Role.FINANCE, Role.PARTNER])
async def test_the_queue_is_the_desks_and_auditors(api: Api, role: Role) -> None:
    assert (await api.get(QUEUE, somebody(role))).json()["code"] == "forbidden"


async def test_whoever_of_us_looks_is_noted_and_a_company_at_its_own_is_not(
    api: Api, place: Place, shared_database: Database
) -> None:
    job = await with_papers(api, place.desk)
    path = f"{path_of(job)}/documents/{job.shift['document_id']}"
    for actor in (job.provider, place.desk):
        assert (await api.get(path, actor, min_position=api.reached)).is_success
    found: list[tuple[object, ...]] = []
    until = datetime.now(UTC) + timedelta(seconds=30)
    with psycopg.connect(shared_database.app_dsn, autocommit=True) as connection:
        while not found and datetime.now(UTC) < until:
            await asyncio.sleep(0.05)
            found = connection.execute(
                b"SELECT actor, operation, object_id FROM security_log"
                b" WHERE tenant = %s AND kind = 'staff_view' AND operation = 'read_document'",
                (place.desk.tenant,),
            ).fetchall()
    assert found == [(place.desk.text, "read_document", job.shift["document_id"])]
