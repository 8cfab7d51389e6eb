"""How do companies come as far as a route needs them: applied, with papers, in review, or off duty again?"""

from dataclasses import replace
from datetime import UTC, datetime

from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, show
from domain.provider_terms import REQUIRED
from tests.interfaces.http.case import searching
from tests.support.api import Api, Job, Json, somebody

COMPANY: Json = {"name": "Lakeside Recovery", "phone": "+919845099999"}


def document(kind: str, number: int = 1) -> Json:
    """A document of the company that holds for years."""
    return {"kind": kind, "sha256": f"{number:064x}", "valid_until": "2099-03-31T00:00:00Z"}


def path_of(job: Job) -> str:
    """Where the company is found."""
    return f"/v1/providers/{job.shift['provider_id']}"


async def nobody_yet(api: Api, desk: Actor) -> Job:
    """Somebody signed in as a provider whom nobody knows."""
    nobody: Json = {"provider_id": show(Prefix.PROVIDER, new_id(datetime.now(UTC)))}
    return Job(
        somebody(Role.CUSTOMER, desk.tenant), somebody(Role.PROVIDER, desk.tenant), {"position": 0}, shift=nobody
    )


async def applied(api: Api, desk: Actor) -> Job:
    """A company that asked to join."""
    job = await nobody_yet(api, desk)
    done = await api.done("/v1/provider-applications", job.provider, COMPANY)
    nothing = show(Prefix.SHIFT, new_id(datetime.now(UTC)))
    return replace(
        job,
        request={"id": show(Prefix.REQUEST, new_id(datetime.now(UTC))), "position": done["position"]},
        shift={"id": nothing, "provider_id": done["id"]},
    )


async def with_papers(api: Api, desk: Actor) -> Job:
    """It has shown all that every company shows."""
    job = await applied(api, desk)
    shown: Json = {}
    for number, kind in enumerate(REQUIRED, 1):
        shown = await api.done(f"{path_of(job)}/documents", job.provider, document(kind, number))
    return replace(
        job,
        request={**job.request, "position": shown["position"]},
        shift={**job.shift, "document_id": shown["document_id"]},
    )


async def in_review(api: Api, desk: Actor) -> Job:
    """Its papers were checked, and it asked to be looked at."""
    job = await with_papers(api, desk)
    told = await api.get(path_of(job), desk, min_position=job.request["position"])
    for one in told.json()["documents"]:
        await api.done(f"{path_of(job)}/documents/{one['document_id']}/verification", desk)
    done = await api.done(f"{path_of(job)}/review", job.provider)
    return replace(job, request={**job.request, "position": done["position"]})


async def off_duty(api: Api, desk: Actor) -> Job:
    """A company of which nobody is on a shift any more."""
    job = await searching(api, desk)
    done = await api.done(f"/v1/shifts/{job.shift['id']}/end", job.provider)
    return replace(job, request={**job.request, "position": done["position"]})
