"""Over HTTP: whose membership takes a dearer plan, and what is to be paid for it?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, show
from tests.support.api import Api, somebody

FREE = {
    "price_minor": 0,
    "currency": "INR",
    "tax_bp": 1_800,
    "term_days": 45,
    "waiting_h": 0,
    "same_cause_days": 2,
    "vehicles": 1,
    "grace_days": 10,
    "benefits": [{"benefit": "events", "units": 2, "most_per_event": 1}],
}
pytestmark = [pytest.mark.anyio, pytest.mark.servers]


async def test_a_plan_that_costs_nothing_more_applies_at_once_for_whose_membership_it_is(api: Api) -> None:
    customer, tenant = somebody(Role.CUSTOMER, "upgrades"), "upgrades"
    admin = Actor(Role.ADMIN, new_id(datetime.now(UTC)), tenant)
    for code in ("first", "second"):
        await api.done("/v1/plans", admin, {**FREE, "code": code})
    assert customer.subject_id is not None
    vehicle = show(Prefix.VEHICLE, new_id(datetime.now(UTC)))
    body = {"customer_id": show(Prefix.USER, customer.subject_id), "plan": "first", "vehicle_ids": [vehicle]}
    member = await api.done("/v1/subscriptions", customer, body)
    path = f"/v1/subscriptions/{member['id']}/upgrade"
    elsewhere = Actor(Role.ADMIN, new_id(datetime.now(UTC)), "rival")
    for stranger, status in ((somebody(Role.CUSTOMER, tenant), 404), (elsewhere, 404)):
        assert (await api.post(path, stranger, {"plan": "second"})).status_code == status
    assert (await api.post(path, somebody(Role.PROVIDER, tenant), {"plan": "second"})).status_code == 403
    done = await api.done(path, customer, {"plan": "second"})
    assert (done["order_id"], done["due_minor"], done["plan_id"] != member["plan_id"]) == (None, 0, True)
