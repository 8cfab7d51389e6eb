"""Does somebody get everything about themselves, and nobody else's, and are they forgotten when they ask?"""

import json
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import httpx
import pytest

from application.personal import PersonalKind, PersonalRecord
from domain.actor import Actor, Role
from infra.bootstrap import Stack
from infra.privacy.waits import OPEN_DISPUTES, OPEN_REQUESTS
from tests.interfaces.http.test_sign_in import challenge, code_of, fresh_phone, shown
from tests.support.api import HELP, Api, fresh_key, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
EXPORTS, ERASURES = "/v1/privacy/exports", "/v1/privacy/erasures"


async def signed_in(api: Api, stack: Stack, phone: str) -> str:
    asked = await challenge(api, "demo", phone)
    return str((await shown(api, asked, code_of(stack, asked))).json()["access_token"])


async def ask(api: Api, token: str, path: str, *, order: bool = True) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    if order:
        return await api.client.post(path, headers={**headers, "Idempotency-Key": fresh_key()})
    return await api.client.get(path, headers=headers)


async def test_everything_about_oneself_comes_in_a_zip_by_a_link(api: Api, stack: Stack) -> None:
    phone = fresh_phone()
    token = await signed_in(api, stack, phone)
    first = (await ask(api, token, EXPORTS)).json()
    assert (first["state"], first["url"]) == ("waiting", None)
    assert (await ask(api, token, EXPORTS)).json()["id"] == first["id"], "once an hour"
    while await stack.exports.prepare_next(datetime.now(UTC)):
        pass
    (ready,) = (await ask(api, token, EXPORTS, order=False)).json()["data"]
    taken = await api.client.get(ready["url"])
    assert (taken.status_code, taken.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(BytesIO(taken.content)) as bundle:
        about = json.loads(bundle.read("about.json"))["about"]
        page = bundle.read("about.html").decode()
    assert about["personal"][0]["phone"] == phone
    assert {"personal", "handles", "sessions", "messages"} <= set(about)
    assert phone in page
    stranger = await signed_in(api, stack, fresh_phone())
    assert (await ask(api, stranger, EXPORTS, order=False)).json() == {"data": []}
    broken = await api.client.get(ready["url"][:-1] + ("A" if ready["url"][-1] != "A" else "B"))
    assert broken.status_code == 403


async def test_a_link_is_over_after_minutes_and_an_export_after_days(stack: Stack, api: Api) -> None:
    token = await signed_in(api, stack, fresh_phone())
    await ask(api, token, EXPORTS)
    at = datetime.now(UTC)
    while await stack.exports.prepare_next(at):
        pass
    (ready,) = (await ask(api, token, EXPORTS, order=False)).json()["data"]
    link = str(ready["url"]).partition("link=")[2]
    assert stack.file_links.read(link, at + timedelta(minutes=4)) is not None
    assert stack.file_links.read(link, at + timedelta(minutes=6)) is None
    wanted = stack.file_links.read(link, at)
    assert wanted is not None
    assert await stack.exports.content("demo", wanted.file_id, at + timedelta(days=8)) is None


async def test_who_asks_to_be_forgotten_is_gone_at_once(api: Api, stack: Stack) -> None:
    phone = fresh_phone()
    token = await signed_in(api, stack, phone)
    customer = stack.identity.authority.verify(token, datetime.now(UTC)).actor
    assert customer.subject_id is not None
    note = uuid4()
    note_record = PersonalRecord(PersonalKind.NOTE, {"text": "by the banyan"})
    await stack.personal.put("demo", customer.subject_id, {note: note_record}, uuid4())
    done = await ask(api, token, ERASURES)
    assert done.status_code == 200, done.text
    assert done.json() == {"erased": True, "held_for_tax": 0, "sessions": 1}
    assert (await stack.personal.get("demo", [note]))[note] is None
    assert (await ask(api, token, EXPORTS)).status_code == 401


async def test_a_job_under_way_is_finished_first(api: Api, stack: Stack) -> None:
    token = await signed_in(api, stack, fresh_phone())
    customer: Actor = stack.identity.authority.verify(token, datetime.now(UTC)).actor
    asked = await api.done("/v1/service-requests", customer, HELP)
    await api.get(f"/v1/service-requests/{asked['id']}", customer, min_position=api.reached)
    refused = await ask(api, token, ERASURES)
    assert (refused.status_code, refused.json()["code"]) == (409, "erasure_waits")
    assert refused.json()["waits_for"] == "job_under_way"
    assert "searching" in OPEN_REQUESTS
    assert len(OPEN_DISPUTES) == 3


async def test_only_whoever_signed_in_a_moment_ago_is_believed(api: Api) -> None:
    refused = await api.post(ERASURES, somebody(Role.CUSTOMER))
    assert (refused.status_code, refused.json()["code"]) == (403, "sign_in_again")
    assert (await api.post(ERASURES, somebody(Role.PROVIDER))).status_code == 403
