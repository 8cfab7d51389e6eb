"""Does the generated client lead a job from the call to its end, on a running server and over a bad line?"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.api import DEPOT, HELP
from tests.support.proxy import Cut, Proxy

SKILLS = ["flat_tyre", "tow"]


@pytest.fixture
def tenant() -> str:
    return f"city-{uuid.uuid4().hex}"


def client_of(sdk: Any, address: str, tenant: str, role: str, subject: str | None = None) -> Any:
    body = {"role": role, "tenant": tenant, **({} if subject is None else {"subject": subject})}
    with sdk.Client(address) as nobody:
        token = nobody.make_token(body)["access_token"]
    return sdk.Client(address, token=lambda: token)


def a_shift(sdk: Any, address: str, tenant: str, desk: Any) -> tuple[Any, str]:
    company = desk.register_company({"name": "Lakeside Recovery", "phone": "+919845099999"})["id"]
    provider = client_of(sdk, address, tenant, "provider", company)
    crew = provider.take_crew_member_in(company, {"skills": SKILLS})["crew_id"]
    truck = provider.take_truck_in(company, {"equipment": SKILLS})["truck_id"]
    shift = {"provider_id": company, "crew_id": crew, "truck_id": truck, "location": DEPOT}
    return provider, provider.go_on_duty(shift)["id"]


@contextmanager
def bad_line(address: str) -> Iterator[Proxy]:
    place = urlsplit(address)
    proxy = Proxy(str(place.hostname), int(place.port or 0))
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()


def test_a_job_from_the_call_to_its_end(sdk: Any, address: str, tenant: str) -> None:
    desk = client_of(sdk, address, tenant, "dispatcher")
    customer = client_of(sdk, address, tenant, "customer")
    provider, shift_id = a_shift(sdk, address, tenant, desk)
    request_id = customer.request_help(HELP)["id"]
    offer_id = desk.offer_job({"request_id": request_id, "shift_id": shift_id})["id"]
    provider.accept_job(offer_id)
    provider.report_on_the_way(request_id)
    provider.confirm_provider_arrival(request_id, {"location": HELP["location"]})
    done = provider.complete_job(request_id)
    assert provider.reached >= done["position"]
    # It has not read since its order, and sees it all the same.
    assert provider.read_service_request(request_id)["state"] == "completed"
    shown = customer.read_service_request(request_id, min_position=done["position"])
    assert (shown["state"], shown["version"]) == ("completed", done["version"])


def test_a_refusal_is_a_typed_problem(sdk: Any, address: str, tenant: str) -> None:
    customer = client_of(sdk, address, tenant, "customer")
    with pytest.raises(sdk.Invalid) as unfit:
        customer.request_help({"service": "flat_tyre"})
    assert (unfit.value.status, unfit.value.code) == (422, "validation_failed")
    assert unfit.value.facts["errors"]
    with pytest.raises(sdk.Unauthenticated), sdk.Client(address) as nobody:
        nobody.request_help(HELP)
    with pytest.raises(sdk.NotFound):
        customer.read_service_request(f"req_{uuid.uuid4().hex}")
    with pytest.raises(sdk.Forbidden):
        customer.register_company({"name": "Lakeside Recovery", "phone": "+919845099999"})


def test_an_order_on_a_stale_view_is_outdated(sdk: Any, address: str, tenant: str) -> None:
    customer = client_of(sdk, address, tenant, "customer")
    asked = customer.request_help(HELP)
    with pytest.raises(sdk.Outdated):
        customer.cancel_service_request(asked["id"], {"reason": "no_longer_needed"}, if_match=asked["version"] + 7)


def test_all_pages_are_turned(sdk: Any, address: str, tenant: str) -> None:
    desk = client_of(sdk, address, tenant, "dispatcher")
    customers = [client_of(sdk, address, tenant, "customer") for _ in range(5)]
    asked = [customer.request_help(HELP) for customer in customers]
    reached = max(one["position"] for one in asked)
    rows = list(desk.each_of_list_service_requests(limit=2, min_position=reached))
    assert sorted(row["id"] for row in rows) == sorted(one["id"] for one in asked)


def test_an_order_whose_answer_was_lost_is_sent_again_and_done_once(sdk: Any, address: str, tenant: str) -> None:
    desk = client_of(sdk, address, tenant, "dispatcher")
    with sdk.Client(address) as nobody:
        token = nobody.make_token({"role": "customer", "tenant": tenant})["access_token"]
    with bad_line(address) as proxy:
        cut = proxy.cut = Cut(on=b"POST /v1/service-requests")
        with sdk.Client(f"http://127.0.0.1:{proxy.port}", token) as customer:
            asked = customer.request_help(HELP)
        assert cut.fired.is_set()
        assert proxy.connections >= 2
    rows = list(desk.each_of_list_service_requests(min_position=asked["position"]))
    assert [row["id"] for row in rows] == [asked["id"]]


def test_it_gives_up_after_as_many_attempts_as_it_was_told(sdk: Any, address: str) -> None:
    import httpx

    with bad_line(address) as proxy:
        proxy.sever()
        retries = sdk.Retries(attempts=3, longest_wait_s=0.01)
        with sdk.Client(f"http://127.0.0.1:{proxy.port}", "x", retries=retries) as client:
            with pytest.raises(httpx.TransportError):
                client.list_zones()
            assert proxy.connections == 3


@pytest.mark.anyio
async def test_the_awaited_client_does_the_same(sdk: Any, address: str, tenant: str) -> None:
    async with sdk.AsyncClient(address) as nobody:
        token = (await nobody.make_token({"role": "customer", "tenant": tenant}))["access_token"]
    async with sdk.AsyncClient(address, token) as customer:
        asked = await customer.request_help(HELP)
        rows = [row async for row in customer.each_of_list_service_requests()]
        assert [row["id"] for row in rows] == [asked["id"]]
        with pytest.raises(sdk.NotFound):
            await customer.read_service_request(f"req_{uuid.uuid4().hex}")
