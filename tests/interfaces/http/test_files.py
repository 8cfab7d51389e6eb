"""Does an uploaded file reach those who may see it, and nobody else?"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest

from domain.actor import Actor, Duty, Role
from domain.ids import Prefix, new_id, parse, show
from infra.bootstrap import Stack
from infra.files.links import FileLink
from tests.files import samples
from tests.interfaces.http.applicants import applied, document, path_of
from tests.support.api import Api, Job, Json, fresh_key, somebody
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
NUMBER = "OG-26-1234-1801-00009876"
KEPT_NUMBER = "OG261234180100009876"
HTML = b"<html><script>alert(1)</script></html>"


@pytest.fixture
async def job(api: Api) -> Job:
    return await applied(api, api.desk)


async def send(
    api: Api, actor: Actor | None, content: bytes | AsyncIterator[bytes], query: str = "", **headers: str
) -> httpx.Response:
    told = {"Idempotency-Key": fresh_key(), "Content-Type": "image/jpeg", **headers}
    return await api.client.post(f"/v1/files{query}", content=content, headers=api.headers(actor, told))


async def kept(api: Api, actor: Actor, content: bytes | None = None) -> Json:
    answer = await send(api, actor, samples.jpeg() if content is None else content)
    assert answer.status_code == 201, answer.text
    told: Json = answer.json()
    return told


async def shown(api: Api, job: Job, **more: object) -> str:
    """A document with a file and a number; where it is found."""
    file = await kept(api, job.provider)
    body = {**document("insurance"), "number": NUMBER, "file_id": file["file_id"], **more}
    del body["sha256"]
    done = await api.done(f"{path_of(job)}/documents", job.provider, body)
    return f"{path_of(job)}/documents/{done['document_id']}"


async def read(api: Api, path: str, actor: Actor) -> Json:
    answer = await api.get(path, actor, min_position=api.reached)
    assert answer.is_success, answer.text
    told: Json = answer.json()
    return told


async def url_of(api: Api, path: str, actor: Actor) -> str:
    file = (await read(api, path, actor))["file"]
    assert isinstance(file, dict)
    return str(file["url"])


async def test_a_file_is_drawn_anew_named_in_a_document_and_taken_by_a_link_without_a_token(api: Api, job: Job) -> None:
    path = await shown(api, job)
    for actor in (job.provider, api.desk, somebody(Role.AUDITOR)):
        told = await read(api, path, actor)
        assert (told["number"], told["state"], told["has_file"]) == (KEPT_NUMBER, "uploaded", True)
        taken = await api.client.get(await url_of(api, path, actor))
        assert (taken.status_code, taken.headers["content-type"]) == (200, "image/jpeg")
        assert b"Xyzzy" not in taken.content
        assert taken.headers["content-disposition"].startswith('attachment; filename="insurance-')
        assert taken.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in taken.headers["content-security-policy"]
        assert taken.headers["cache-control"] == "private, no-store"


async def test_the_same_file_has_its_first_id_and_its_hash_is_of_what_is_kept(api: Api, job: Job) -> None:
    first, again = await kept(api, job.provider), await kept(api, job.provider)
    assert first == again
    by_the_desk = await send(api, api.desk, samples.jpeg(), f"?provider_id={job.shift['provider_id']}")
    assert by_the_desk.json() == first


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (HTML, "unknown_type"),
        (b"", "empty"),
        (samples.jpeg() + HTML, "two_in_one"),
        (samples.a_pdf() + samples.archive(), "two_in_one"),
        (samples.bomb(), "too_many_pixels"),
        (samples.jpeg()[:500], "unreadable"),
        (samples.a_pdf(script=True), "active_content"),
    ],
)
async def test_what_is_not_what_it_says_is_not_taken(api: Api, job: Job, content: bytes, flaw: str) -> None:
    answer = await send(api, job.provider, content)
    assert (answer.status_code, answer.json()["code"], answer.json()["flaw"]) == (422, "file_not_taken", flaw)


async def test_nobody_sends_without_end(api: Api, job: Job) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield bytes(1_048_576)

    for content in (bytes(10_485_761), endless()):
        answer = await send(api, job.provider, content)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_a_name_that_somebody_sends_goes_nowhere(api: Api, job: Job) -> None:
    evil = {"Content-Disposition": 'attachment; filename="../../../etc/passwd"', "Content-Type": "text/html"}
    answer = await send(api, job.provider, samples.png(), **evil)
    assert answer.json()["media_type"] == "image/png"
    assert "passwd" not in answer.text


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PROVIDER, Role.DISPATCHER, Role.ADMIN, Role.SYSTEM}))
async def test_others_upload_nothing(api: Api, job: Job, role: Role) -> None:
    answer = await send(api, somebody(role), samples.jpeg(), f"?provider_id={job.shift['provider_id']}")
    assert answer.json()["code"] == "forbidden"


async def test_nobody_uploads_for_another_company_or_tenant(api: Api, job: Job) -> None:
    theirs = f"?provider_id={job.shift['provider_id']}"
    nobody = f"?provider_id={show(Prefix.PROVIDER, new_id(datetime.now(UTC)))}"
    other = await applied(api, api.desk)
    for actor, query in (
        (other.provider, theirs),
        (somebody(Role.DISPATCHER, "rival"), theirs),
        (api.desk, nobody),
        (somebody(Role.PROVIDER), ""),
    ):
        assert (await send(api, actor, samples.jpeg(), query)).json()["code"] == "not_found"
    assert (await send(api, api.desk, samples.jpeg())).json()["code"] == "validation_failed"
    driver = replace(job.provider, person_id=new_id(datetime.now(UTC)), duty=Duty.DRIVER)
    assert (await send(api, driver, samples.jpeg())).json()["code"] == "forbidden"
    assert (await send(api, None, samples.jpeg())).json()["code"] == "unauthenticated"


async def test_a_document_names_no_other_companys_file(api: Api, job: Job) -> None:
    other = await applied(api, api.desk)
    file = await kept(api, other.provider)
    for file_id in (file["file_id"], "fil_" + "0" * 32):
        body = {"kind": "pan", "file_id": file_id}
        refused = await api.post(f"{path_of(job)}/documents", job.provider, body)
        assert refused.json()["code"] == "unknown_file"
    refused = await api.post(f"{path_of(job)}/documents", other.provider, {"kind": "pan", "file_id": file["file_id"]})
    assert refused.json()["code"] == "not_found", "whose company it is comes first"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "pan", "number": "AAPDU0939F"}, "bad_paper_number"),
        ({"kind": "gstin", "number": "27AAPFU0939F1ZZ"}, "bad_gstin"),
        ({"kind": "bank", "number": "123456789012"}, "bad_paper_number"),
        ({"kind": "bank", "branch_code": "HDFC0000123"}, "bad_paper_number"),
        ({"kind": "bank", "number": "123456789012", "branch_code": "HDFC1000123"}, "validation_failed"),
        ({"kind": "pan", "sha256": None}, "bad_document"),
        ({"kind": "rc", "number": "KA01AB1234"}, "bad_document"),
    ],
)
async def test_what_cannot_stand_on_a_document_is_a_clear_problem(api: Api, job: Job, body: Json, code: str) -> None:
    told = {"sha256": "0" * 64, "valid_until": "2099-03-31T00:00:00Z", **body}
    refused = await api.post(f"{path_of(job)}/documents", job.provider, told)
    assert refused.json()["code"] == code, refused.text
    assert str(body.get("number", "27AA")) not in refused.text


async def test_a_link_is_for_one_file_of_one_tenant_and_for_minutes(api: Api, job: Job, stack: Stack) -> None:
    path = await shown(api, job)
    url = await url_of(api, path, job.provider)
    link = parse_qs(urlsplit(url).query)["link"][0]
    now = datetime.now(UTC)
    true = stack.file_links.read(link, now)
    assert true is not None
    assert (true.tenant, true.until - now < timedelta(minutes=5)) == ("demo", True)
    over = stack.file_links.write(replace(true, until=now - timedelta(seconds=1)))
    elsewhere = stack.file_links.write(replace(true, tenant="rival"))
    nothing = stack.file_links.write(FileLink("demo", new_id(now), "x.pdf", "x", now + timedelta(minutes=1)))
    for wrong in (link[:-2] + "xx", link[:-1], over, elsewhere, nothing, "", "%2e%2e%2fetc"):
        refused = await api.client.get("/v1/downloads/file", params={"link": wrong})
        assert (refused.status_code, refused.json()["code"]) == (403, "link_refused"), wrong


async def test_files_stay_while_a_document_names_them_and_their_company_is_with_us(
    api: Api, job: Job, stack: Stack
) -> None:
    path = await shown(api, job)
    unnamed = await kept(api, job.provider, samples.png())
    told = (await read(api, path, api.desk))["file"]
    assert isinstance(told, dict)
    ever, soon = datetime.now(UTC) - timedelta(days=4_000), datetime.now(UTC) + timedelta(minutes=1)
    await stack.files.sweep(soon, ever, ever)

    async def is_there(file: Json) -> bool:
        return await stack.files.find("demo", parse(Prefix.FILE, str(file["file_id"]))) is not None

    assert (await is_there(told), await is_there(unnamed)) == (True, False)
    await api.done(f"{path_of(job)}/rejection", api.desk, {"reason": "other"}, version=2)
    await stack.waiting.wait_for("provider_directory", api.reached, 10)
    await stack.files.sweep(ever, soon, ever)
    assert await is_there(told), "of who was not taken, for another time than of who left"
    await stack.files.sweep(ever, ever, soon)
    assert not await is_there(told)


async def test_a_crew_members_licence_is_forgotten_with_that_person(api: Api, job: Job, stack: Stack) -> None:
    crew = await api.done(f"{path_of(job)}/crew-members", job.provider, {"skills": ["tow"]})
    crew_id = parse(Prefix.CREW, str(crew["crew_id"]))
    path = await shown(api, job, kind="licence", crew_id=crew["crew_id"], number="KA-01 2011 0012345")
    assert (await read(api, path, api.desk))["number"] == "KA0120110012345"
    other = await shown(api, job)
    (file,) = await stack.files.of_owner("demo", crew_id)
    assert await stack.personal.erase("demo", crew_id)
    assert await stack.files.forget_owner("demo", crew_id) == 1
    assert await stack.files.find("demo", file.file_id) is None
    told = await read(api, path, api.desk)
    assert (told["number"], told["file"]) == (None, None)
    assert (await read(api, other, api.desk))["number"] == KEPT_NUMBER


async def test_the_log_holds_no_number_and_an_erased_company_leaves_nothing(
    api: Api, job: Job, stack: Stack, shared_database: Database
) -> None:
    path = await shown(api, job)
    url = await url_of(api, path, job.provider)
    with psycopg.connect(shared_database.app_dsn) as connection:
        found = connection.execute(
            b"SELECT count(*) FROM events WHERE convert_from(payload, 'UTF8') LIKE %s",
            (f"%{KEPT_NUMBER}%",),
        ).fetchone()
    assert found == (0,)
    assert await stack.personal.erase("demo", parse(Prefix.PROVIDER, str(job.shift["provider_id"])))
    told = await read(api, path, api.desk)
    assert (told["number"], told["file"], told["has_file"]) == (None, None, True)
    assert (await api.client.get(url)).json()["code"] == "link_refused"
