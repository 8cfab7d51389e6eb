"""Does every command and every answer keep the conventions of the API?"""

import asyncio
from datetime import datetime
from uuid import uuid4

import pytest

from domain.actor import Role
from interfaces.http.problem_catalogue import CATALOGUE
from tests.support.api import HELP, Api, a_request, an_offer, fresh_key, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

PATH = "/v1/service-requests"


async def test_a_command_answers_with_id_version_position_and_where_to_look(api: Api) -> None:
    answer = await api.post(PATH, somebody(Role.CUSTOMER), HELP)
    told = answer.json()
    assert answer.status_code == 201
    assert told["id"].startswith("req_")
    assert answer.headers["Location"] == f"{PATH}/{told['id']}"
    assert answer.headers["ETag"] == f'"{told["version"]}"'
    assert answer.headers["VehicAid-Position"] == str(told["position"])
    assert "Idempotency-Replayed" not in answer.headers


async def test_a_repeated_command_gets_the_first_answer_word_for_word(api: Api) -> None:
    customer, key = somebody(Role.CUSTOMER), fresh_key()
    first = await api.post(PATH, customer, HELP, key=key)
    again = await api.post(PATH, customer, dict(reversed(HELP.items())), key=key)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    listed = await api.get(PATH, customer, min_position=first.json()["position"])
    assert len(listed.json()["data"]) == 1


async def test_fifty_of_the_same_at_once_have_one_effect(api: Api) -> None:
    customer, key = somebody(Role.CUSTOMER), fresh_key()
    answers = await asyncio.gather(*[api.post(PATH, customer, HELP, key=key) for _ in range(50)])
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1


async def test_a_refusal_is_remembered_too(api: Api) -> None:
    job, key = await an_offer(api), fresh_key()
    again = {"request_id": job.request["id"], "shift_id": job.shift["id"]}
    first = await api.post("/v1/offers", api.desk, again, key=key)
    assert (first.status_code, first.json()["code"]) == (409, "offer_still_out")
    await api.done(f"{job.offer_path}/withdrawal", api.desk)
    second = await api.post("/v1/offers", api.desk, again, key=key)
    assert (second.status_code, second.json()["code"]) == (409, "offer_still_out")
    assert second.headers["Idempotency-Replayed"] == "true"


async def test_the_same_key_with_other_content_is_refused(api: Api) -> None:
    customer, key = somebody(Role.CUSTOMER), fresh_key()
    await api.post(PATH, customer, HELP, key=key)
    for other in ({**HELP, "service": "tow"}, {**HELP, "note": "by the bridge"}):
        answer = await api.post(PATH, customer, other, key=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


async def test_a_key_belongs_to_one_actor_and_one_address(api: Api) -> None:
    key = fresh_key()
    one = await api.post(PATH, somebody(Role.CUSTOMER), HELP, key=key)
    other = await api.post(PATH, somebody(Role.CUSTOMER), HELP, key=key)
    assert one.json()["id"] != other.json()["id"]
    job = await an_offer(api)
    await api.post(f"{job.offer_path}/acceptance", job.provider, key=key)
    elsewhere = await api.post(f"{job.offer_path}/decline", job.provider, {"reason": "busy"}, key=key)
    assert elsewhere.json()["code"] == "key_reused"


@pytest.mark.parametrize("key", ["", "a" * 256, "with space", "caf\u00e9"])
async def test_a_command_needs_a_printable_key(api: Api, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1").decode("latin-1")} if key else {}
    signed = api.headers(somebody(Role.CUSTOMER))
    raw = [(name.encode(), value.encode("latin-1")) for name, value in {**signed, **headers}.items()]
    answer = await api.client.post(PATH, json=HELP, headers=raw)
    assert (answer.status_code, answer.json()["code"]) == (400, "missing_idempotency_key")


async def test_if_match_guards_against_a_stale_view(api: Api) -> None:
    customer, request = await a_request(api)
    path, reason = f"{PATH}/{request['id']}/cancellation", {"reason": "no_longer_needed"}
    without = await api.post(path, customer, reason)
    assert (without.status_code, without.json()["code"]) == (428, "version_required")
    key = fresh_key()
    stale = await api.post(path, customer, reason, version=99, key=key)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert stale.json()["current_version"] == request["version"]
    odd = await api.post(path, customer, reason, headers={"If-Match": "yesterday"})
    assert (odd.status_code, odd.json()["code"]) == (400, "malformed_request")
    done = await api.post(path, customer, reason, version=int(str(request["version"])), key=key)
    assert done.json()["state"] == "cancelled", "the same key may try again with what it has now seen"
    again = await api.post(path, customer, reason, version=int(str(request["version"])), key=key)
    assert again.content == done.content, "a repeated command is no stale one"


async def test_if_match_tells_a_stranger_nothing(api: Api) -> None:
    _, request = await a_request(api)
    path = f"{PATH}/{request['id']}/cancellation"
    answer = await api.post(path, somebody(Role.CUSTOMER), {"reason": "other"}, version=99)
    assert answer.status_code == 404
    assert "current_version" not in answer.json()


async def test_a_position_that_is_still_to_come_is_waited_for_and_then_refused(api: Api) -> None:
    customer, request = await a_request(api)
    ahead = int(str(request["position"])) + 1_000_000
    answer = await api.get(f"{PATH}/{request['id']}", customer, min_position=ahead)
    assert (answer.status_code, answer.json()["code"]) == (503, "projection_behind")
    assert int(answer.headers["Retry-After"]) >= 1


async def test_a_query_reads_what_the_command_before_wrote(api: Api) -> None:
    for _ in range(20):
        customer, request = await a_request(api)
        answer = await api.get(f"{PATH}/{request['id']}", customer, min_position=request["position"])
        assert answer.status_code == 200
        assert answer.headers["ETag"] == f'"{request["version"]}"'


async def test_times_are_rfc_3339_in_utc(api: Api) -> None:
    customer, request = await a_request(api)
    told = (await api.get(f"{PATH}/{request['id']}", customer, min_position=request["position"])).json()
    assert told["created_at"].endswith("Z")
    assert datetime.fromisoformat(told["created_at"]).utcoffset() is not None


async def test_a_trace_id_goes_from_the_caller_to_the_problem(api: Api) -> None:
    trace = uuid4().hex
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    answer = await api.client.get("/v1/nothing", headers=api.headers(api.desk, headers))
    assert answer.status_code == 404
    assert answer.json()["trace_id"] == trace


async def test_every_answer_has_security_headers(api: Api) -> None:
    for path in ("/livez", "/v1/nothing", "/docs", "/openapi.json"):
        answer = await api.client.get(path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "access-control-allow-origin" not in answer.headers


async def test_every_problem_explains_itself(api: Api) -> None:
    answer = await api.client.get("/v1/service-requests")
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, told["code"]) == (401, "unauthenticated")
    explained = await api.client.get(told["type"])
    assert explained.json()["status"] == 401
    assert len((await api.client.get("/problems")).json()["data"]) == len(CATALOGUE)


async def test_the_document_is_read_without_the_internet(api: Api) -> None:
    page = (await api.client.get("/docs")).text
    assert "http://" not in page
    assert "https://" not in page
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png", "start.js"):
        assert f"/docs/{asset}" in page
        answer = await api.client.get(f"/docs/{asset}")
        assert answer.status_code == 200
        assert answer.content
    assert (await api.client.get("/docs/..%2F..%2Fsecret")).status_code == 404


async def test_the_process_tells_how_it_fares(api: Api) -> None:
    assert (await api.client.get("/livez")).json() == {"ok": True}
    ready = await api.client.get("/readyz")
    assert ready.status_code == 200, ready.text
    names = {check["name"] for check in ready.json()["checks"]}
    assert {"database", "migrations", "projection request_board"} <= names
    shown = await api.client.get("/metrics")
    assert "vehicaid_command_seconds" in shown.text
    assert f'route="{PATH}"' in shown.text
