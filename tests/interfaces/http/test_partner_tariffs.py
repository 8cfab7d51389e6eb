"""Does a partner pay by prices of its own, and does nobody else see or pay them?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from domain.actor import Actor, Role
from tests.interfaces.http.place import tariff
from tests.interfaces.http.test_member_requests import a_partner, helped, of, place_of, told
from tests.interfaces.http.test_priced_story import desk as priced_desk
from tests.support.api import HELP, Api, fresh_key, somebody

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
desk = priced_desk

PATH = "/v1/tariffs"
OWN: dict[str, Any] = tariff(peaks=[])
OWN["rows"] = [{**row, "base_minor": 10_000, "per_km_minor": 0} for row in OWN["rows"]]
OWN_PRICE = 11_800
WHERE = {name: HELP[name] for name in ("service", "vehicle_class", "location")}


def id_of(partner: Actor) -> str:
    return place_of(partner).rpartition("/")[2]


async def estimated(api: Api, actor: Actor) -> int:
    answer = await api.post("/v1/price-estimates", actor, WHERE)
    assert answer.is_success, answer.text
    return int(answer.json()["price"]["total_minor"])


async def until(api: Api, actor: Actor, fact: Callable[[int], bool]) -> int:
    """Prices reach the API's memory a moment after they were published; nobody tells us when."""
    async with asyncio.timeout(30):
        while not fact(price := await estimated(api, actor)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return price


async def with_prices(api: Api, desk: Actor) -> tuple[Actor, Any]:
    partner = await a_partner(api, desk)
    own = await api.done(PATH, desk, {**OWN, "partner_id": id_of(partner)})
    await until(api, partner, lambda price: price == OWN_PRICE)
    return partner, own


async def test_what_it_bears_costs_what_its_own_tariff_says(api: Api, desk: Actor) -> None:
    partner, own = await with_prices(api, desk)
    customer = somebody(Role.CUSTOMER, desk.tenant)
    request = await helped(api, partner)
    assert (request["quote"]["total_minor"], own["partner_id"]) == (OWN_PRICE, id_of(partner))
    assert (await told(api, f"{of(request)}/partner", partner))["kept_minor"] == OWN_PRICE
    afresh: Any = await api.done(f"{of(request)}/quote", desk)
    assert (afresh["quote"]["total_minor"], afresh["quote"]["version"]) == (OWN_PRICE, 2)
    usual = await estimated(api, customer)
    assert usual > OWN_PRICE
    other: Any = await api.done("/v1/service-requests", customer, HELP)
    assert other["quote"]["total_minor"] == usual
    rival = await a_partner(api, desk)
    assert (await helped(api, rival))["quote"]["total_minor"] == usual


async def test_without_its_own_it_pays_what_everybody_does(api: Api, desk: Actor) -> None:
    partner, own = await with_prices(api, desk)
    await api.done(f"{PATH}/{own['id']}/withdrawal", desk, {}, version=own["version"])
    usual = await estimated(api, somebody(Role.CUSTOMER, desk.tenant))
    assert await until(api, partner, lambda price: price != OWN_PRICE) == usual


async def test_nobody_else_is_shown_it(api: Api, desk: Actor) -> None:
    partner, own = await with_prices(api, desk)
    rival = await a_partner(api, desk)
    people = [somebody(role, desk.tenant) for role in (Role.CUSTOMER, Role.PROVIDER, Role.ANALYST)]

    async def listed(actor: Actor, **asked: str) -> list[str]:
        page = await api.get(PATH, actor, min_position=api.reached, **asked)
        return [row["id"] for row in page.json()["data"]]

    for actor in (*people, rival):
        assert own["id"] not in await listed(actor)
        assert await listed(actor), "what is everybody's is shown"
        for path in (f"{PATH}/{own['id']}", f"{PATH}?partner_id={id_of(partner)}"):
            answer = await api.client.get(path, headers=api.headers(actor))
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for actor in (partner, desk, somebody(Role.FINANCE, desk.tenant)):
        assert len(await listed(actor)) > 1
        assert await listed(actor, partner_id=id_of(partner)) == [own["id"]]
        assert (await told(api, f"{PATH}/{own['id']}", actor))["partner_id"] == id_of(partner)


async def test_a_tariff_is_of_a_partner_that_there_is_and_in_its_money(api: Api, desk: Actor) -> None:
    partner = await a_partner(api, desk)
    for body, refused in (
        ({"partner_id": "ptn_" + "0" * 32}, (404, "not_found")),
        ({"partner_id": "ptn_1"}, (422, "validation_failed")),
        ({"partner_id": id_of(partner), "currency": "USD"}, (422, "currency_mismatch")),
    ):
        answer = await api.post(PATH, desk, {**OWN, **body}, key=fresh_key())
        assert (answer.status_code, answer.json()["code"]) == refused
    answer = await api.post(PATH, partner, {**OWN, "partner_id": id_of(partner)})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
