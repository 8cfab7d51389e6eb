"""Does anything of one tenant, or of one person, answer another who has its id? Every operation, from the document.

What an address and a body name is one tenant's; who calls is of another, or of the same and nobody there. What is
sent comes from the document's own examples, so that a new route is tried without a line here.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from domain.actor import Role
from domain.ids import Prefix
from interfaces.http.reach import Reach, Row
from tests.interfaces.http.admitted import ROWS
from tests.interfaces.http.committed import committed_document
from tests.interfaces.http.things import NOBODYS, Things, one_of_everything
from tests.support.api import Api, somebody
from tests.support.effort import THOROUGH

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from domain.actor import Actor
    from infra.bootstrap import Stack

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

AN_ID: Final = re.compile(rf"({'|'.join(prefix.value for prefix in Prefix)})[0-9a-f]{{32}}")
NAMES_NOTHING_OF_OURS: Final = {"plan", "month"}
"""What addresses name beside ids of things: the same words are good everywhere, and mean one's own."""
OF_CUSTOMERS: Final = "/v1/customers/{customer_id}/"
"""Nobody keeps a list of customers: a wallet is opened for whoever is named, in the tenant of who names them."""
OTHERWISE: Final = {
    "POST /v1/accounts/{account_id}/role-grants": "not_allowed",
    "POST /v1/accounts/{account_id}/role-withdrawals": "not_allowed",
    "POST /v1/providers/{provider_id}/documents": "unknown_file",
    "GET /v1/providers/{provider_id}/earnings": "",
    "GET /v1/providers/{provider_id}/statement": "",
    "GET /v1/providers/{provider_id}/statement/file": "",
}
"""What is answered before, or without, looking for the thing: a code, or a list with nothing in it."""


@pytest.fixture(scope="module")
async def ours(api: Api, stack: Stack) -> Things:
    return await one_of_everything(api, stack, "swapped-ours")


def bodies() -> dict[str, Any]:
    """What the document gives as an example, by route."""
    found: dict[str, Any] = {}
    for path, operations in committed_document()["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            found[f"{method.upper()} {path}"] = content.get("example")
    return found


def swapped(body: Any, things: Things) -> Any:
    """The same body about things of ours: every id that is of a kind that we have."""
    if isinstance(body, dict):
        return {name: swapped(value, things) for name, value in body.items()}
    if isinstance(body, list):
        return [swapped(value, things) for value in body]
    if isinstance(body, str) and AN_ID.fullmatch(body):
        return next((one for one in things.ids.values() if one.startswith(body[:4])), body)
    return body


def about_something() -> list[str]:
    """Every route whose address names a thing."""
    return [route for route in ROWS if set(re.findall(r"{(\w+)}", route)) - NAMES_NOTHING_OF_OURS]


def strangers(row: Row, tenant: str) -> Iterator[Actor]:
    """Who may do that with what is theirs: in another tenant, and in this one without any of it."""
    seen: set[tuple[str, Reach]] = set()
    for role, who in sorted(row.items()):
        for there in ("swapped-theirs", tenant):
            is_stranger = there != tenant or who.reach in {Reach.OWN, Reach.COMPANY, Reach.PARTNER}
            if is_stranger and (THOROUGH or (there, who.reach) not in seen):
                seen.add((there, who.reach))
                yield somebody(role, there)


async def ask(api: Api, route: str, actor: Actor, things: Things, body: Any) -> httpx.Response:
    """The route about our things by somebody."""
    method, _, template = route.partition(" ")
    path = things.path(template)
    if method == "GET":
        return await api.get(path, actor)
    return await api.post(path, actor, swapped(body, things), version=1)


async def test_what_an_address_names_is_there_for_nobody_else(api: Api, ours: Things) -> None:
    examples, findings, before = bodies(), [], await newest(api, ours)
    for route in about_something():
        for actor in strangers(ROWS[route], ours.tenant):
            answer = await ask(api, route, actor, ours, examples.get(route))
            if not is_hidden(route, answer, ours):
                findings.append(f"{route} by {actor.role} of {actor.tenant}: {answer.status_code} {answer.text[:300]}")
    assert not findings, "\n".join(findings)
    assert await newest(api, ours) == before, "somebody else ordered something of ours"


def is_hidden(route: str, answer: httpx.Response, ours: Things) -> bool:
    """Whether that answer tells nothing of ours, as if it were not there."""
    code = answer.json().get("code", "") if "json" in answer.headers["content-type"] else ""
    if (answer.status_code, code) == (404, "not_found"):
        return True
    if OF_CUSTOMERS not in route and OTHERWISE.get(route) != code:
        return False
    asked = {ours.ids["customer_id"], show_provider(ours), ours.ids["account_id"]}
    return not any(one in answer.text for one in set(ours.ids.values()) - asked if AN_ID.fullmatch(one))


def show_provider(ours: Things) -> str:
    """Whose money is asked for: it may be named back."""
    return ours.path("/v1/providers/{provider_id}/earnings").split("/")[3]


async def newest(api: Api, ours: Things) -> object:
    """The last that happened in our tenant, as its auditor sees it."""
    return (await api.get("/v1/audit/events", somebody(Role.AUDITOR, ours.tenant), limit=1)).json()["data"]


async def test_what_a_body_names_is_nobody_elses_either(api: Api, ours: Things) -> None:
    examples, findings, before = bodies(), [], await newest(api, ours)
    for route in sorted(set(ROWS) - set(about_something())):
        body = swapped(examples.get(route), ours)
        sent = {one for one in set(ours.ids.values()) if AN_ID.fullmatch(one) and one in json.dumps(body)}
        for actor in strangers(ROWS[route], ours.tenant) if sent else ():
            answer = await api.post(route.partition(" ")[2], actor, body)
            others = {one for one in set(ours.ids.values()) - sent if AN_ID.fullmatch(one)}
            if any(one in answer.text for one in others):
                findings.append(f"{route} by {actor.role} of {actor.tenant}: {answer.status_code} {answer.text[:300]}")
    assert not findings, "\n".join(findings)
    assert await newest(api, ours) == before, "somebody else ordered something of ours"


async def test_whoever_sees_all_of_that_tenant_finds_it(api: Api, ours: Things) -> None:
    missing = []
    for route in about_something():
        seers = [role for role, who in ROWS[route].items() if who.reach is Reach.TENANT]
        is_one_of_ours = route.endswith("}") and NOBODYS not in ours.path(route)
        if route.startswith("GET") and seers and is_one_of_ours:
            answer = await api.get(ours.path(route.partition(" ")[2]), somebody(min(seers), ours.tenant))
            if not answer.is_success:
                missing.append(f"{route}: {answer.text[:200]}")
    assert not missing, "\n".join(missing)
