"""Who may see and answer payments that banks ask back, and see refunds, and does the API say how far they are?"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast
from uuid import UUID

import psycopg
import pytest

from application.log import CommandContext, fingerprint_of
from application.press import PressMissing
from application.record_dispute import RecordDispute, WatchDispute, record_dispute, watch_dispute
from domain.actor import Actor, Role
from domain.dispute import Dispute
from domain.dispute_terms import DECIDES_BEFORE, Claim, DisputePhase, DisputeState, PaidBy, Told, dispute_id
from domain.ids import Prefix, new_id, show
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderPurpose, Source, TryStatus
from domain.payment_order_terms import Told as Paid
from domain.refund import Refund
from domain.refund_terms import WhyRefunded
from infra.audit.check_proof import NotProved, check
from infra.audit.sealer import seal_now
from infra.evidence_desk import evidence_of
from tests.interfaces.http.admitted import ROWS, admitted
from tests.interfaces.http.of_money import pages, told
from tests.support.api import Api, somebody
from tests.support.paid import PaidJob, a_paid_job

if TYPE_CHECKING:
    import httpx

    from application.engine import Answer, Engine, Work
    from infra.bootstrap import Stack
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

ROUTES = (
    "GET /v1/disputes",
    "GET /v1/disputes/{dispute_id}",
    "GET /v1/disputes/{dispute_id}/evidence/file",
    "POST /v1/disputes/{dispute_id}/contest",
    "POST /v1/disputes/{dispute_id}/acceptance",
    "POST /v1/disputes/{dispute_id}/recovery",
    "GET /v1/recoveries",
    "GET /v1/refunds",
    "GET /v1/refunds/{refund_id}",
)
RECOVERY = "POST /v1/disputes/{dispute_id}/recovery"
REFUSED_BY_STATE = {
    "POST /v1/disputes/{dispute_id}/contest": "dispute_not_open",
    "POST /v1/disputes/{dispute_id}/acceptance": "dispute_not_open",
    RECOVERY: "nothing_lost",
}
"""Allowed, but each dispute is answered once: whoever comes second is told so; and this one is not lost."""
BODIES = {RECOVERY: {"amount_minor": 100, "currency": "INR"}}


@dataclass(frozen=True)
class Case:
    """A job whose payment a bank asks back, and one of another order that is on its way back."""

    job: PaidJob
    order_id: UUID
    dispute_id: UUID
    refund_id: UUID
    position: int


async def a_case(stack: Stack, tenant: str = "demo") -> Case:
    """All of it in three saves, without a gateway."""
    job = await a_paid_job(cast("Engine", stack.engine), tenant)
    now, order_id, refund_id = datetime.now(UTC), new_id(datetime.now(UTC)), new_id(datetime.now(UTC))
    customer_id, payment = job.customer.subject_id, f"pay_{order_id.hex[:20]}"
    assert customer_id is not None

    async def pay(work: Work) -> Answer:
        asked = {"customer_id": customer_id, "amount_minor": 118_000, "currency": "INR", "at": now}
        order = PaymentOrder.request(order_id, purpose=OrderPurpose.JOB, subject_id=job.request_id, **asked)  # type: ignore[arg-type]  # as named
        order.opened(f"order_{order_id.hex[:20]}", now)
        order.learn(Paid(payment, TryStatus.CAPTURED, 118_000, "INR"), Source.ASKED, now)
        work.add(order)
        work.add(Refund.request(refund_id, order_id=order_id, payment=payment, why=WhyRefunded.DUPLICATE, **asked))  # type: ignore[arg-type]  # as named
        return {}

    worker, gateway_dispute = Actor.system("worker", tenant), f"disp_{order_id.hex[:20]}"
    respond_by = now + timedelta(days=7)
    claim = Claim(payment, gateway_dispute, 118_000, "INR", DisputePhase.CHARGEBACK, "not_received", respond_by)
    word = Told(DisputeState.OPEN, now, 0, respond_by)
    await _run(stack, tenant, pay)
    await _run(
        stack, tenant, lambda work: record_dispute(RecordDispute(worker, PaidBy(order_id), claim, word, now), work)
    )
    opened = dispute_id(order_id, gateway_dispute)
    position = await draft(stack, opened, tenant)
    return Case(job, order_id, opened, refund_id, position)


async def draft(stack: Stack, opened: UUID, tenant: str = "demo") -> int:
    """The pack that the log gives now, as the worker keeps it."""
    dispute = await stack.aggregates.load(Dispute, tenant, opened)
    assert dispute is not None
    now = datetime.now(UTC)
    found = await evidence_of(stack).draft(tenant, dispute)
    watched = WatchDispute(Actor.system("worker", tenant), opened, found, DECIDES_BEFORE, now)
    return await _run(stack, tenant, lambda work: watch_dispute(watched, work))


async def _run(stack: Stack, tenant: str, decide: object) -> int:
    now = datetime.now(UTC)
    key = new_id(now).hex
    context = CommandContext(tenant, "system:worker", key, fingerprint_of(key), new_id(now), now)
    return (await stack.engine.run(context, decide)).position  # type: ignore[arg-type]  # what it takes


@pytest.fixture(scope="module")
async def case(stack: Stack) -> Case:
    return await a_case(stack)


def path_of(route: str, case: Case) -> str:
    path = route.partition(" ")[2].replace("{dispute_id}", show(Prefix.DISPUTE, case.dispute_id))
    return path.replace("{refund_id}", show(Prefix.REFUND, case.refund_id))


async def call(api: Api, route: str, actor: Actor, case: Case) -> httpx.Response:
    if route.startswith("POST"):
        return await api.post(path_of(route, case), actor, BODIES.get(route))
    asked = {"as": "json"} if route.endswith("/file") else {}
    return await api.get(path_of(route, case), actor, min_position=case.position, **asked)


def test_no_route_is_missing_here() -> None:
    prefixes = ("/v1/disputes", "/v1/refunds", "/v1/recoveries")
    assert {route for route in ROWS if route.partition(" ")[2].startswith(prefixes)} == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
async def test_who_runs_the_service_and_whose_money_it_is(api: Api, case: Case, route: str) -> None:
    for role in sorted(admitted(route)):
        actor = case.job.customer if role is Role.CUSTOMER else somebody(role, case.job.tenant)
        answer = await call(api, route, actor, case)
        if route in REFUSED_BY_STATE and answer.status_code == 409:
            assert answer.json()["code"] == REFUSED_BY_STATE[route]
        else:
            assert answer.is_success, answer.text


async def test_what_is_anothers_another_tenants_or_nobodys_is_not_there(api: Api, stack: Stack, case: Case) -> None:
    theirs = await a_case(stack, "rival")
    now = datetime.now(UTC)
    nobodys = Case(case.job, new_id(now), new_id(now), new_id(now), case.position)
    for route in ROUTES:
        for other in (theirs, nobodys) if "{" in route else ():
            answer = await call(api, route, somebody(min(admitted(route)), "demo"), other)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), route
    refund = "GET /v1/refunds/{refund_id}"
    assert (await call(api, refund, somebody(Role.CUSTOMER), case)).status_code == 404
    mine = await told(api, "/v1/refunds", case.job.customer, min_position=case.position)
    assert [each["id"] for each in mine["data"]] == [show(Prefix.REFUND, case.refund_id)]
    assert (await told(api, "/v1/refunds", somebody(Role.CUSTOMER), min_position=case.position))["data"] == []


async def test_a_dispute_tells_what_it_is_about_and_what_is_open(api: Api, stack: Stack) -> None:
    case, desk = await a_case(stack), somebody(Role.DISPATCHER)
    path = path_of("GET /v1/disputes/{dispute_id}", case)
    shown = await told(api, path, desk, min_position=case.position)
    assert (shown["state"], shown["answered"], shown["needs_person"]) == ("open", "nothing", False)
    assert shown["request_id"] == show(Prefix.REQUEST, case.job.request_id)
    assert shown["can"] == ["contest", "accept"]
    assert {"completed", "billed"} <= set(shown["evidence"])
    listed = await told(api, "/v1/disputes", desk, min_position=case.position, state="open", needs_person=False)
    assert show(Prefix.DISPUTE, case.dispute_id) in {each["id"] for each in listed["data"]}
    none = await told(api, "/v1/disputes", desk, min_position=case.position, state="won")
    assert none["data"] == []
    another = await a_case(stack)
    every = await pages(api, "/v1/disputes", desk, another.position, limit=1)
    assert [each["id"] for each in every[:2]] == [show(Prefix.DISPUTE, one.dispute_id) for one in (another, case)]
    assert len({each["id"] for each in every}) == len(every)


async def test_what_a_bank_gets_can_be_taken_along_before_it_is_sent(api: Api, stack: Stack) -> None:
    case, desk = await a_case(stack), somebody(Role.DISPATCHER)
    path = path_of("GET /v1/disputes/{dispute_id}", case)
    answer = await api.get(f"{path}/evidence/file", desk, min_position=case.position, **{"as": "json"})
    pack = json.loads(answer.content)
    assert pack["about"]["request_id"] == str(case.job.request_id)
    assert [line["position"] for line in pack["timeline"]] == sorted(line["position"] for line in pack["timeline"])
    assert pack["invoice_number"].startswith("VA/")
    again = await api.get(f"{path}/evidence/file", desk, **{"as": "json"})
    assert again.content == answer.content

    dispute = await stack.aggregates.load(Dispute, "demo", case.dispute_id)
    assert dispute is not None
    assert dispute.draft is not None
    try:
        papers = await evidence_of(stack).pdf("demo", dispute, dispute.draft)
    except PressMissing as missing:
        # Without root nobody can install Pango; all of the pack but its pages was looked at above.
        pytest.skip(str(missing))
    assert papers.bill is not None
    assert papers.pdf.startswith(b"%PDF")
    assert papers.bill.startswith(b"%PDF")
    assert papers.pdf == (await api.get(f"{path}/evidence/file", desk)).content

    done = await api.post(f"{path}/contest", desk)
    assert done.json()["answered"] == "contest_asked"
    shown = await told(api, path, desk, min_position=done.json()["position"])
    assert (shown["answered"], shown["can"]) == ("contest_asked", [])
    assert (await api.post(f"{path}/acceptance", desk)).json()["code"] == "dispute_not_open"


async def test_a_pack_of_sealed_events_is_proved_offline(api: Api, stack: Stack, shared_database: Database) -> None:
    case, desk = await a_case(stack), somebody(Role.DISPATCHER)
    path = path_of("GET /v1/disputes/{dispute_id}", case)
    await asyncio.to_thread(seal, shared_database)
    position = await draft(stack, case.dispute_id)
    shown = await told(api, path, desk, min_position=position)
    assert "proved" in shown["evidence"]
    pack = json.loads((await api.get(f"{path}/evidence/file", desk, **{"as": "json"})).content)
    assert [proof["event"]["position"] for proof in pack["proofs"]] == [each["position"] for each in pack["timeline"]]
    for proof in pack["proofs"]:
        check(proof, pack["root"])
    changed = pack["proofs"][0]
    changed["event"]["payload"] = changed["event"]["payload"].replace("tow", "jump_start")
    with pytest.raises(NotProved):
        check(changed, pack["root"])
    await asyncio.to_thread(seal, shared_database)
    again = json.loads((await api.get(f"{path}/evidence/file", desk, **{"as": "json"})).content)
    assert again["root"] == pack["root"], "a later seal changes no pack"


def seal(database: Database) -> None:
    """All that is there."""
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        seal_now(connection, 50)
