"""How is a route called on a job, and in which state must that job be?"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from domain.actor import Actor, Role
from domain.ids import Prefix, show
from tests.support.api import DEPOT, Api, Job, Json, a_request, a_shift, an_offer, somebody

Prepare = Callable[[Api, Actor], Awaitable[Job]]


async def offered(api: Api, desk: Actor) -> Job:
    return await an_offer(api, desk)


async def countered(api: Api, desk: Actor) -> Job:
    job = await an_offer(api, desk)
    return replace(job, offer=await api.done(f"{job.offer_path}/counter", job.provider, {"eta_s": 1_800}))


async def accepted(api: Api, desk: Actor) -> Job:
    job = await an_offer(api, desk)
    done = await api.done(f"{job.offer_path}/acceptance", job.provider)
    return replace(job, request={**job.request, "version": done["request_version"], "position": done["position"]})


async def en_route(api: Api, desk: Actor) -> Job:
    job = await accepted(api, desk)
    return replace(job, request=await api.done(f"{job.request_path}/en-route", job.provider))


async def on_scene(api: Api, desk: Actor) -> Job:
    job = await en_route(api, desk)
    return replace(job, request=await api.done(f"{job.request_path}/arrival", job.provider, {}))


async def completed(api: Api, desk: Actor) -> Job:
    job = await on_scene(api, desk)
    return replace(job, request=await api.done(f"{job.request_path}/completion", job.provider))


async def searching(api: Api, desk: Actor) -> Job:
    provider, shift = await a_shift(api, desk)
    customer, request = await a_request(api, somebody(Role.CUSTOMER, desk.tenant))
    return Job(customer, provider, request, {"position": request["position"]}, shift)


async def on_break(api: Api, desk: Actor) -> Job:
    job = await searching(api, desk)
    return replace(job, shift=await api.done(f"/v1/shifts/{job.shift['id']}/break", job.provider))


async def seen_on_the_way(api: Api, desk: Actor) -> Job:
    job = await accepted(api, desk)
    for read in (job.request_path, "/v1/shifts"):
        await api.get(read, desk, min_position=job.request["position"])
    taken = await api.done("/v1/positions", desk, {"positions": [seen(job)]})
    assert taken["accepted"] == 1, taken
    return job


def seen(job: Job) -> Json:
    """The shift says that it is at its depot."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"shift_id": job.shift["id"], "location": DEPOT, "accuracy_m": 8.0, "taken_at": now}


async def suspended(api: Api, desk: Actor) -> Job:
    job = await searching(api, desk)
    path = f"/v1/providers/{show(Prefix.PROVIDER, job.provider.subject_id)}"  # type: ignore[arg-type]  # it has one
    now = await api.get(path, desk)
    await api.done(f"{path}/suspension", desk, {"reason": "other"}, version=now.json()["version"])
    return job


def provider_of(job: Job) -> str:
    return str(job.shift["provider_id"])


@dataclass(frozen=True)
class Case:
    """How one route is called on a job; ``about`` names the ids in its path and body, which strangers may not use."""

    prepare: Prepare
    body: Callable[[Job], Json] | None = None
    needs_version: bool = False
