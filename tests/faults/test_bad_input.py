"""What is a caller told who sends nonsense? Which field is wrong; never a 500, never an effect."""

from collections.abc import AsyncIterator

import pytest

from domain.actor import Role
from tests.support.api import HELP, Api, Json, an_offer, fresh_key, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

PATH = "/v1/service-requests"
MALFORMED = [
    b"{",
    b"nonsense",
    b"[1, 2",
    b'{"service": "tow"',
    b"\xff\xfe",
    b"{}{}",
    b'{"note": "\\ud800"}',
    b"{'a': 1}",
]
OTHER_SHAPES = [b"", b"[]", b"null", b"1", b'"tow"', b"true", b"NaN", b'{"location": {"lat": NaN, "lng": 1}}']


async def send(api: Api, content: bytes, more: dict[str, str] | None = None) -> tuple[int, Json]:
    headers = {"Idempotency-Key": fresh_key(), "Content-Type": "application/json", **(more or {})}
    answer = await api.client.post(PATH, content=content, headers=api.headers(somebody(Role.CUSTOMER), headers))
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()


@pytest.mark.parametrize("content", MALFORMED)
async def test_malformed_json(api: Api, content: bytes) -> None:
    status, told = await send(api, content)
    assert (status, told["code"]) == (400, "malformed_request")


@pytest.mark.parametrize("content", OTHER_SHAPES)
async def test_json_of_another_shape(api: Api, content: bytes) -> None:
    status, told = await send(api, content)
    assert (status, told["code"]) == (422, "validation_failed")


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"service": "magic"}, "/service"),
        ({"service": 7}, "/service"),
        ({"service": None}, "/service"),
        ({"vehicle_class": ["car"]}, "/vehicle_class"),
        ({"fuel": True}, "/fuel"),
        ({"location": {"lat": 90.001, "lng": 77.5}}, "/location/lat"),
        ({"location": {"lat": 12.9, "lng": -180.5}}, "/location/lng"),
        ({"location": {"lat": "12.9", "lng": 77.5}}, "/location/lat"),
        ({"location": {"lat": 1e400, "lng": 77.5}}, "/location/lat"),
        ({"location": {"lat": 12.9}}, "/location/lng"),
        ({"location": [12.9, 77.5]}, "/location"),
        ({"contact": {"name": "", "phone": "+919845012345"}}, "/contact/name"),
        ({"contact": {"name": "   ", "phone": "+919845012345"}}, "/contact/name"),
        ({"contact": {"name": "a" * 121, "phone": "+919845012345"}}, "/contact/name"),
        ({"contact": {"name": "A\u0000B", "phone": "+919845012345"}}, "/contact/name"),
        ({"contact": {"name": "Asha", "phone": "9845012345"}}, "/contact/phone"),
        ({"contact": {"name": "Asha", "phone": "+91984501234567890"}}, "/contact/phone"),
        ({"contact": {"name": "Asha", "phone": 919845012345}}, "/contact/phone"),
        ({"contact": {"name": "Asha", "phone": "+919845012345", "age": 7}}, "/contact/age"),
        ({"note": "x" * 501}, "/note"),
        ({"note": "bell\u0007"}, "/note"),
        ({"plate": "<script>"}, "/plate"),
        ({"customer_id": "usr_1"}, "/customer_id"),
        ({"customer_id": "prv_" + "0" * 32}, "/customer_id"),
        ({"surprise": 1}, "/surprise"),
        ({"a/b~c": 1}, "/a~1b~0c"),
    ],
    ids=str,
)
async def test_a_wrong_field_is_named(api: Api, changed: Json, pointer: str) -> None:
    answer = await api.post(PATH, somebody(Role.CUSTOMER), {**HELP, **_finite(changed)})
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "validation_failed"), told
    assert [error["pointer"] for error in told["errors"]] == [pointer]
    for personal in ("Asha", "98450"):
        assert personal not in answer.text


def _finite(changed: Json) -> Json:
    """httpx writes no infinity; a number beyond all floats is one that a caller can write."""
    location = changed.get("location")
    if isinstance(location, dict) and location.get("lat") == float("inf"):
        return {"location": {"lat": 10**400, "lng": 77.5}}
    return changed


async def test_every_wrong_field_is_named_at_once(api: Api) -> None:
    body = {**HELP, "service": "magic", "location": {"lat": 100, "lng": 200}, "contact": {}}
    told = (await api.post(PATH, somebody(Role.CUSTOMER), body)).json()
    pointers = {error["pointer"] for error in told["errors"]}
    assert pointers == {"/service", "/location/lat", "/location/lng", "/contact/name", "/contact/phone"}


async def test_a_flood_of_wrong_fields_gets_a_short_answer(api: Api) -> None:
    body = {**HELP, **{f"field_{number}": 1 for number in range(2_000)}}
    answer = await api.post(PATH, somebody(Role.CUSTOMER), body)
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) <= 20


async def test_deeply_nested_json_is_refused(api: Api) -> None:
    status, told = await send(api, b'{"note":' + b"[" * 30_000 + b"]" * 30_000 + b"}")
    assert (status, told["code"]) in {(400, "malformed_request"), (422, "validation_failed")}


@pytest.mark.parametrize("kind", ["text/plain", "", "application/xml", "multipart/form-data", "application/jsonp"])
async def test_only_json_is_taken(api: Api, kind: str) -> None:
    status, told = await send(api, b"{}", {"Content-Type": kind})
    assert (status, told["code"]) == (415, "unsupported_media_type")


async def test_a_body_over_the_limit_is_refused(api: Api) -> None:
    status, told = await send(api, b'{"note": "' + b"x" * 70_000 + b'"}')
    assert (status, told["code"]) == (413, "body_too_large")


async def test_a_body_over_the_limit_is_refused_even_when_it_hides_its_length(api: Api) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1_000):
            sent += 1
            yield b"x" * 1_000

    headers = {"Idempotency-Key": fresh_key(), "Content-Type": "application/json"}
    answer = await api.client.post(PATH, content=chunks(), headers=api.headers(api.desk, headers))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("length", ["-1", "abc", "99999999999999999999"])
async def test_a_length_that_is_none_is_refused(api: Api, length: str) -> None:
    status, told = await send(api, b"{}", {"Content-Length": length})
    assert (status, told["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
async def test_other_methods_are_told_which_there_are(api: Api, method: str) -> None:
    answer = await api.client.request(method, "/v1/service-requests/req_1/cancellation", headers=api.headers(api.desk))
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "path", ["/v1/nothing", "/v2/service-requests", "/v1/service-requests/", "/v1", "/", "/v1/%00"]
)
async def test_an_unknown_address_is_a_problem_too(api: Api, path: str) -> None:
    answer = await api.client.get(path, headers=api.headers(api.desk))
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_route")


@pytest.mark.parametrize(
    "wrong", ["req_1", "off_" + "0" * 32, "REQ_" + "0" * 32, "req_" + "g" * 32, "%00", "é" * 36, "a" * 5_000]
)
async def test_what_cannot_be_an_id_is_not_found(api: Api, wrong: str) -> None:
    for answer in (
        await api.get(f"{PATH}/{wrong}", api.desk),
        await api.post(f"{PATH}/{wrong}/completion", api.desk),
        await api.post(f"{PATH}/{wrong}/cancellation", api.desk, {"reason": "other"}, version=1),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("position", [-1, "x", 2**63, 2**70, 1.5])
async def test_a_position_that_cannot_be_is_refused(api: Api, position: object) -> None:
    answer = await api.get(PATH, api.desk, min_position=position)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?min_position")


async def test_a_command_without_a_body_takes_none(api: Api) -> None:
    job = await an_offer(api)
    answer = await api.post(f"{job.offer_path}/acceptance", job.provider, {"eta_s": 60})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
    empty = await api.post(f"{job.offer_path}/acceptance", job.provider, {})
    assert empty.status_code == 200


async def test_refused_input_leaves_nothing_behind(api: Api) -> None:
    customer = somebody(Role.CUSTOMER)
    refused = await api.post(PATH, customer, {**HELP, "service": "ev_charge", "fuel": "petrol"})
    assert (refused.status_code, refused.json()["code"]) == (422, "service_does_not_fit")
    assert (await api.get(PATH, customer)).json()["data"] == []
