"""Does the desk see who waits for it, longest first, and is everything that it decides over HTTP there again?"""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import psycopg
import pytest

from application.dispatch.ordering import Ordering
from application.log import CommandContext, fingerprint_of
from application.paper_watch import PaperWatch
from application.upload_document import UploadDocument, upload_document
from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, parse
from domain.provider_terms import DocumentKind, Paper
from infra.bootstrap import Stack
from infra.paper_board import PostgresPaperBoard
from tests.interfaces.http.applicants import document, in_review, path_of, with_papers
from tests.interfaces.http.place import Place
from tests.support.api import DEPOT, Api, Json, a_shift, fresh_key, somebody
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


class Silent:
    """Hears of refusals and says nothing."""

    def refused(self, order: str, subject_id: UUID, code: str) -> None:
        del order, subject_id, code


async def ran_out(stack: Stack, owner: Actor, provider_id: UUID, truck_id: UUID) -> None:
    """The truck's paper ended an hour ago, and nobody noted it."""
    then = datetime.now(UTC) - timedelta(hours=2)
    paper = Paper(DocumentKind.PUC, "1" * 64, then + timedelta(hours=1), truck_id=truck_id)
    command = UploadDocument(owner, provider_id, new_id(then), paper, then)
    context = CommandContext(owner.tenant, owner.text, fresh_key(), fingerprint_of("puc"), provider_id, then)
    done = await stack.engine.run(context, partial(upload_document, command))
    await stack.waiting.wait_for("provider_papers", done.position, 10)


async def test_whoever_may_not_drive_goes_home_and_comes_back_with_a_paper_that_was_checked(
    api: Api, place: Place, stack: Stack, shared_database: Database
) -> None:
    owner, shift = await a_shift(api, place.desk)
    path = f"/v1/providers/{shift['provider_id']}"
    fleet = (await api.get(path, owner)).json()
    crew_id, truck_id = fleet["crew"][0]["crew_id"], fleet["trucks"][0]["truck_id"]
    await ran_out(stack, owner, parse(Prefix.PROVIDER, str(shift["provider_id"])), parse(Prefix.TRUCK, truck_id))
    async with await psycopg.AsyncConnection.connect(shared_database.app_dsn, autocommit=True) as connection:
        watch = PaperWatch(PostgresPaperBoard(connection), Ordering(stack.engine, Silent()))
        await watch.look(datetime.now(UTC))
        for model in ("provider_papers", "matching_table"):
            await stack.waiting.wait_for(model, await stack.log_head(), 10)
        await watch.look(datetime.now(UTC) + timedelta(minutes=1))
    told = (await api.get(path, owner)).json()
    assert ([one["state"] for one in told["documents"]], told["on_duty"]) == (["expired"], [])
    body = {"provider_id": shift["provider_id"], "crew_id": crew_id, "truck_id": truck_id, "location": DEPOT}
    renewed = {"kind": "puc", "sha256": "2" * 64, "valid_until": "2099-01-01T00:00:00Z", "truck_id": truck_id}
    shown = await api.done(f"{path}/documents", owner, renewed)
    assert (await api.post("/v1/shifts", owner, body)).json()["code"] == "document_not_valid"
    await api.done(f"{path}/documents/{shown['document_id']}/verification", place.desk)
    assert (await api.post("/v1/shifts", owner, body)).is_success
