"""Finance lets a provider bear a lost dispute: does the API say what was taken, what is owed, and what went back?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from application.log import CommandContext, fingerprint_of
from application.record_dispute import RecordDispute, record_dispute
from domain.actor import Actor, Role
from domain.dispute import Dispute
from domain.dispute_terms import Claim, DisputeState, Told
from domain.ids import Prefix, new_id, show
from tests.interfaces.http.of_money import told
from tests.interfaces.http.test_disputes import Case, a_case
from tests.support.api import Api, somebody

if TYPE_CHECKING:
    from infra.bootstrap import Stack

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

LOST = 118_000
ALL = {"amount_minor": LOST, "currency": "INR"}
FINANCE = Role.FINANCE


async def decided(stack: Stack, case: Case, state: DisputeState, after_s: int = 1) -> int:
    """What the bank decided, as the gateway tells it; the log's position."""
    dispute = await stack.aggregates.load(Dispute, case.job.tenant, case.dispute_id)
    assert dispute is not None
    now = datetime.now(UTC) + timedelta(seconds=after_s)
    claim = Claim(
        dispute.gateway_payment,
        dispute.gateway_dispute,
        dispute.amount_minor,
        dispute.currency,
        dispute.phase,
        dispute.reason_code,
        dispute.respond_by,
    )
    word = Told(state, now, LOST if state is DisputeState.LOST else 0, dispute.respond_by)
    command = RecordDispute(Actor.system("worker", case.job.tenant), dispute.paid_by, claim, word, now)
    key = new_id(now).hex
    context = CommandContext(case.job.tenant, "system:worker", key, fingerprint_of(key), new_id(now), now)
    return (await stack.engine.run(context, lambda work: record_dispute(command, work))).position


def path_of(case: Case) -> str:
    return f"/v1/disputes/{show(Prefix.DISPUTE, case.dispute_id)}"


async def mine(api: Api, case: Case, position: object, **asked: object) -> list[dict[str, object]]:
    """The recoveries of one provider."""
    finance = somebody(FINANCE, case.job.tenant)
    listed = await told(api, "/v1/recoveries", finance, min_position=position, limit=100, **asked)
    whose = show(Prefix.PROVIDER, case.job.provider.subject_id)  # type: ignore[arg-type]  # a provider has one
    return [each for each in listed["data"] if each["provider_id"] == whose]


async def test_it_is_owed_shown_and_given_back(api: Api, stack: Stack) -> None:
    case = await a_case(stack)
    finance, path = somebody(FINANCE, case.job.tenant), path_of(case)
    lost_at = await decided(stack, case, DisputeState.LOST)
    shown = await told(api, path, finance, min_position=lost_at)
    assert (shown["lost_minor"], shown["passed_on_minor"], shown["can"]) == (LOST, 0, ["recover"])
    done = await api.done(f"{path}/recovery", finance, ALL)
    assert (done["amount_minor"], done["from_reserve_minor"], done["owed_minor"]) == (LOST, 0, LOST)
    shown = await told(api, path, finance, min_position=done["position"])
    assert (shown["passed_on_minor"], shown["can"]) == (LOST, [])
    (row,) = await mine(api, case, done["position"], is_owed=True)
    assert (row["id"], row["dispute_id"]) == (done["recovery_id"], shown["id"])
    assert (row["owed_minor"], row["is_given_back"]) == (LOST, False)
    statement = f"/v1/providers/{row['provider_id']}/statement"
    lines = (await told(api, statement, case.job.provider, min_position=done["position"]))["data"]
    assert [(each["outcome"], each["net_minor"]) for each in lines][:1] == [("loss", -LOST)]

    won_at = await decided(stack, case, DisputeState.WON, after_s=60)
    (row,) = await mine(api, case, won_at, is_owed=False)
    assert (row["owed_minor"], row["is_given_back"]) == (0, True)
    assert await mine(api, case, won_at, is_owed=True) == []
    lines = (await told(api, statement, case.job.provider, min_position=won_at))["data"]
    assert [each["outcome"] for each in lines][:2] == ["loss_returned", "loss"]
    assert sum(each["net_minor"] for each in lines[:2]) == 0


async def test_the_same_again_is_done_once_and_what_makes_no_sense_is_refused(api: Api, stack: Stack) -> None:
    case = await a_case(stack)
    finance, path = somebody(FINANCE, case.job.tenant), f"{path_of(case)}/recovery"
    refused = await api.post(path, finance, ALL)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_lost")
    await decided(stack, case, DisputeState.LOST)
    for body, status, code in (
        ({"amount_minor": LOST + 1, "currency": "INR"}, 409, "more_than_lost"),
        ({"amount_minor": 100, "currency": "USD"}, 422, "currency_mismatch"),
        ({"amount_minor": 0, "currency": "INR"}, 422, "validation_failed"),
    ):
        answer = await api.post(path, finance, body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    first, again = await api.done(path, finance, ALL), await api.done(path, finance, ALL)
    assert first["recovery_id"] == again["recovery_id"]
    another = await api.post(path, finance, {"amount_minor": 100, "currency": "INR"})
    assert another.json()["code"] == "already_passed_on"
    assert len(await mine(api, case, again["position"])) == 1
    for role in (Role.DISPATCHER, Role.AUDITOR):
        assert (await api.post(path, somebody(role, case.job.tenant), ALL)).status_code == 403
