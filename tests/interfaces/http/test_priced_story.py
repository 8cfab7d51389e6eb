"""Does a job that costs something go all the way over HTTP: quoted, confirmed, proved, paid, and the rest of it?"""

import asyncio
import itertools
from dataclasses import replace
from typing import Any, cast

import pytest

from domain.actor import Actor, Role
from domain.ids import Prefix, show
from tests.support.api import HELP, Api, Job, Json, a_shift, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

GARAGE: Json = {"lat": 12.98, "lng": 77.61}
TOW: Json = {**HELP, "service": "tow", "drop_location": GARAGE}
IN_CASH: Json = {"confirm": {"payment_method": "cash"}}
TAKEN_AT = "2026-01-01T00:00:00Z"

_tenants = itertools.count(1)


@pytest.fixture
async def desk(api: Api) -> Actor:
    """The desk of a tenant that charges."""
    desk = somebody(Role.DISPATCHER, f"priced-{next(_tenants)}")
    await api.done("/v1/tariffs/default", desk, {"state_code": "29"})
    customer = somebody(Role.CUSTOMER, desk.tenant)
    async with asyncio.timeout(30):
        # The tariff reaches the API's memory a moment after its read model; nobody tells us when.
        while (await api.done("/v1/service-requests", customer, HELP))["quote"] is None:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return desk


async def with_money(api: Api, desk: Actor, minor: int = 500_000) -> Actor:
    customer = somebody(Role.CUSTOMER, desk.tenant)
    assert customer.subject_id is not None
    path = f"/v1/customers/{show(Prefix.USER, customer.subject_id)}/wallet/top-ups"
    await api.done(path, desk, {"amount_minor": minor, "currency": "INR"})
    return customer


async def asked(api: Api, customer: Actor, **more: object) -> Job:
    return Job(customer, customer, await api.done("/v1/service-requests", customer, {**HELP, **more}))


async def taken(api: Api, desk: Actor, job: Job) -> Job:
    """Offered and accepted."""
    provider, shift = await a_shift(api, desk)
    offer = await api.done("/v1/offers", desk, {"request_id": job.request["id"], "shift_id": shift["id"]})
    job = replace(job, provider=provider, offer=offer, shift=shift)
    done = await api.done(f"{job.offer_path}/acceptance", provider)
    return replace(job, request={**job.request, "position": done["position"]})


async def shown(api: Api, job: Job, actor: Actor | None = None) -> Any:
    answer = await api.get(job.request_path, actor or job.customer, min_position=job.request["position"])
    assert answer.is_success, answer.text
    return answer.json()


async def act(api: Api, job: Job, what: str, body: Json | None = None, actor: Actor | None = None) -> Job:
    done = await api.done(f"{job.request_path}/{what}", actor or job.provider, body)
    return replace(job, request=done)


async def refused(api: Api, job: Job, what: str, body: Json | None = None, actor: Actor | None = None) -> Json:
    answer = await api.post(f"{job.request_path}/{what}", actor or job.provider, body)
    assert not answer.is_success
    return cast("Json", answer.json())


async def picture(api: Api, job: Job, kind: str) -> Job:
    return await act(api, job, "evidence", {"kind": kind, "sha256": "ab" * 32, "taken_at": TAKEN_AT})


async def begun(api: Api, job: Job) -> Job:
    """The provider came and was told the code."""
    job = await act(api, job, "en-route")
    job = await act(api, job, "arrival", {"location": HELP["location"]})
    code = (await shown(api, job))["start_code"]
    assert (await shown(api, job, job.provider))["start_code"] is None
    return await act(api, job, "start", {"code": code})


async def test_from_the_quote_to_the_receipt(api: Api, desk: Actor) -> None:
    customer = await with_money(api, desk)
    job = await asked(api, customer)
    quote = cast("Any", job.request["quote"])
    assert (job.request["state"], quote["currency"]) == ("quoted", "INR")
    assert sum(line["amount_minor"] for line in quote["lines"]) == quote["total_minor"]
    told = await shown(api, job)
    assert "confirm" in told["can"]
    assert told["quote"]["fees"]["on_scene_minor"] > 0
    job = await act(api, job, "confirmation", {"quote_version": 1, "payment_method": "wallet"}, customer)
    assert job.request["state"] == "searching"
    job = await begun(api, await taken(api, desk, job))
    assert (await refused(api, job, "completion"))["code"] == "evidence_missing"
    job = await act(api, await picture(api, job, "work_done"), "completion")
    assert (job.request["state"], job.request["outcome"]) == ("completed", "charge")
    assert job.request["settled_minor"] == quote["total_minor"]
    mine = await api.get(f"/v1/my-requests/{job.request['id']}", customer, min_position=job.request["position"])
    told = mine.json()
    assert (told["state"], told["price_minor"], told["payment_id"][:4]) == ("completed", quote["total_minor"], "pay_")
    assert [step["what"] for step in told["steps"]][:3] == ["requested", "quote_issued", "confirmed"]
    evidence = await api.get(f"{job.request_path}/evidence", customer, min_position=job.request["position"])
    assert [piece["kind"] for piece in evidence.json()["data"]] == ["work_done"]


async def test_a_tow_paid_in_cash(api: Api, desk: Actor) -> None:
    job = await asked(api, somebody(Role.CUSTOMER, desk.tenant), **{**TOW, **IN_CASH})
    job = await begun(api, await taken(api, desk, job))
    details = await api.get(f"{job.request_path}/customer-details", job.provider, min_position=job.request["position"])
    assert details.json()["drop_location"] == GARAGE
    job = await act(api, await picture(api, job, "vehicle_before"), "loading")
    job = await act(api, job, "transit")
    job = await act(api, job, "drop-arrival", {"location": GARAGE})
    job = await act(api, job, "delivery")
    job = await act(api, await picture(api, job, "vehicle_delivered"), "completion")
    assert job.request["state"] == "settling"
    total = cast("Any", job.request["fare"])["total_minor"]
    wrong = {"amount_minor": total + 1, "currency": "INR"}
    assert (await refused(api, job, "cash-collection", wrong))["code"] == "wrong_amount"
    job = await act(api, job, "cash-collection", {"amount_minor": total, "currency": "INR"})
    assert (job.request["state"], job.request["settled_minor"]) == ("completed", total)


async def test_a_wrong_code_is_a_problem_each_time_it_is_sent(api: Api, desk: Actor) -> None:
    job = await taken(api, desk, await asked(api, somebody(Role.CUSTOMER, desk.tenant), **IN_CASH))
    job = await act(api, await act(api, job, "en-route"), "arrival", {})
    code = int((await shown(api, job))["start_code"])
    wrong: Json = {"code": f"{(code + 1) % 10_000:04d}"}
    first = await api.post(f"{job.request_path}/start", job.provider, wrong, key="once")
    again = await api.post(f"{job.request_path}/start", job.provider, wrong, key="once")
    assert (first.status_code, first.json()["code"], first.json()["tries_left"]) == (409, "wrong_start_code", 4)
    assert (again.json()["tries_left"], again.headers["Idempotency-Replayed"]) == (4, "true")
    for left in (3, 2, 1, 0):
        assert (await refused(api, job, "start", wrong))["tries_left"] == left
    assert (await refused(api, job, "start", {"code": f"{code:04d}"}))["code"] == "start_code_locked"
    assert (await act(api, job, "start", {}, desk)).request["state"] == "in_service"


async def test_an_empty_wallet_and_a_price_from_yesterday_are_clear_problems(api: Api, desk: Actor) -> None:
    customer = somebody(Role.CUSTOMER, desk.tenant)
    job = await asked(api, customer)
    by_wallet: Json = {"quote_version": 1, "payment_method": "wallet"}
    problem = await refused(api, job, "confirmation", by_wallet, customer)
    assert (problem["code"], problem["currency"]) == ("insufficient_funds", "INR")
    problem = await refused(api, job, "confirmation", {**by_wallet, "quote_version": 2}, customer)
    assert problem["code"] == "quote_superseded"
    refusal = await api.post("/v1/service-requests", customer, {**HELP, "confirm": {"payment_method": "wallet"}})
    assert refusal.json()["code"] == "insufficient_funds"
    nowhere = await api.post("/v1/service-requests", customer, {**HELP, "scheduled_for": "2020-01-01T00:00:00Z"})
    assert nowhere.json()["code"] == "bad_schedule"


async def test_danger_is_not_kept_waiting(api: Api, desk: Actor) -> None:
    customer = somebody(Role.CUSTOMER, desk.tenant)
    job = await asked(api, customer, sos=True, hazards=["smoke"], confirm={"payment_method": "wallet"})
    assert (job.request["state"], job.request["payment_method"], job.request["sos"]) == ("searching", None, True)
    assert "confirm" in (await shown(api, job))["can"]


async def test_calling_off_late_tells_what_it_costs(api: Api, desk: Actor) -> None:
    customer = await with_money(api, desk)
    job = await asked(api, customer, confirm={"payment_method": "wallet"})
    job = await taken(api, desk, job)
    now = await shown(api, job)
    done = await api.done(f"{job.request_path}/cancellation", customer, {"reason": "other"}, version=now["version"])
    assert (done["state"], done["outcome"], done["settled_minor"]) == ("cancelled", "zero", 0)


async def test_a_provider_is_shown_what_it_would_get_and_gets_it(api: Api, desk: Actor) -> None:
    customer = await with_money(api, desk)
    job = await taken(api, desk, await asked(api, customer, confirm={"payment_method": "wallet"}))
    jobs, position = f"/v1/providers/{job.shift['provider_id']}/jobs", job.request["position"]
    (row,) = (await api.get(jobs, job.provider, min_position=position)).json()["data"]
    assert 0 < row["provider_share_minor"] < row["price_minor"]
    assert (row["state"], row["currency"], row["earned_minor"]) == ("accepted", "INR", None)
    job = await act(api, await picture(api, await begun(api, job), "work_done"), "completion")
    position = job.request["position"]
    await api.get("/v1/payments", desk, min_position=position)
    (done,) = (await api.get(jobs, job.provider, min_position=position)).json()["data"]
    assert (done["state"], done["fare_minor"], done["earned_minor"]) == (
        "completed",
        row["price_minor"],
        row["provider_share_minor"],
    )
    one = await api.get(job.offer_path, job.provider, min_position=position)
    assert one.json()["earned_minor"] == done["earned_minor"]
