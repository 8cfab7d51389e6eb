"""Does a company come to its first job over HTTP: applied, looked at, taken, out on a shift, asked, countered?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.actor import Actor, Role
from tests.interfaces.http.applicants import applied, document, in_review, path_of, with_papers
from tests.interfaces.http.case import countered
from tests.support.api import DEPOT, Api, Job, Json, an_offer, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


async def shown(api: Api, job: Job, actor: Actor | None = None) -> Any:
    answer = await api.get(path_of(job), actor or api.desk, min_position=job.request["position"])
    assert answer.is_success, answer.text
    return answer.json()


async def problem(api: Api, path: str, actor: Actor, body: object = None, version: int | None = None) -> Json:
    answer = await api.post(path, actor, body, version=version)
    assert not answer.is_success, answer.text
    told: Json = answer.json()
    return {"status": answer.status_code, **told}


async def taken(api: Api) -> Job:
    """A company that was approved of."""
    job = await in_review(api, api.desk)
    await api.done(f"{path_of(job)}/approval", api.desk, version=(await shown(api, job))["version"])
    return job


async def test_from_the_application_to_the_first_shift(api: Api) -> None:
    job = await taken(api)
    told = await shown(api, job, job.provider)
    assert (told["state"], told["name"], told["missing"]) == ("active", "Lakeside Recovery", [])
    assert {one["state"] for one in told["documents"]} == {"verified"}
    crew = await api.done(f"{path_of(job)}/crew-members", job.provider, {"skills": ["tow"]})
    body: Json = {"equipment": ["tow"], "vehicle_classes": ["suv", "car"]}
    truck = await api.done(f"{path_of(job)}/trucks", job.provider, body)
    out: Json = {
        "provider_id": job.shift["provider_id"],
        "crew_id": crew["crew_id"],
        "truck_id": truck["truck_id"],
        "location": DEPOT,
    }
    shift = await api.done("/v1/shifts", job.provider, out)
    read = (await api.get(f"/v1/shifts/{shift['id']}", job.provider)).json()
    assert read["vehicle_classes"] == ["car", "suv"]
    assert datetime.fromisoformat(read["ends_by"]) > datetime.now(UTC) + timedelta(hours=11)


async def test_whoever_was_not_taken_yet_does_not_drive_and_whoever_decides_has_looked(api: Api) -> None:
    job = await with_papers(api, api.desk)
    crew = await api.done(f"{path_of(job)}/crew-members", job.provider, {"skills": ["tow"]})
    truck = await api.done(f"{path_of(job)}/trucks", job.provider, {"equipment": ["tow"]})
    out: Json = {"provider_id": job.shift["provider_id"], "location": DEPOT}
    out.update(crew_id=crew["crew_id"], truck_id=truck["truck_id"])
    assert (await problem(api, "/v1/shifts", job.provider, out))["code"] == "provider_not_active"
    assert (await problem(api, f"{path_of(job)}/approval", api.desk))["code"] == "version_required"
    assert (await problem(api, f"{path_of(job)}/approval", api.desk, version=1))["code"] == "stale_version"
    version = (await shown(api, job))["version"]
    assert (await problem(api, f"{path_of(job)}/approval", api.desk, version=version))["code"] == "out_of_turn"
    again = await problem(api, "/v1/provider-applications", job.provider, {"name": "Ours", "phone": "+919845011111"})
    assert again["code"] == "already_applied"


async def test_a_review_needs_every_document_checked(api: Api) -> None:
    job = await applied(api, api.desk)
    refused = await problem(api, f"{path_of(job)}/review", job.provider)
    assert (refused["code"], refused["missing"]) == ("documents_missing", "bank insurance pan")
    job = await with_papers(api, api.desk)
    await api.done(f"{path_of(job)}/review", job.provider)
    version = (await shown(api, job))["version"]
    refused = await problem(api, f"{path_of(job)}/approval", api.desk, version=version)
    assert refused["code"] == "documents_missing"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"sha256": "xyz"}, "validation_failed"),
        ({"valid_until": "yesterday"}, "validation_failed"),
        ({"valid_until": "2001-01-01T00:00:00Z"}, "bad_document"),
        ({"kind": "insurance", "valid_until": None}, "bad_document"),
        ({"crew_id": "crw_" + "0" * 32}, "bad_document"),
        ({"kind": "licence", "crew_id": "crw_" + "0" * 32}, "unknown_crew"),
        ({"kind": "passport"}, "validation_failed"),
    ],
)
async def test_a_document_that_makes_no_sense_is_a_clear_problem(api: Api, wrong: Json, code: str) -> None:
    job = await applied(api, api.desk)
    refused = await problem(api, f"{path_of(job)}/documents", job.provider, {**document("pan"), **wrong})
    assert refused["code"] == code


async def test_a_document_that_is_not_there_is_not_found(api: Api) -> None:
    job = await applied(api, api.desk)
    for document_id in ("doc_" + "0" * 32, "nonsense"):
        refused = await problem(api, f"{path_of(job)}/documents/{document_id}/verification", api.desk)
        assert refused["status"] == 404


async def test_the_directory_shows_how_companies_stand_and_no_names(api: Api) -> None:
    waiting, done = await with_papers(api, api.desk), await taken(api)
    position = max(int(str(job.request["position"])) for job in (waiting, done))
    listed = (await api.get("/v1/providers", api.desk, min_position=position, state="docs_pending", limit=200)).json()
    rows = {row["id"]: row for row in listed["data"]}
    assert rows[waiting.shift["provider_id"]]["documents_waiting"] == 3
    assert done.shift["provider_id"] not in rows
    assert "name" not in rows[waiting.shift["provider_id"]]
    page = (await api.get("/v1/providers", api.desk, limit=1)).json()
    assert (len(page["data"]), bool(page["next_cursor"])) == (1, True)


async def test_a_counter_is_taken_as_it_stands(api: Api) -> None:
    job = await countered(api, api.desk)
    refused = await problem(api, f"{job.offer_path}/counter-acceptance", api.desk, {"eta_s": 600})
    assert (refused["code"], refused["eta_s"]) == ("not_countered", 1_800)
    assert (await problem(api, f"{job.offer_path}/counter", job.provider, {"eta_s": 0}))["code"] == "validation_failed"
    done = await api.done(f"{job.offer_path}/counter-acceptance", api.desk, {"eta_s": 1_800})
    assert done["state"] == "accepted"
    row = await api.get(job.offer_path, job.provider, min_position=done["position"])
    assert (row.json()["state"], row.json()["countered_eta_s"]) == ("accepted", 1_800)


async def test_an_offer_takes_the_place_of_another(api: Api) -> None:
    first, second = await an_offer(api), await an_offer(api)
    await api.done(f"{second.offer_path}/withdrawal", api.desk)
    body: Json = {"request_id": first.request["id"], "shift_id": second.shift["id"]}
    assert (await problem(api, "/v1/offers", api.desk, body))["code"] == "offer_still_out"
    done = await api.done("/v1/offers", api.desk, {**body, "instead_of": first.offer["id"], "eta_s": 900})
    row = await api.get(first.offer_path, first.provider, min_position=done["position"])
    assert row.json()["state"] == "superseded"
    new = await api.get(f"/v1/offers/{done['id']}", second.provider, min_position=done["position"])
    assert (new.json()["eta_s"], new.json()["price_minor"], new.json()["sos"]) == (900, None, False)


async def test_who_cannot_do_it_is_not_given_the_job(api: Api) -> None:
    job = await an_offer(api)
    await api.done(f"{job.offer_path}/withdrawal", api.desk)
    lockout: Json = {"service": "lockout", "vehicle_class": "car", "location": DEPOT}
    lockout["contact"] = {"name": "Ashalata Xyzzy", "phone": "+919845012345"}
    request = await api.done("/v1/service-requests", somebody(Role.CUSTOMER), lockout)
    body: Json = {"request_id": request["id"], "shift_id": job.shift["id"]}
    refused = await problem(api, "/v1/offers", api.desk, body)
    assert (refused["code"], refused["missing"]) == ("not_capable", "lockout")
