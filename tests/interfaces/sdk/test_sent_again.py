"""What does the generated client do when it is told to come back later, and do files come through whole?"""

import time
import uuid
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.files import samples
from tests.interfaces.sdk.refusing import Gate, gate_before
from tests.interfaces.sdk.test_running import client_of
from tests.support.api import HELP


@pytest.fixture
def tenant() -> str:
    return f"city-{uuid.uuid4().hex}"


@pytest.fixture
def gate(address: str) -> Iterator[Gate]:
    with gate_before(address) as gate:
        yield gate


@pytest.mark.parametrize("answers_are_lost", [False, True])
def test_an_order_is_sent_again_under_its_key_and_done_once(
    sdk: Any, address: str, gate: Gate, tenant: str, *, answers_are_lost: bool
) -> None:
    customer = client_of(sdk, gate.address, tenant, "customer")
    gate.keys, gate.answers_are_lost = [], answers_are_lost
    gate.refusals = [(503, "0"), (429, "0"), (503, None)]
    asked = customer.request_help(HELP)
    assert len(gate.keys) == 4
    assert len(set(gate.keys)) == 1
    assert gate.keys[0]
    desk = client_of(sdk, address, tenant, "dispatcher")
    rows = list(desk.each_of_list_service_requests(min_position=asked["position"]))
    assert [row["id"] for row in rows] == [asked["id"]]


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_it_is_told(sdk: Any, gate: Gate, tenant: str, status: int) -> None:
    customer = client_of(sdk, gate.address, tenant, "customer")
    gate.refusals, began = [(status, "1")], time.monotonic()
    assert customer.list_service_requests()["data"] == []
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize(("status", "kind"), [(429, "TooManyRequests"), (503, "Unavailable")])
def test_what_would_take_too_long_is_told_at_once(sdk: Any, gate: Gate, tenant: str, status: int, kind: str) -> None:
    customer = client_of(sdk, gate.address, tenant, "customer")
    gate.keys, gate.refusals = [], [(status, "3600")]
    with pytest.raises(getattr(sdk, kind)) as later:
        customer.list_service_requests()
    assert (later.value.retry_after_s, later.value.code, len(gate.keys)) == (3600.0, "shed", 1)


def test_it_comes_back_as_often_as_it_may_and_no_more(sdk: Any, gate: Gate, tenant: str) -> None:
    customer = client_of(sdk, gate.address, tenant, "customer")
    gate.keys, gate.refusals = [], [(503, "0")] * 9
    with pytest.raises(sdk.Unavailable):
        customer.request_help(HELP)
    assert len(gate.keys) == sdk.Retries().attempts


def test_what_takes_no_key_is_sent_again_only_where_nothing_was_done(sdk: Any, gate: Gate, tenant: str) -> None:
    with sdk.Client(gate.address) as nobody:
        gate.refusals = [(429, "0")]
        assert nobody.make_token({"role": "customer", "tenant": tenant})["access_token"]
        assert gate.keys == [None, None]
        gate.refusals = [(503, "0")]
        with pytest.raises(sdk.Unavailable):
            nobody.make_token({"role": "customer", "tenant": tenant})
        assert len(gate.keys) == 3


@pytest.mark.anyio
async def test_the_awaited_client_comes_back_too(sdk: Any, gate: Gate, tenant: str) -> None:
    async with sdk.AsyncClient(gate.address) as nobody:
        token = (await nobody.make_token({"role": "customer", "tenant": tenant}))["access_token"]
    gate.keys, gate.refusals = [], [(503, "0"), (429, "0")]
    async with sdk.AsyncClient(gate.address, token) as customer:
        assert (await customer.request_help(HELP))["id"]
    assert len(gate.keys) == 3
    assert len(set(gate.keys)) == 1


def test_a_file_goes_up_past_a_refusal_and_comes_down_whole(sdk: Any, address: str, gate: Gate, tenant: str) -> None:
    desk = client_of(sdk, address, tenant, "dispatcher")
    company = desk.register_company({"name": "Lakeside Recovery", "phone": "+919845099999"})["id"]
    provider = client_of(sdk, gate.address, tenant, "provider", company)
    gate.keys, gate.refusals = [], [(503, "0")]
    kept = provider.upload_file(samples.jpeg())
    assert kept["media_type"] == "image/jpeg"
    assert (len(gate.keys), len(set(gate.keys))) == (2, 1)
    shown = {"kind": "insurance", "number": "OG-26-1234-1801-00009876", "file_id": kept["file_id"]}
    done = provider.show_document(company, shown | {"valid_until": "2099-03-31T00:00:00Z"})
    document = provider.read_document(company, done["document_id"])
    link = parse_qs(urlsplit(document["file"]["url"]).query)["link"][0]
    gate.refusals = [(429, "0")]
    taken = provider.take_file(link=link)
    assert (len(taken), sha256(taken).hexdigest()) == (kept["size_bytes"], kept["sha256"])
    assert b"Xyzzy" not in taken, "drawn anew, without the maker of the camera"
