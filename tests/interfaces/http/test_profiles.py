"""What somebody tells of themselves and of their vehicles: do they see it again, and nobody else but the desk?"""

from datetime import date

import pytest

from domain.actor import Actor, Role
from domain.ids import Prefix, show
from tests.interfaces.http.admitted import tagged
from tests.support.api import Api, Json, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
PROFILE, VEHICLES = "/v1/profile", "/v1/vehicles"
SWIFT: Json = {
    "vehicle_class": "car",
    "fuel": "petrol",
    "make": "maruti_suzuki",
    "model": "swift",
    "plate": "ka 1 ab 123",
}


def id_of(actor: Actor) -> str:
    assert actor.subject_id is not None
    return show(Prefix.USER, actor.subject_id)


async def read(api: Api, path: str, actor: Actor) -> Json:
    answer = await api.get(path, actor, min_position=api.reached)
    assert answer.is_success, answer.text
    told: Json = answer.json()
    return told


def test_which_routes_these_are() -> None:
    assert len(tagged("Profile")) == 7
    assert len(tagged("Vehicles")) == 6


async def test_somebody_tells_of_themselves_and_sees_it_again(api: Api) -> None:
    me = somebody(Role.CUSTOMER)
    nothing = await read(api, PROFILE, me)
    assert (nothing["version"], nothing["name"], nothing["addresses"]) == (0, None, [])
    whom = {"name": "Bina Rao", "phone": "+919845012399"}
    notices = [{"kind": "news", "channel": "email", "is_wanted": True}]
    body = {"name": "Asha Rao", "emergency_contact": whom, "language": "hi", "notices": notices}
    await api.done(PROFILE, me, body)
    home = await api.done(f"{PROFILE}/addresses", me, {"label": "Home", "address": "12 Lake View Road"})
    work = {"label": "Work", "address": "1 Mill Road", "location": {"lat": 12.97, "lng": 77.59}, "is_default": True}
    await api.done(f"{PROFILE}/addresses", me, work)
    shown = await read(api, PROFILE, me)
    assert (shown["name"], shown["emergency_contact"], shown["language"]) == ("Asha Rao", whom, "hi")
    addresses = shown["addresses"]
    assert isinstance(addresses, list)
    assert [(one["label"], one["is_default"]) for one in addresses] == [("Home", False), ("Work", True)]
    assert {"kind": "news", "channel": "email", "is_wanted": True} in shown["notices"]  # type: ignore[operator]  # a list
    await api.done(f"{PROFILE}/addresses/{home['address_id']}/removal", me)
    assert len((await read(api, PROFILE, me))["addresses"]) == 1  # type: ignore[arg-type]  # a list
    of_desk = await read(api, f"/v1/customers/{id_of(me)}/profile", api.desk)
    assert of_desk["name"] == "Asha Rao"
    assert (await api.get(f"/v1/customers/{id_of(me)}/profile", somebody(Role.CUSTOMER))).status_code == 403
    elsewhere = await read(api, f"/v1/customers/{id_of(me)}/profile", somebody(Role.DISPATCHER, "rival"))
    assert (elsewhere["version"], elsewhere["name"]) == (0, None)


async def test_consent_is_given_by_a_text_and_withdrawn_as_easily(api: Api) -> None:
    me = somebody(Role.CUSTOMER)
    await api.done(f"{PROFILE}/consents", me, {"purpose": "news", "text_version": "2026-11"})
    consents = (await read(api, PROFILE, me))["consents"]
    assert isinstance(consents, list)
    (consent,) = consents
    assert (consent["purpose"], consent["text_version"]) == ("news", "2026-11")
    await api.done(f"{PROFILE}/consents/withdrawal", me, {"purpose": "news"})
    assert (await read(api, PROFILE, me))["consents"] == []
    again = await api.post(f"{PROFILE}/consents/withdrawal", me, {"purpose": "news"})
    assert again.json()["code"] == "nothing_agreed_to"


async def test_a_vehicle_is_kept_changes_hands_and_goes(api: Api) -> None:
    me, other = somebody(Role.CUSTOMER), somebody(Role.CUSTOMER)
    kept = await api.done(VEHICLES, me, {**SWIFT, "insurance_until": "2027-03-31"})
    one = f"{VEHICLES}/{kept['id']}"
    await api.done(f"{one}/papers", me, {"paper": "puc", "valid_until": "2027-01-31"})
    shown = await read(api, one, me)
    assert (shown["plate"], shown["insurance_until"], shown["puc_until"]) == ("KA01AB0123", "2027-03-31", "2027-01-31")
    assert (await api.get(one, other, min_position=api.reached)).status_code == 404
    assert (await api.post(f"{one}/retirement", other)).status_code == 404
    assert (await api.post(f"{one}/transfer", other, {"customer_id": id_of(other)})).status_code == 404
    await api.done(f"{one}/transfer", me, {"customer_id": id_of(other)})
    assert (await read(api, VEHICLES, me))["data"] == []
    data = (await read(api, VEHICLES, other))["data"]
    assert isinstance(data, list)
    (listed,) = data
    assert (listed["plate"], listed["customer_id"]) == ("KA01AB0123", id_of(other))
    await api.done(f"{one}/retirement", other)
    late = await api.post(f"{one}/papers", other, {"paper": "puc", "valid_until": "2028-01-31"})
    assert late.json()["code"] == "vehicle_retired"
    of_desk = await api.get(VEHICLES, api.desk, customer_id=id_of(other), min_position=api.reached)
    assert [row["state"] for row in of_desk.json()["data"]] == ["retired"]


async def test_what_is_no_plate_and_nobodys_vehicle_is_refused(api: Api) -> None:
    me = somebody(Role.CUSTOMER)
    assert (await api.post(VEHICLES, me, {**SWIFT, "plate": "banyan"})).json()["code"] == "bad_plate"
    for_another = {**SWIFT, "customer_id": id_of(somebody(Role.CUSTOMER))}
    assert (await api.post(VEHICLES, me, for_another)).json()["code"] == "not_allowed"
    assert (await api.post(VEHICLES, api.desk, SWIFT)).json()["code"] == "validation_failed"
    last = await api.done(VEHICLES, me, {**SWIFT, "insurance_until": date.max.isoformat()})
    assert (await read(api, f"{VEHICLES}/{last['id']}", me))["state"] == "on_the_road"
