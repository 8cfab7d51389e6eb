"""Is a driver's part of a company what their own shifts did? Every route that says so; own, a colleague's, nobody's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import pytest

from domain.actor import Actor, Duty, Role
from domain.ids import Prefix, new_id, parse
from interfaces.http.reach import Reach
from tests.interfaces.http.admitted import ROWS
from tests.interfaces.http.case import accepted, offered, searching, seen
from tests.interfaces.http.test_matrix import CASES, COLLECTIONS, NOT_FOUND, OBJECTS, REFUSED_BY_STATE, World, call
from tests.support.api import DEPOT, Api, Job
from tests.support.effort import sampled

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

Driver = Literal["own", "a colleague's", "nobody's"]
OTHERS: tuple[Driver, ...] = ("a colleague's", "nobody's")
LIMITED = {route for route, row in ROWS.items() if Role.PROVIDER in row and row[Role.PROVIDER].drivers is Reach.CREW}
LISTS = {"GET /v1/offers", "GET /v1/shifts", "GET /v1/providers/{provider_id}/jobs"}
"""What is not theirs is left out of these."""
OTHERWISE = {
    "POST /v1/positions",
    "POST /v1/shifts",
    "GET /v1/providers/{provider_id}/why-not/{request_id}",
}
"""Tested by themselves, below."""


@pytest.fixture(scope="module")
def world(api: Api) -> World:
    return World(api)


async def crew_of(api: Api, job: Job) -> str:
    """Whose shift it is."""
    shown = await api.get(f"/v1/shifts/{job.shift['id']}", api.desk, min_position=api.reached)
    return str(shown.json()["crew_id"])


async def driver(api: Api, job: Job, whose: Driver) -> Actor:
    """A driver of the job's company."""
    own = parse(Prefix.CREW, await crew_of(api, job))
    crew_id = {"own": own, "a colleague's": new_id(datetime.now(UTC)), "nobody's": None}[whose]
    return replace(job.provider, person_id=new_id(datetime.now(UTC)), duty=Duty.DRIVER, crew_id=crew_id)


def tried() -> Iterable[str]:
    return sorted(LIMITED & set(OBJECTS) - LISTS - OTHERWISE)


def test_every_route_that_is_limited_is_tried() -> None:
    assert LIMITED - set(CASES) == {"GET /v1/service-requests/{request_id}/tip"}, "see test_tips.py"
    assert LISTS | OTHERWISE <= LIMITED
    assert LIMITED & set(COLLECTIONS) <= LISTS | OTHERWISE


@pytest.mark.parametrize("whose", OTHERS)
@pytest.mark.parametrize("route", tried())
async def test_a_colleagues_work_is_not_there(world: World, route: str, whose: Driver) -> None:
    job = await world.standing(CASES[route].prepare, "demo")
    answer = await call(world.api, route, await driver(world.api, job, whose), job)
    assert (answer.status_code, answer.json()["code"]) == (NOT_FOUND, "not_found"), answer.text


@pytest.mark.parametrize("route", sampled(tried()))
async def test_their_own_work_is(world: World, route: str) -> None:
    case = CASES[route]
    job = await (
        case.prepare(world.api, world.api.desk) if route.startswith("POST") else world.standing(case.prepare, "demo")
    )
    answer = await call(world.api, route, await driver(world.api, job, "own"), job)
    if route in REFUSED_BY_STATE:
        assert answer.json()["code"] == REFUSED_BY_STATE[route]
    else:
        assert answer.is_success, answer.text


async def test_lists_show_a_driver_what_their_shifts_did(world: World) -> None:
    job = await world.standing(offered, "demo")
    done = await world.standing(accepted, "demo")
    lists = {
        "/v1/offers": (job, job.offer["id"]),
        "/v1/shifts": (job, job.shift["id"]),
        f"/v1/providers/{done.shift['provider_id']}/jobs": (done, done.offer["id"]),
    }
    for path, (of, wanted) in lists.items():
        for whose in ("own", *OTHERS):
            listed = await world.api.get(path, await driver(world.api, of, whose), min_position=world.api.reached)
            ids = [row["id"] for row in listed.json()["data"]]
            assert ids == ([wanted] if whose == "own" else []), (path, whose)


async def test_a_driver_goes_out_as_themselves(world: World) -> None:
    job = await searching(world.api, world.api.desk)
    company = f"/v1/providers/{job.shift['provider_id']}"
    crew = await world.api.done(f"{company}/crew-members", job.provider, {"skills": ["tow"]})
    truck = await world.api.done(f"{company}/trucks", job.provider, {"equipment": ["tow"]})
    body = {"provider_id": job.shift["provider_id"], "location": DEPOT, "truck_id": truck["truck_id"]}
    body["crew_id"] = crew["crew_id"]
    codes: dict[Driver, str] = {"own": "unknown_crew", "a colleague's": "unknown_crew", "nobody's": "not_allowed"}
    for whose, code in codes.items():
        refused = await world.api.post("/v1/shifts", await driver(world.api, job, whose), body)
        assert refused.json()["code"] == code, whose
    themselves = replace(await driver(world.api, job, "own"), crew_id=parse(Prefix.CREW, str(crew["crew_id"])))
    assert (
        await crew_of(world.api, replace(job, shift=await world.api.done("/v1/shifts", themselves, body)))
        == crew["crew_id"]
    )


async def test_a_driver_tells_where_their_own_truck_is(world: World) -> None:
    job = await accepted(world.api, world.api.desk)
    await world.api.get("/v1/shifts", world.api.desk, min_position=world.api.reached)
    for whose in OTHERS:
        told = await world.api.post("/v1/positions", await driver(world.api, job, whose), {"positions": [seen(job)]})
        assert [one["code"] for one in told.json()["refused"]] == ["unknown_shift"]
    assert (await world.api.done("/v1/positions", await driver(world.api, job, "own"), {"positions": [seen(job)]}))[
        "accepted"
    ] == 1


async def test_a_driver_sees_of_the_crew_themselves(world: World) -> None:
    job = await searching(world.api, world.api.desk)
    company = f"/v1/providers/{job.shift['provider_id']}"
    await world.api.done(f"{company}/crew-members", job.provider, {"skills": ["tow"]})
    shows: dict[Driver, list[object]] = {"own": [await crew_of(world.api, job)], "a colleague's": [], "nobody's": []}
    for whose, crew in shows.items():
        shown = (
            await world.api.get(company, await driver(world.api, job, whose), min_position=world.api.reached)
        ).json()
        assert [one["crew_id"] for one in shown["crew"]] == crew
        assert shown["on_duty"] == ([job.shift["id"]] if whose == "own" else [])
    other = await searching(world.api, world.api.desk)
    strangers = await world.api.get(f"/v1/providers/{other.shift['provider_id']}", await driver(world.api, job, "own"))
    assert strangers.json()["code"] == "not_found"


async def test_why_a_driver_was_not_asked_is_about_their_own_shifts(world: World) -> None:
    job = await world.standing(accepted, "demo")
    path = f"/v1/providers/{job.shift['provider_id']}/why-not/{job.request['id']}"
    for whose in OTHERS:
        hidden = await world.api.get(path, await driver(world.api, job, whose), min_position=world.api.reached)
        assert hidden.json()["code"] == "not_found", "they were in reach of nothing"
