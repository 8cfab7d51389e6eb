"""Does a partner get help for its members, is it told of those requests alone, and does it bear what they cost?"""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest

from application.expire_quote import ExpireQuote, expire_quote
from application.log import CommandContext, fingerprint_of
from domain.actor import Actor, Role
from domain.ids import Prefix, parse
from infra.privacy.erasure import erase
from infra.privacy.whom import Person
from interfaces.http.scopes import SCOPES
from tests.interfaces.http.test_priced_story import desk as priced_desk
from tests.interfaces.http.test_priced_story import taken
from tests.support.api import HELP, Api, Job, Json, fresh_key, somebody

if TYPE_CHECKING:
    from infra.bootstrap import Stack
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
desk = priced_desk

TERMS = {"currency": "INR", "credit_limit_minor": 5_000_000, "most_per_job_minor": 1_000_000}
CALL: Json = {name: value for name, value in HELP.items() if name != "contact"}
CASH: Any = {"confirm": {"payment_method": "cash"}}
_numbers = itertools.count(10_000)


def a_member(phone: str | None = None) -> Json:
    return {"name": "Meera Pillai", "phone": phone or f"+9198450{next(_numbers)}", "reference": "POL-2291-77"}


async def a_partner(api: Api, desk: Actor, **terms: object) -> Actor:
    opened = await api.done("/v1/partner-accounts", somebody(Role.ADMIN, desk.tenant), {**TERMS, **terms})
    return Actor(Role.PARTNER, parse(Prefix.PARTNER, str(opened["id"])), desk.tenant)


def place_of(partner: Actor) -> str:
    assert partner.subject_id is not None
    return f"/v1/partner-accounts/ptn_{partner.subject_id.hex}"


async def helped(api: Api, partner: Actor, by: Actor | None = None, **more: Any) -> Any:
    body = {**CALL, "member": a_member(), **more}
    return await api.done(f"{place_of(partner)}/service-requests", by or partner, body)


async def refused(api: Api, partner: Actor, by: Actor | None = None, **more: Any) -> tuple[int, str]:
    body = {**CALL, "member": a_member(), **more}
    answer = await api.post(f"{place_of(partner)}/service-requests", by or partner, body)
    return answer.status_code, answer.json()["code"]


async def told(api: Api, path: str, actor: Actor) -> Any:
    answer = await api.get(path, actor, min_position=api.reached)
    assert answer.status_code == 200, answer.text
    return answer.json()


def of(request: Any) -> str:
    return f"/v1/service-requests/{request['id']}"


async def test_a_partner_orders_and_bears_what_it_costs(api: Api, desk: Actor) -> None:
    partner = await a_partner(api, desk)
    request = await helped(api, partner, **CASH)
    assert request["state"] == "searching"
    bearer = await told(api, f"{of(request)}/partner", partner)
    assert (bearer["kept_minor"], bearer["borne_minor"]) == (request["quote"]["total_minor"], 0)
    assert (await told(api, place_of(partner), desk))["kept_minor"] == bearer["kept_minor"]
    shown = await told(api, of(request), partner)
    assert (shown["can"], shown["start_code"]) == (["cancel"], None)
    details = await told(api, f"{of(request)}/customer-details", desk)
    assert details["name"] == "Meera Pillai"
    cancelled = await api.done(f"{of(request)}/cancellation", partner, {"reason": "other"}, version=shown["version"])
    assert cancelled["state"] == "cancelled"
    bearer = await told(api, f"{of(request)}/partner", desk)
    assert (bearer["kept_minor"], bearer["borne_minor"]) == (0, 0)


async def test_a_job_that_is_done_is_owed_by_the_partner(api: Api, desk: Actor) -> None:
    partner = await a_partner(api, desk)
    request = await helped(api, partner, **CASH)
    member = Actor(Role.CUSTOMER, parse(Prefix.USER, (await told(api, of(request), desk))["customer_id"]), desk.tenant)
    job = await taken(api, desk, Job(member, member, request))
    drive = await told(api, f"{of(request)}/drive", partner)
    assert (drive["doubt"], drive["away_m"]) == (None, None), "what we suspect is for those who can do something"
    await api.done(f"{of(request)}/en-route", job.provider)
    await api.done(f"{of(request)}/arrival", job.provider, {})
    code = (await told(api, of(request), member))["start_code"]
    await api.done(f"{of(request)}/start", job.provider, {"code": code})
    picture = {"sha256": "ab" * 32, "taken_at": "2026-01-01T00:00:00Z"}
    for kind in ("vehicle_before", "work_done"):
        await api.done(f"{of(request)}/evidence", job.provider, {**picture, "kind": kind})
    done = await api.done(f"{of(request)}/completion", job.provider)
    assert (done["state"], done["settled_minor"]) == ("completed", request["quote"]["total_minor"])
    bearer = await told(api, f"{of(request)}/partner", partner)
    assert (bearer["kept_minor"], bearer["borne_minor"]) == (0, done["settled_minor"])
    assert (await told(api, place_of(partner), desk))["owed_minor"] == done["settled_minor"]


async def test_what_it_does_not_bear_its_member_pays_and_never_from_a_wallet(api: Api, desk: Actor) -> None:
    partner = await a_partner(api, desk, most_per_job_minor=10_000)
    assert await refused(api, partner, confirm={"payment_method": "wallet"}) == (403, "not_allowed")
    request = await helped(api, partner)
    assert request["state"] == "quoted"
    body = {"quote_version": 1, "payment_method": "wallet"}
    answer = await api.post(f"{of(request)}/confirmation", partner, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    confirmed = await api.done(f"{of(request)}/confirmation", partner, {**body, "payment_method": "cash"})
    assert (confirmed["state"], confirmed["payment_method"]) == ("searching", "cash")
    assert (await told(api, f"{of(request)}/partner", partner))["kept_minor"] == 10_000


async def test_a_credit_that_does_not_reach_keeps_nobody_in_danger_waiting(api: Api, desk: Actor) -> None:
    partner = await a_partner(api, desk, credit_limit_minor=1)
    assert await refused(api, partner, **CASH) == (409, "partner_limit_reached")
    assert (await told(api, "/v1/service-requests", partner))["data"] == []
    request = await helped(api, partner, sos=True)
    assert request["state"] == "searching"
    bearer = await told(api, f"{of(request)}/partner", partner)
    assert (bearer["kept_minor"], bearer["currency"]) == (0, None)
    listed = await told(api, "/v1/service-requests", partner)
    assert [row["id"] for row in listed["data"]] == [request["id"]]


async def test_a_month_is_never_overrun_and_keeps_nobody_in_danger_waiting(api: Api, desk: Actor) -> None:
    price = (await helped(api, await a_partner(api, desk)))["quote"]["total_minor"]
    partner = await a_partner(api, desk, most_per_month_minor=3 * price + 1)
    answers = await asyncio.gather(*(refusal_of(api, partner) for _ in range(12)))
    assert set(answers) <= {"", "partner_spend_limit_reached", "contended"}
    account = await told(api, place_of(partner), desk)
    assert account["kept_minor"] == answers.count("") * price <= 3 * price
    while (answer := await refusal_of(api, partner)) != "partner_spend_limit_reached":
        assert answer == ""
    account = await told(api, place_of(partner), desk)
    assert (account["kept_minor"], account["most_per_month_minor"]) == (3 * price, 3 * price + 1)
    assert (await helped(api, partner, sos=True))["state"] == "searching"


async def kept_for(api: Api, request: Any, actor: Actor) -> int:
    return int((await told(api, f"{of(request)}/partner", actor))["kept_minor"])


async def test_however_a_call_ends_that_nobody_agreed_to_the_credit_is_free_again(
    api: Api, desk: Actor, stack: Stack
) -> None:
    partner = await a_partner(api, desk)
    by_partner, by_desk, merged, late, danger = [await helped(api, partner, sos=sos) for sos in (*[False] * 4, True)]
    asked = (by_partner, by_desk, merged, late, danger)
    assert [await kept_for(api, each, partner) for each in asked] == [each["quote"]["total_minor"] for each in asked]
    for actor, each in ((partner, by_partner), (desk, by_desk)):
        await api.done(f"{of(each)}/cancellation", actor, {"reason": "other"}, version=each["version"])
    await api.done(f"{of(merged)}/merge", desk, {"into": late["id"]})
    await api.done(f"{of(danger)}/search-end", desk)
    at = datetime.now(UTC) + timedelta(days=1)
    command = ExpireQuote(Actor.system("dispatcher", desk.tenant), parse(Prefix.REQUEST, late["id"]), at)
    context = CommandContext(desk.tenant, "system:dispatcher", late["id"], fingerprint_of(late["id"]), uuid4(), at)
    done = await stack.engine.run(context, lambda work: expire_quote(command, work))
    api.reached = max(api.reached, done.position)
    assert [(await told(api, of(each), desk))["state"] for each in asked] == [
        *("cancelled", "cancelled", "merged", "expired", "unfulfilled")
    ]
    assert [await kept_for(api, each, partner) for each in asked] == [0] * len(asked)
    assert (await told(api, place_of(partner), desk))["kept_minor"] == 0


async def refusal_of(api: Api, partner: Actor) -> str:
    answer = await api.post(f"{place_of(partner)}/service-requests", partner, {**CALL, "member": a_member()})
    return "" if answer.is_success else str(answer.json()["code"])


async def test_nobody_elses_request_is_there(api: Api, desk: Actor) -> None:
    partner, rival = [await a_partner(api, desk) for _ in range(2)]
    request, _ = await helped(api, partner), await helped(api, rival)
    stranger = Actor(Role.PARTNER, partner.subject_id, "elsewhere")
    own = await api.done("/v1/service-requests", somebody(Role.CUSTOMER, desk.tenant), HELP)
    for actor, path in ((rival, of(request)), (stranger, of(request)), (partner, of(own))):
        for what in ("", "/drive", "/partner"):
            assert (await api.get(path + what, actor, min_position=0)).status_code == 404, what
        confirmation = {"quote_version": 1, "payment_method": "cash"}
        for what, body in (("quote", None), ("confirmation", confirmation), ("cancellation", {"reason": "other"})):
            answer = await api.post(f"{path}/{what}", actor, body, version=2)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), what
    assert await refused(api, partner, by=rival) == (404, "not_found")
    assert await refused(api, partner, by=stranger) == (404, "not_found")
    listed = await told(api, "/v1/service-requests", partner)
    assert [row["id"] for row in listed["data"]] == [request["id"]]


async def test_the_same_number_is_the_same_member_of_this_partner_alone(api: Api, desk: Actor, stack: Stack) -> None:
    partner, rival = [await a_partner(api, desk) for _ in range(2)]
    member = a_member()

    async def whose(request: Any) -> str:
        return cast("str", (await told(api, of(request), desk))["customer_id"])

    first, again = [await whose(await helped(api, partner, member=member)) for _ in range(2)]
    assert first == again
    assert await whose(await helped(api, rival, member=member)) != first
    assert await whose(await helped(api, partner)) != first
    about = await stack.exports.gathering.about(Person(desk.tenant, Prefix.USER, parse(Prefix.USER, first)))
    assert [row["partner_id"] for row in about["partners"]] == [partner.subject_id]
    assert {row["reference"] for row in about["personal"]} == {member["reference"]}
    assert (await erase(stack, Person(desk.tenant, Prefix.USER, parse(Prefix.USER, first)), datetime.now(UTC))).known
    assert await whose(await helped(api, partner, member=member)) != first, "who was erased is somebody new"


async def test_an_order_sent_twice_is_one(api: Api, desk: Actor) -> None:
    partner, key, body = await a_partner(api, desk), fresh_key(), {**CALL, **CASH, "member": a_member()}
    path = f"{place_of(partner)}/service-requests"
    first, again = [(await api.post(path, partner, body, key=key)).json() for _ in range(2)]
    assert first == again
    assert len((await told(api, "/v1/service-requests", partner))["data"]) == 1
    other = await api.post(path, partner, {**body, "member": a_member()}, key=key)
    assert other.json()["code"] == "key_reused"


async def test_the_desk_orders_for_a_partner_that_telephones_and_nobody_else(api: Api, desk: Actor) -> None:
    partner = await a_partner(api, desk)
    request = await helped(api, partner, by=desk)
    assert (await told(api, f"{of(request)}/partner", partner))["partner_id"] == place_of(partner).rpartition("/")[2]
    for role in (Role.CUSTOMER, Role.PROVIDER, Role.FINANCE, Role.AUDITOR):
        assert await refused(api, partner, by=somebody(role, desk.tenant)) == (403, "forbidden")
    nobody = Actor(Role.PARTNER, UUID(int=7), desk.tenant)
    assert await refused(api, nobody, by=desk) == (404, "not_found")


async def test_what_makes_no_sense_is_refused(api: Api, desk: Actor) -> None:
    partner = await a_partner(api, desk)
    bodies: tuple[Any, ...] = (
        {"member": {"name": "A", "phone": "98450"}},
        {"member": None},
        {"customer_id": "usr_" + "0" * 32},
    )
    for more in bodies:
        assert await refused(api, partner, **more) == (422, "validation_failed"), more
    assert await refused(api, partner, member={**a_member(), "reference": "x" * 41}) == (422, "validation_failed")


async def test_a_key_may_do_it_with_its_scope_and_only_then(api: Api, desk: Actor) -> None:
    partner, admin = await a_partner(api, desk), somebody(Role.ADMIN, desk.tenant)
    wanted = {"name": "claims", "scopes": ["requests"]}
    made = await api.done(f"{place_of(partner)}/api-keys", admin, wanted)
    other = await api.done(f"{place_of(partner)}/api-keys", admin, {**wanted, "scopes": ["webhooks"]})
    path, body = f"{place_of(partner)}/service-requests", {**CALL, "member": a_member()}
    for key, status in ((made["key"], 201), (other["key"], 403)):
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": fresh_key()}
        assert (await api.client.post(path, json=body, headers=headers)).status_code == status
    assert "request_for_member" in SCOPES["requests"]


async def test_no_event_and_no_index_tells_who_was_helped(api: Api, desk: Actor, shared_database: Database) -> None:
    member = a_member()
    await helped(api, await a_partner(api, desk), member=member, **CASH)
    with psycopg.connect(shared_database.admin_dsn) as connection:
        kept = connection.execute("SELECT convert_from(payload, 'UTF8') FROM cell_main.events").fetchall()
        index = connection.execute("SELECT t::text FROM cell_main.partner_members t").fetchall()
    text = repr(kept) + repr(index)
    assert [word for word in (member["name"], member["phone"], member["reference"]) if str(word) in text] == []
