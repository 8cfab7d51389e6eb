"""Does a crew see a job through by what the API says, whatever was done meanwhile?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from interfaces.simulation.acts import Acts, Point
from interfaces.simulation.api import Api, Refused, Who
from interfaces.simulation.day import Journal, Pace
from interfaces.simulation.job import Job, JobRun

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.anyio

PRICE = {"version": 1, "total_minor": 29_400, "currency": "INR"}
OFFER = {"id": "off_1", "request_id": "req_1", "distance_m": 2_000}


class Patient:
    """A truck without a map."""

    def __init__(self) -> None:
        self.ways: list[Point | None] = []

    @property
    def who(self) -> Who:
        return Who("provider", "prv_1")

    def set_out(self, to: Point | None, seconds: float) -> None:
        assert seconds >= 0
        self.ways.append(to)


class AtOnce:
    """Nothing takes any time."""

    def takes_s(self, state: str, job: Job) -> float:
        return 0.0 * len(state) * job.version


class Garage:
    """A request of a few lines: every step leads to the next state; ``meanwhile`` may act between two of them."""

    def __init__(self, state: str, *, priced: bool = True, drop: bool = False, cash: bool = False) -> None:
        self.row: dict[str, Any] = {
            "id": "req_1",
            "state": state,
            "version": 5,
            "customer_id": "usr_1",
            "offer_id": "off_1",
            "updated_at": datetime.now(UTC).isoformat(),
            "quote": PRICE if priced else None,
            "payment_method": "cash" if cash else "wallet",
            "fare": None,
        }
        self.drop = {"lat": 12.9, "lng": 77.6} if drop else None
        self.cash = cash
        self.steps: list[str] = []
        self.keys: list[str] = []
        self.meanwhile: Callable[[str], None] = lambda _step: None
        self.refuses_all = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v1/tokens":
            return httpx.Response(201, json={"access_token": "t", "expires_in": 600})
        if request.method == "GET":
            return self._shown(path)
        step = path.rsplit("/", 1)[-1]
        self.keys.append(request.headers["Idempotency-Key"])
        self.meanwhile(step)
        following = self._following(step)
        if following is None or self.refuses_all:
            return httpx.Response(409, json={"code": "out_of_turn", "detail": step})
        self.steps.append(step)
        self.row = {**self.row, "state": following, "version": self.row["version"] + 1}
        told = {name: self.row[name] for name in ("state", "version", "offer_id", "quote", "payment_method", "fare")}
        return httpx.Response(200, json={"id": "req_1", "position": self.row["version"], **told})

    def _shown(self, path: str) -> httpx.Response:
        if path.endswith("/customer-details"):
            return httpx.Response(200, json={"location": {"lat": 12.97, "lng": 77.59}, "drop_location": self.drop})
        return httpx.Response(200, json={**self.row, "start_code": "1234"})

    def _following(self, step: str) -> str | None:
        state = self.row["state"]
        last = "settling" if self.cash else "completed"
        done = {"on_scene": "completed", "in_service": last, "at_drop": last}
        steps = {
            "en-route": {"assigned": "en_route"},
            "arrival": {"en_route": "on_scene"},
            "start": {"on_scene": "in_service"},
            "evidence": {state: state},
            "loading": {"in_service": "loaded"},
            "transit": {"loaded": "in_transit"},
            "drop-arrival": {"in_transit": "at_drop"},
            "delivery": {"at_drop": "at_drop"},
            "completion": done,
            "cash-collection": {"settling": "completed"},
        }
        if step == "completion" and self.cash:
            self.row["fare"] = PRICE
        following = steps[step].get(state)
        return str(following) if following else None

    async def worked(self) -> tuple[str, Patient]:
        crew = Patient()
        api = Api("http://city", "demo", 60, transport=httpx.MockTransport(self))
        run = JobRun(Acts(api, "x", Journal()), Pace(1), AtOnce())
        try:
            return await run.see_through(crew, OFFER), crew
        finally:
            await api.close()


async def test_what_costs_nothing_ends_on_scene() -> None:
    garage = Garage("assigned", priced=False)
    assert (await garage.worked())[0] == "completed"
    assert garage.steps == ["en-route", "arrival", "completion"]


async def test_a_priced_job_begins_with_the_code_and_is_photographed() -> None:
    garage = Garage("assigned")
    assert (await garage.worked())[0] == "completed"
    assert garage.steps == ["en-route", "arrival", "start", "evidence", "evidence", "completion"]


async def test_a_tow_goes_on_to_the_drop_and_cash_is_counted() -> None:
    garage = Garage("assigned", drop=True, cash=True)
    state, crew = await garage.worked()
    assert state == "completed"
    assert garage.steps[3:] == [
        "evidence",
        "loading",
        "transit",
        "drop-arrival",
        "evidence",
        "delivery",
        "completion",
        "cash-collection",
    ]
    assert crew.ways == [(12.97, 77.59), (12.9, 77.6)]


async def test_it_is_taken_up_where_it_stands() -> None:
    garage = Garage("in_service")
    assert (await garage.worked())[0] == "completed"
    assert garage.steps == ["evidence", "evidence", "completion"]


async def test_a_job_that_was_called_off_is_left() -> None:
    garage = Garage("assigned")

    def cancel(step: str) -> None:
        if step == "arrival":
            garage.row["state"] = "cancelled"

    garage.meanwhile = cancel
    assert (await garage.worked())[0] == "cancelled"
    assert garage.steps == ["en-route"]


async def test_a_job_that_went_to_somebody_else_is_left() -> None:
    garage = Garage("assigned")
    garage.row["offer_id"] = "off_2"
    assert (await garage.worked())[0] == "assigned"
    assert garage.steps == []


async def test_no_key_is_used_for_two_things() -> None:
    garage = Garage("assigned", drop=True, cash=True)
    await garage.worked()
    assert len(set(garage.keys)) == len(garage.keys)


async def test_a_step_that_never_comes_into_turn_is_given_up() -> None:
    garage = Garage("assigned")
    garage.refuses_all = True
    assert (await garage.worked())[0] == "assigned"
    assert 1 < len(garage.keys) < 10


async def test_a_no_that_is_no_matter_of_turn_is_told() -> None:
    garage = Garage("assigned")
    garage.row["customer_id"] = "usr_1"

    def refuse(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path != "/v1/tokens":
            return httpx.Response(422, json={"code": "validation_failed", "detail": "no"})
        return garage(request)

    api = Api("http://city", "demo", 60, transport=httpx.MockTransport(refuse))
    with pytest.raises(Refused, match="validation_failed"):
        await JobRun(Acts(api, "x", Journal()), Pace(1), AtOnce()).see_through(Patient(), OFFER)
    await api.close()


async def test_a_job_whose_customer_is_no_longer_ours_to_know_is_left() -> None:
    garage = Garage("en_route")

    def taken_away(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/customer-details"):
            garage.row["offer_id"] = "off_2"
            return httpx.Response(404, json={"code": "not_found", "detail": "not yours"})
        return garage(request)

    api = Api("http://city", "demo", 60, transport=httpx.MockTransport(taken_away))
    assert await JobRun(Acts(api, "x", Journal()), Pace(1), AtOnce()).see_through(Patient(), OFFER) == "en_route"
    assert garage.steps == []
    await api.close()
