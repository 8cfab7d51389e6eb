"""Is a partner told what it owes, job by job, to the paisa, and nobody else?"""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import pytest
from openpyxl import load_workbook

from application.log import CommandContext, fingerprint_of
from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, show
from domain.ledger import partner_owes
from domain.partner_account import PartnerAccount
from domain.partner_terms import PartnerTerms
from domain.payment_terms import payment_id
from tests.support.api import Api, somebody

if TYPE_CHECKING:
    from application.engine import Answer, Engine, Work
    from infra.bootstrap import Stack

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""Jobs of 100, 200 and 300 rupees an hour apart, a payment of 250 after them."""
AMOUNTS = (10_000, 20_000, 30_000)
PAID = 25_000
STEPS = (*AMOUNTS, -PAID)
HOUR = timedelta(hours=1)


@pytest.fixture
async def partner(stack: Stack) -> Actor:
    """One that bore three jobs and paid once, at instants that are long past."""
    tenant = f"stated-{new_id(datetime.now(UTC)).hex}"
    partner_id = new_id(NOON)

    async def bear(work: Work) -> Answer:
        account = PartnerAccount.open(partner_id, "INR", NOON - HOUR)
        account.decide(PartnerTerms(credit_limit_minor=1_000_000, most_per_job_minor=100_000), NOON - HOUR, NOON - HOUR)
        for number, amount in enumerate(AMOUNTS):
            request_id, at = UUID(int=number + 1), NOON + number * HOUR
            account.keep(request_id, amount, at)
            account.charge(request_id, payment_id(request_id), amount, at)
        account.pay(UUID(int=9), PAID, "INR", NOON + len(AMOUNTS) * HOUR)
        work.add(account)
        return {}

    context = CommandContext(tenant, "system:test", "bear", fingerprint_of("bear"), partner_id, NOON)
    await cast("Engine", stack.engine).run(context, bear)
    return Actor(Role.PARTNER, partner_id, tenant)


def path_of(partner: Actor) -> str:
    assert partner.subject_id is not None
    return f"/v1/partner-accounts/{show(Prefix.PARTNER, partner.subject_id)}"


async def stated(api: Api, stack: Stack, partner: Actor, **asked: Any) -> Any:
    asked |= {"min_position": await stack.log_head()}
    answer = await api.get(f"{path_of(partner)}/statement", partner, **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_opening_and_entries_make_the_closing_and_that_is_the_ledgers(
    api: Api, stack: Stack, partner: Actor
) -> None:
    whole = await stated(api, stack, partner)
    assert [(row["why"], row["amount_minor"]) for row in whole["data"]] == [
        ("job", 10_000), ("job", 20_000), ("job", 30_000), ("payment", -PAID)
    ]  # fmt: skip
    finance = somebody(Role.FINANCE, partner.tenant)
    balances = (await api.get("/v1/ledger/balances", finance)).json()["data"]
    assert partner.subject_id is not None
    owed = {row["account"]: row["balance_minor"] for row in balances}[partner_owes(partner.subject_id)]
    assert (whole["opening_minor"], whole["closing_minor"], owed) == (0, sum(STEPS), sum(STEPS))
    for first in range(len(STEPS) + 1):
        for last in range(first, len(STEPS) + 1):
            cut = {"from": (NOON + first * HOUR).isoformat(), "to": (NOON + last * HOUR).isoformat()}
            part = await stated(api, stack, partner, **cut)
            assert [row["amount_minor"] for row in part["data"]] == list(STEPS[first:last])
            assert (part["opening_minor"], part["closing_minor"]) == (sum(STEPS[:first]), sum(STEPS[:last]))
            balances = [row["balance_minor"] for row in part["data"]]
            assert balances == [sum(STEPS[: number + 1]) for number in range(first, last)]


async def test_page_by_page_it_is_the_same(api: Api, stack: Stack, partner: Actor) -> None:
    whole, found, cursor = await stated(api, stack, partner), list[Any](), dict[str, Any]()
    periods = set[tuple[str, str]]()
    while True:
        page = await stated(api, stack, partner, limit=1, **cursor)
        found += page["data"]
        periods.add((page["from"], page["to"]))
        assert (page["opening_minor"], page["closing_minor"]) == (0, whole["closing_minor"])
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(periods) == 1, "the first page's, however late the next is asked for"
    assert found == whole["data"]
    other = await api.get(f"{path_of(partner)}/statement", partner, **cursor, **{"from": NOON.isoformat()})
    assert (other.status_code, other.json()["code"]) == (400, "invalid_cursor"), "another period's"


async def test_it_is_taken_along_with_both_balances(api: Api, stack: Stack, partner: Actor) -> None:
    position = await stack.log_head()
    answer = await api.get(f"{path_of(partner)}/statement/file", partner, min_position=position)
    rows = list(csv.DictReader(StringIO(answer.text)))
    assert [(row["why"], row["amount"], row["balance"]) for row in rows] == [
        ("opening", "0.00", "0.00"),
        ("job", "100.00", "100.00"),
        ("job", "200.00", "300.00"),
        ("job", "300.00", "600.00"),
        ("payment", "-250.00", "350.00"),
        ("closing", "0.00", "350.00"),
    ]
    part = {"from": (NOON + HOUR).isoformat(), "to": (NOON + 2 * HOUR).isoformat(), "as": "xlsx"}
    book = await api.get(f"{path_of(partner)}/statement/file", partner, **part)
    cells = [[cell.value for cell in row] for row in load_workbook(BytesIO(book.content)).worksheets[0].rows]
    assert [row[-1] for row in cells[1:]] == [100, 300, 300]


async def test_its_own_people_and_keys_are_told_and_nobody_else(api: Api, stack: Stack, partner: Actor) -> None:
    admin, position = somebody(Role.ADMIN, partner.tenant), await stack.log_head()
    keys = [
        (await api.done(f"{path_of(partner)}/api-keys", admin, {"name": scope, "scopes": [scope]}))["key"]
        for scope in ("statements:read", "requests")
    ]
    rival = Actor(Role.PARTNER, new_id(NOON), partner.tenant)
    stranger = Actor(Role.PARTNER, partner.subject_id, "elsewhere")
    for what in ("", "/statement", "/statement/file"):
        path = path_of(partner) + what
        for actor in (partner, somebody(Role.FINANCE, partner.tenant), somebody(Role.AUDITOR, partner.tenant)):
            assert (await api.get(path, actor, min_position=position)).status_code == 200, what
        for actor in (rival, stranger):
            assert (await api.get(path, actor)).json()["code"] == "not_found", what
        for role in (Role.CUSTOMER, Role.PROVIDER):
            assert (await api.get(path, somebody(role, partner.tenant))).json()["code"] == "forbidden", what
        for key, status in zip(keys, (200, 403), strict=True):
            assert (await api.client.get(path, headers={"Authorization": f"Bearer {key}"})).status_code == status


async def test_a_period_that_makes_no_sense_is_refused(api: Api, partner: Actor) -> None:
    path = f"{path_of(partner)}/statement"
    turned = {"from": NOON.isoformat(), "to": (NOON - HOUR).isoformat()}
    assert (await api.get(path, partner, **turned)).json()["code"] == "bad_input"
    assert (await api.get(path, partner, **{"from": "yesterday"})).json()["code"] == "validation_failed"
    assert (await api.get(path, partner, cursor="x")).json()["code"] == "invalid_cursor"
