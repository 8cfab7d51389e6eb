"""Do repeated and refused commands leave personal data behind that nobody asked for?"""

import psycopg
import pytest

from domain.actor import Role
from infra.bootstrap import build
from tests.support.api import HELP, Api, Json, an_offer, fresh_key, somebody
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

PATH = "/v1/service-requests"


def records(database: Database) -> int:
    with psycopg.connect(database.admin_dsn) as connection:
        row = connection.execute("SELECT count(*) FROM personal_records").fetchone()
        return int(row[0]) if row else 0


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.DISPATCHER])
async def test_a_repeated_call_for_help_keeps_the_customer_once(
    api: Api, shared_database: Database, role: Role
) -> None:
    actor, key, before = somebody(role), fresh_key(), records(shared_database)
    answers = [await api.post(PATH, actor, HELP, key=key) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert records(shared_database) == before + 1


async def test_the_same_key_with_another_name_keeps_the_first(api: Api, shared_database: Database) -> None:
    customer, key, before = somebody(Role.CUSTOMER), fresh_key(), records(shared_database)
    made = await api.post(PATH, customer, HELP, key=key)
    other: Json = {**HELP, "contact": {"name": "Somebody Else", "phone": "+919845000000"}}
    refused = await api.post(PATH, customer, other, key=key)
    assert refused.json()["code"] == "key_reused"
    assert records(shared_database) == before + 1
    told = made.json()
    shown = await api.get(f"{PATH}/{told['id']}/customer-details", customer, min_position=told["position"])
    assert shown.json()["name"] == "Ashalata Xyzzy"


async def test_who_may_read_the_details_reads_what_was_written(api: Api) -> None:
    customer = somebody(Role.CUSTOMER)
    told = (await api.post(PATH, customer, HELP)).json()
    shown = await api.get(f"{PATH}/{told['id']}/customer-details", api.desk, min_position=told["position"])
    assert shown.json() == {
        "request_id": told["id"],
        "customer_id": f"usr_{customer.subject_id.hex}" if customer.subject_id else None,
        "erased": False,
        "name": "Ashalata Xyzzy",
        "phone": "+919845012345",
        "location": HELP["location"],
        "drop_location": None,
        "note": HELP["note"],
        "plate": HELP["plate"],
    }


async def test_an_erased_customer_is_gone_from_every_process_at_once(api: Api, shared_database: Database) -> None:
    customer = somebody(Role.CUSTOMER)
    assert customer.subject_id is not None
    told = (await api.post(PATH, customer, HELP)).json()
    path = f"{PATH}/{told['id']}/customer-details"
    assert (await api.get(path, api.desk, min_position=told["position"])).json()["name"] == "Ashalata Xyzzy"
    elsewhere = await build(shared_database.settings)
    try:
        assert await elsewhere.personal.erase("demo", customer.subject_id)
    finally:
        await elsewhere.close()
    shown = (await api.get(path, api.desk)).json()
    assert shown["erased"]
    assert [shown[name] for name in ("name", "phone", "location", "note", "plate")] == [None] * 5
    assert (await api.get(f"{PATH}/{told['id']}", api.desk)).json()["cell"], "dispatch still knows the cell"


async def test_a_provider_knows_the_customer_only_while_it_holds_the_job(api: Api) -> None:
    job = await an_offer(api)
    path = f"{job.request_path}/customer-details"
    asked = await api.get(path, job.provider, min_position=job.offer["position"])
    assert asked.status_code == 404, "an offer shows what is needed to decide, and nobody's name"
    taken = await api.done(f"{job.offer_path}/acceptance", job.provider)
    assert (await api.get(path, job.provider, min_position=taken["position"])).status_code == 200
    done = taken
    for act in ("en-route", "arrival", "completion"):
        done = await api.done(f"{job.request_path}/{act}", job.provider, {} if act == "arrival" else None)
    over = await api.get(path, job.provider, min_position=done["position"])
    assert (over.status_code, over.json()["code"]) == (403, "not_allowed")


async def test_an_invalid_service_is_refused_before_anything_is_kept(api: Api, shared_database: Database) -> None:
    before = records(shared_database)
    refused = await api.post(PATH, somebody(Role.CUSTOMER), {**HELP, "service": "fuel_delivery", "fuel": "electric"})
    assert refused.json()["code"] == "service_does_not_fit"
    assert records(shared_database) == before
