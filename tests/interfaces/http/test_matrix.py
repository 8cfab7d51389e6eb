"""May this role do that to this object? Every route, every role that it admits; own, others', other tenants', unknown.

That it admits nobody else, without regard to objects, shows test_policy.py.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import httpx
import pytest

from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, show
from tests.interfaces.http import cases_of_providers, cases_of_requests
from tests.interfaces.http.admitted import ROWS, admitted, pairs, sees_all
from tests.interfaces.http.case import Prepare, offered, provider_of
from tests.support.api import Api, Job, an_offer, somebody
from tests.support.effort import sampled

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

Relation = Literal["own", "another's", "another tenant's", "unknown"]
RELATIONS: tuple[Relation, ...] = ("own", "another's", "another tenant's", "unknown")
NOT_FOUND = 404

COLLECTIONS = {**cases_of_requests.COLLECTIONS, **cases_of_providers.COLLECTIONS}
"""Routes about nothing that exists: whoever has the role may use them."""

OBJECTS = {**cases_of_requests.OBJECTS, **cases_of_providers.OBJECTS}
"""Routes about something that exists."""

CASES = {**COLLECTIONS, **OBJECTS}
REFUSED_BY_STATE = {
    **cases_of_requests.REFUSED_BY_STATE,
    "POST /v1/offers/{offer_id}/lapse": "offer_still_open",
    "POST /v1/providers/{provider_id}/documents/{document_id}/expiry": "out_of_turn",
    "POST /v1/shifts/{shift_id}/readiness": "out_of_turn",
    "POST /v1/shifts/{shift_id}/forced-end": "out_of_turn",
    "POST /v1/shifts": "unknown_crew",
}
"""Allowed, but refused later by a rule: past the wall that this test is about."""
OF_PAYOUTS = (
    *(
        "/v1/payouts",
        "/v1/payout-batches",
        "/v1/providers/{provider_id}/cash-in-hand",
        "/v1/providers/{provider_id}/cash-payments",
        "/v1/earnings",
        "/v1/earning-rules",
        "/v1/providers/{provider_id}/payout-account",
    ),
    *("/v1/providers/{provider_id}/earnings", "/v1/providers/{provider_id}/reserve-release"),
)
OF_MONEY = (
    *(
        "/v1/payment-orders",
        "/v1/payment-links",
        "/v1/service-requests/{request_id}/tip",
        "/v1/refunds",
        *("/v1/disputes", "/v1/recoveries"),
    ),
    "/v1/webhooks",
    *OF_PAYOUTS,
    "/v1/wallets",
    "/v1/customers",
    "/v1/payments",
    "/v1/invoices",
    *("/v1/tax-registrations", "/v1/tax-documents", "/v1/tax-registers", "/v1/providers/{provider_id}/statement/file"),
    "/v1/supply-decision",
    "/v1/ledger",
    *("/v1/plans", "/v1/subscriptions", "/v1/service-requests/{request_id}/coverage"),
)
OF_ALL = ("/v1/zones", "/v1/tariffs", "/v1/fare-rules", "/v1/price-estimates")
"""What a whole tenant shares; a tariff of this one would price every request here."""
OF_DECISIONS = "/v1/service-requests/{request_id}/decisions"
OF_PARTNERS = ("/v1/partner-accounts", "/v1/service-requests/{request_id}/partner", "/v1/webhook-endpoints")
OF_FIGURES = ("/v1/audit", "/v1/kpis", "/v1/providers/{provider_id}/statement")
ELSEWHERE = (
    "/v1/tokens",
    "/v1/sessions",
    "/v1/auth",
    "/v1/accounts",
    "/v1/impersonations",
    *OF_PARTNERS,
    "/v1/merge-suggestions",
    *("/v1/privacy", "/v1/profile", "/v1/vehicles", "/v1/account/"),
    *("/v1/files", "/v1/downloads", "/v1/provider-reviews"),
    "/v1/providers/{provider_id}/crew-members/{crew_id}",
    OF_DECISIONS,
    *OF_FIGURES,
    *OF_MONEY,
    *OF_ALL,
)
"""Tokens and signing in need no caller, sessions are one's own; what remains here has matrices of its own."""


def test_no_route_is_missing_here() -> None:
    assert set(CASES) == {route for route in ROWS if not route.partition(" ")[2].startswith(ELSEWHERE)}


class World:
    """One job for everything that is refused, and fresh ones for what is done."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._kept: dict[tuple[Prepare, str], Job] = {}

    async def standing(self, prepare: Prepare, tenant: str) -> Job:
        """A job in that state which nobody may change."""
        if (prepare, tenant) not in self._kept:
            self._kept[prepare, tenant] = await prepare(self.api, somebody(Role.DISPATCHER, tenant))
        return self._kept[prepare, tenant]


@pytest.fixture(scope="module")
def world(api: Api) -> World:
    return World(api)


def unknown(job: Job) -> Job:
    """The same, with ids that nobody gave."""

    def other(prefix: Prefix) -> str:
        return show(prefix, new_id(datetime.now(UTC)))

    shift = {**job.shift, "id": other(Prefix.SHIFT), "provider_id": other(Prefix.PROVIDER)}
    return replace(
        job,
        request={**job.request, "id": other(Prefix.REQUEST)},
        offer={**job.offer, "id": other(Prefix.OFFER)},
        shift=shift,
    )


def actor_in(role: Role, job: Job, relation: Relation) -> Actor:
    """Who calls: themselves, or another of the same role."""
    if relation == "own" and role is Role.CUSTOMER:
        return job.customer
    if relation == "own" and role is Role.PROVIDER:
        return job.provider
    return somebody(role)


async def call(api: Api, route: str, actor: Actor, job: Job) -> httpx.Response:
    """The route on that job by that actor."""
    method, template = route.split(" ")
    ids = {
        "{request_id}": job.request.get("id"),
        "{offer_id}": job.offer.get("id"),
        "{provider_id}": provider_of(job),
        "{shift_id}": job.shift.get("id"),
        "{document_id}": job.shift.get("document_id"),
    }
    path = template
    for name, value in ids.items():
        path = path.replace(name, str(value))
    case = CASES[route]
    if method == "GET":
        return await api.get(path, actor, min_position=api.reached)
    version = None
    if case.needs_version:
        shown = await api.get(path.rpartition("/")[0], api.desk, min_position=api.reached)
        version = shown.json().get("version", 1)
    return await api.post(path, actor, None if case.body is None else case.body(job), version=version)


def combinations() -> list[tuple[str, Role, Relation]]:
    """All that mean something: everything of its tenant is the desk's own; lists and first steps are about nothing.

    A partner's own requests are those that it ordered: `test_member_requests` has them.
    """
    return [
        (route, role, relation)
        for route, role in pairs(sorted(CASES))
        for relation in RELATIONS
        if not (relation == "another's" and sees_all(route, role)) and (relation == "own" or route in OBJECTS)
        if not (relation == "own" and role is Role.PARTNER and route in OBJECTS)
    ]


def tried() -> list[tuple[str, Role, Relation]]:
    """All that is the caller's own; of what is not, some of each route's in a quick run."""
    own = [each for each in combinations() if each[2] == "own"]
    return own + sampled(each for each in combinations() if each[2] != "own")


@pytest.mark.parametrize(("route", "role", "relation"), tried())
async def test_only_those_who_may(world: World, route: str, role: Role, relation: Relation) -> None:
    case = CASES[route]
    fresh = relation == "own" and route.startswith("POST")
    tenant = "rival" if relation == "another tenant's" else "demo"
    job = await (case.prepare(world.api, world.api.desk) if fresh else world.standing(case.prepare, tenant))
    actor = actor_in(role, job, relation)
    answer = await call(world.api, route, actor, unknown(job) if relation == "unknown" else job)
    if relation != "own":
        assert (answer.status_code, answer.json()["code"]) == (NOT_FOUND, "not_found"), answer.text
        assert "version" not in answer.json()
    elif route in REFUSED_BY_STATE:
        assert answer.json()["code"] == REFUSED_BY_STATE[route]
    else:
        assert answer.is_success, answer.text


async def everything(api: Api, path: str, actor: Actor, position: int) -> set[object]:
    """The ids on all pages of a list."""
    rows: set[object] = set()
    more: dict[str, object] = {}
    while True:
        listed = (await api.get(path, actor, min_position=position, limit=200, **more)).json()
        rows |= {row["id"] for row in listed["data"]}
        if listed["next_cursor"] is None:
            return rows
        more = {"cursor": listed["next_cursor"]}


def listings() -> list[tuple[str, Role]]:
    """Every list with every role that may see it; a partner's own is in `test_member_requests`."""
    lists = [route for route in COLLECTIONS if route.startswith("GET")]
    return [(route, role) for route in lists for role in sorted(admitted(route) - {Role.PARTNER})]


@pytest.mark.parametrize(("route", "role"), listings())
async def test_lists_show_nothing_of_others(world: World, route: str, role: Role) -> None:
    ours = await world.standing(offered, "demo")
    theirs = await world.standing(offered, "rival")
    another = await an_offer(world.api)
    actor = actor_in(role, ours, "own")
    rows = await everything(world.api, route.removeprefix("GET "), actor, world.api.reached)

    def of(job: Job) -> set[object]:
        return {job.request["id"], job.offer["id"], job.shift["id"], provider_of(job)}

    assert rows & of(ours)
    assert not rows & of(theirs)
    assert bool(rows & of(another)) == sees_all(route, role)
