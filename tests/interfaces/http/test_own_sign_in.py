"""Do people who are signed in change how they sign in, and only they, and only with a proof of a moment ago?"""

from datetime import UTC, datetime

import httpx
import pytest

from domain.actor import Role
from domain.ids import Prefix, new_id, show
from infra.bootstrap import Stack
from tests.interfaces.http.test_sign_in import challenge, code_of, fresh_email, fresh_phone, shown
from tests.support.api import HELP, Api, Json, fresh_key, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
ACCOUNT, WORD = "/v1/account", "a tow rope and a map"


async def signed_in(api: Api, stack: Stack, phone: str) -> str:
    asked = await challenge(api, "demo", phone)
    return str((await shown(api, asked, code_of(stack, asked))).json()["access_token"])


async def tell(api: Api, token: str, path: str, body: Json) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": fresh_key()}
    return await api.client.post(f"{ACCOUNT}{path}", json=body, headers=headers)


async def test_another_mailbox_and_a_password_and_then_by_both(api: Api, stack: Stack) -> None:
    token, email = await signed_in(api, stack, fresh_phone()), fresh_email()
    asked = await tell(api, token, "/handle-challenges", {"email": email})
    assert asked.status_code == 200, asked.text
    proof = {"challenge_id": asked.json()["challenge_id"], "code": code_of(stack, asked.json()["challenge_id"])}
    stranger = await signed_in(api, stack, fresh_phone())
    assert (await tell(api, stranger, "/handles", proof)).status_code == 401
    done = await tell(api, token, "/handles", proof)
    assert done.json() == {"handles": ["email", "phone"]}
    assert (await tell(api, token, "/handles", proof)).status_code == 401, "once"
    assert (await tell(api, token, "/password", {"password": "short"})).json()["code"] == "weak_password"
    assert (await tell(api, token, "/password", {"password": WORD})).json() == {"ended": 0}
    body = {"tenant": "demo", "email": email, "password": WORD}
    again = await api.client.post("/v1/auth/email/sessions", json=body)
    assert again.status_code == 200, again.text
    at = datetime.now(UTC)
    mine = [
        stack.identity.authority.verify(one, at).actor.subject_id
        for one in (token, again.json()["session"]["access_token"])
    ]
    assert mine[0] == mine[1]


async def test_what_is_somebody_elses_is_refused_like_a_wrong_code(api: Api, stack: Stack) -> None:
    theirs = fresh_phone()
    await signed_in(api, stack, theirs)
    token = await signed_in(api, stack, fresh_phone())
    refused = await tell(api, token, "/handle-challenges", {"phone": theirs})
    assert refused.status_code == 429, "it waits like any other code for that telephone"
    assert (await tell(api, token, "/handle-challenges", {})).json()["code"] == "validation_failed"
    assert (await api.post(f"{ACCOUNT}/password", somebody(Role.CUSTOMER), {"password": WORD})).json()[
        "code"
    ] == "sign_in_again"


async def test_the_desk_lists_who_is_known(api: Api, stack: Stack) -> None:
    await signed_in(api, stack, fresh_phone())
    listed = await api.get("/v1/accounts", api.desk, min_position=await stack.log_head(), kind="customer", limit=5)
    assert listed.is_success, listed.text
    (row, *_) = listed.json()["data"]
    assert (row["kind"], row["state"], row["roles"], row["handles"]) == ("customer", "open", ["customer"], ["phone"])
    assert (await api.get("/v1/accounts", somebody(Role.CUSTOMER))).status_code == 403


async def test_a_call_for_help_names_a_vehicle_of_ones_own(api: Api) -> None:
    me = somebody(Role.CUSTOMER)
    kept = await api.done("/v1/vehicles", me, {"vehicle_class": "suv", "fuel": "diesel", "plate": "KA01AB1234"})
    call = {name: value for name, value in HELP.items() if name not in {"vehicle_class", "fuel", "plate"}}
    asked = await api.done("/v1/service-requests", me, {**call, "vehicle_id": kept["id"]})
    told = (await api.get(f"/v1/service-requests/{asked['id']}", me, min_position=api.reached)).json()
    assert (told["vehicle_class"], told["fuel"]) == ("suv", "diesel")
    details = await api.get(f"/v1/service-requests/{asked['id']}/customer-details", me, min_position=api.reached)
    assert details.json()["plate"] == "KA01AB1234"
    unknown = show(Prefix.VEHICLE, new_id(datetime.now(UTC)))
    for another, vehicle in ((somebody(Role.CUSTOMER), kept["id"]), (me, unknown)):
        refused = await api.post("/v1/service-requests", another, {**call, "vehicle_id": vehicle})
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert (await api.post("/v1/service-requests", me, call)).json()["code"] == "validation_failed"
