"""Does the API show what a membership bears, keep it with the confirmation, and free it with the cancellation?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from domain.actor import Role
from domain.ids import Prefix, new_id, show
from tests.interfaces.http.test_memberships import FREE, an_id, offered
from tests.support.api import somebody

if TYPE_CHECKING:
    from tests.support.api import Api

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

HELP = {
    "service": "flat_tyre",
    "vehicle_class": "car",
    "location": {"lat": 12.975, "lng": 77.605},
    "contact": {"name": "Asha Rao", "phone": "+919845067891"},
}


async def test_what_is_shown_is_kept_and_given_free(api: Api) -> None:
    tenant = f"covered-{new_id(datetime.now(UTC)).hex[-8:]}"
    desk, customer = somebody(Role.DISPATCHER, tenant), somebody(Role.CUSTOMER, tenant)
    assert customer.subject_id is not None
    await api.done("/v1/tariffs/default", desk, {"state_code": "29"})
    request: Any = {"quote": None}
    async with asyncio.timeout(60):
        while request["quote"] is None:
            request = await api.done("/v1/service-requests", customer, HELP)
    await offered(api, FREE, tenant)
    vehicle = an_id(Prefix.VEHICLE)
    body = {"customer_id": show(Prefix.USER, customer.subject_id), "plan": "free", "vehicle_ids": [vehicle]}
    member: Any = await api.done("/v1/subscriptions", customer, body)

    async def left() -> int:
        path = f"/v1/subscriptions/{member['id']}/benefits"
        return int((await api.get(path, customer, min_position=api.reached)).json()["data"][0]["left"])

    path = f"/v1/service-requests/{request['id']}"
    cover: Any = await api.done(f"{path}/coverage", customer, {"subscription_id": member["id"], "vehicle_id": vehicle})
    assert (cover["state"], cover["covered_minor"]) == ("shown", request["quote"]["total_minor"])
    assert await left() == 2
    confirmation = {"quote_version": 1, "payment_method": "cash"}
    confirmed: Any = await api.done(f"{path}/confirmation", customer, confirmation)
    assert await left() == 1
    await api.done(f"{path}/cancellation", customer, {"reason": "no_longer_needed"}, version=confirmed["version"])
    assert await left() == 2
