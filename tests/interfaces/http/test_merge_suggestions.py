"""Who sees which calls were merged, and until when that can be undone?"""

import pytest

from domain.actor import Role
from tests.support.api import Api, a_request, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


async def test_the_desk_of_a_tenant_sees_its_merges_and_takes_them_back(api: Api) -> None:
    desk = somebody(Role.DISPATCHER, "twins")
    _, first = await a_request(api, somebody(Role.CUSTOMER, "twins"))
    _, second = await a_request(api, somebody(Role.CUSTOMER, "twins"))
    path = f"/v1/service-requests/{second['id']}"
    merged = await api.done(f"{path}/merge", desk, {"into": first["id"]})
    listed = await api.get("/v1/merge-suggestions", desk, min_position=merged["position"], state="merged")
    (row,) = listed.json()["data"]
    assert (row["request_id"], row["into"], row["state"]) == (second["id"], first["id"], "merged")
    assert row["undo_until"] > row["suggested_at"]
    undone = await api.done(f"{path}/merge-undo", desk)
    assert undone["state"] == "searching"
    left = await api.get("/v1/merge-suggestions", desk, min_position=undone["position"], state="merged")
    assert left.json()["data"] == []


async def test_other_tenants_and_customers_see_none(api: Api) -> None:
    listed = await api.get("/v1/merge-suggestions", somebody(Role.DISPATCHER, "others"))
    assert listed.json()["data"] == []
    for role in (Role.CUSTOMER, Role.PROVIDER, Role.AUDITOR):
        assert (await api.get("/v1/merge-suggestions", somebody(role, "twins"))).status_code == 403
