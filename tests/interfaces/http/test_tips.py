"""Over HTTP: who may tip the crew, who sees it, on which lists does it stand, and who gives it back?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pytest

from domain.actor import Actor, Duty, Role
from domain.ids import Prefix, new_id, show
from tests.interfaces.http.of_money import path_of, told
from tests.support.api import Api, somebody
from tests.support.paid import a_paid_job

if TYPE_CHECKING:
    from application.engine import Engine
    from infra.bootstrap import Stack

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

TEN = {"amount_minor": 1_000, "currency": "INR"}
STATEMENT = "GET /v1/providers/{provider_id}/statement"


async def test_a_tip_stands_on_the_receipt_and_on_the_statement_and_goes_back_by_the_desk(
    api: Api, stack: Stack
) -> None:
    job = await a_paid_job(cast("Engine", stack.engine))
    path = f"/v1/service-requests/{show(Prefix.REQUEST, job.request_id)}/tip"
    payment = f"/v1/payments/{show(Prefix.PAYMENT, job.payment_id)}"
    elsewhere = Actor(Role.ADMIN, new_id(datetime.now(UTC)), "rival")
    for stranger, status in ((somebody(Role.CUSTOMER), 404), (elsewhere, 404), (job.provider, 403)):
        assert (await api.post(path, stranger, TEN)).status_code == status
    small = await api.post(path, job.customer, {**TEN, "amount_minor": 99})
    assert (small.status_code, small.json()["code"]) == (422, "bad_tip")
    given = await api.done(path, job.customer, TEN)
    assert (given["amount_minor"], given["is_returned"]) == (1_000, False)
    again = await api.post(path, job.customer, TEN)
    assert again.json()["code"] == "already_tipped"
    for reader in (job.customer, job.provider, api.desk, somebody(Role.AUDITOR)):
        assert (await told(api, path, reader))["id"] == given["id"]
    colleague = replace(job.provider, person_id=new_id(datetime.now(UTC)), duty=Duty.DRIVER)
    for stranger in (somebody(Role.CUSTOMER), somebody(Role.PROVIDER), elsewhere, colleague):
        assert (await api.get(path, stranger)).status_code == 404
    assert (await told(api, payment, job.customer, min_position=given["position"]))["tip_minor"] == 1_000
    earned = await told(api, path_of(STATEMENT, job), job.provider, min_position=given["position"])
    assert next((each["outcome"], each["net_minor"]) for each in earned["data"]) == ("tip", 1_000)
    for actor in (job.customer, job.provider):
        assert (await api.post(f"{path}/return", actor)).status_code == 403
    back = await api.done(f"{path}/return", api.desk)
    assert back["is_returned"] is True
    assert (await told(api, payment, job.customer, min_position=back["position"]))["tip_minor"] == 0
    earned = await told(api, path_of(STATEMENT, job), job.provider, min_position=back["position"])
    assert [each["outcome"] for each in earned["data"]][:2] == ["tip_returned", "tip"]
