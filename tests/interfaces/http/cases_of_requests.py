"""Which routes are about a service request?"""

from dataclasses import replace

from domain.actor import Actor, Role
from tests.interfaces.http.case import Case, accepted, completed, en_route, on_scene, searching
from tests.support.api import DEPOT, HELP, Api, Job, Json, a_request, a_shift, somebody

GARAGE: Json = {"lat": 12.98, "lng": 77.61}
TOW: Json = {**HELP, "service": "tow", "drop_location": GARAGE}
PICTURE: Json = {"kind": "scene", "sha256": "5a" * 32, "taken_at": "2026-01-01T00:00:00Z"}


async def act(api: Api, job: Job, what: str, body: Json | None = None) -> Job:
    """What the provider does next."""
    return replace(job, request={**job.request, **await api.done(f"{job.request_path}/{what}", job.provider, body)})


async def with_code(api: Api, desk: Actor) -> Job:
    """On scene, and the customer has told the code."""
    job = await on_scene(api, desk)
    shown = await api.get(job.request_path, job.customer, min_position=job.request["position"])
    return replace(job, request={**job.request, "start_code": shown.json()["start_code"]})


async def proposed(api: Api, desk: Actor) -> Job:
    return await act(api, await on_scene(api, desk), "need-changes", {"service": "mechanic"})


async def twice(api: Api, desk: Actor) -> Job:
    """The same breakdown, asked for twice."""
    job = await searching(api, desk)
    _, other = await a_request(api, somebody(Role.CUSTOMER, desk.tenant))
    return replace(job, request={**job.request, "other": other["id"]})


async def merged(api: Api, desk: Actor) -> Job:
    """The same breakdown, asked for twice, and the desk has seen it."""
    job = await twice(api, desk)
    await api.done(f"{job.request_path}/merge", desk, {"into": job.request["other"]})
    return job


async def towing(api: Api, desk: Actor) -> Job:
    """On scene, beside a vehicle that is to be towed."""
    provider, shift = await a_shift(api, desk)
    customer = somebody(Role.CUSTOMER, desk.tenant)
    request = await api.done("/v1/service-requests", customer, TOW)
    offer = await api.done("/v1/offers", desk, {"request_id": request["id"], "shift_id": shift["id"]})
    job = Job(customer, provider, request, offer, shift)
    await api.done(f"{job.offer_path}/acceptance", provider)
    await act(api, job, "en-route")
    return await act(api, job, "arrival", {})


async def two_legs(api: Api, desk: Actor) -> Job:
    """A tow that goes on afterwards."""
    job = await towing(api, desk)
    await api.done(f"{job.request_path}/onward-leg", desk, {"drop_location": DEPOT})
    return job


async def loaded(api: Api, desk: Actor) -> Job:
    return await act(api, await towing(api, desk), "loading")


async def in_transit(api: Api, desk: Actor) -> Job:
    return await act(api, await loaded(api, desk), "transit")


async def at_drop(api: Api, desk: Actor) -> Job:
    return await act(api, await in_transit(api, desk), "drop-arrival", {"location": GARAGE})


async def refused_at_drop(api: Api, desk: Actor) -> Job:
    return await act(api, await at_drop(api, desk), "drop-refusal", {"why": "closed"})


COLLECTIONS: dict[str, Case] = {
    "GET /v1/service-requests": Case(searching),
    "POST /v1/service-requests": Case(searching, lambda _job: HELP),
    "GET /v1/my-requests": Case(searching),
}
"""Routes about nothing that exists: whoever has the role may use them."""

ONE = "/v1/service-requests/{request_id}"

OBJECTS: dict[str, Case] = {
    f"GET {ONE}": Case(accepted),
    f"GET {ONE}/customer-details": Case(accepted),
    f"GET {ONE}/evidence": Case(accepted),
    "GET /v1/my-requests/{request_id}": Case(accepted),
    f"POST {ONE}/cancellation": Case(accepted, lambda _job: {"reason": "other"}, needs_version=True),
    "POST /v1/service-requests/{request_id}/en-route": Case(accepted),
    f"POST {ONE}/acknowledgement": Case(accepted),
    f"POST {ONE}/eta": Case(accepted, lambda _job: {"eta_s": 600}),
    f"GET {ONE}/drive": Case(accepted),
    f"GET {ONE}/options": Case(searching),
    f"POST {ONE}/arrival": Case(en_route, lambda _job: {"location": DEPOT}),
    f"POST {ONE}/completion": Case(on_scene),
    f"POST {ONE}/ratings": Case(completed, lambda _job: {"stars": 5}),
    f"GET {ONE}/ratings": Case(completed),
    f"POST {ONE}/search-end": Case(searching),
    # The price: this tenant charges nothing, so the rules refuse what follows from one.
    f"POST {ONE}/quote": Case(searching),
    f"POST {ONE}/confirmation": Case(searching, lambda _job: {"quote_version": 1, "payment_method": "cash"}),
    f"POST {ONE}/dispatch": Case(searching),
    f"POST {ONE}/fare": Case(on_scene, lambda _job: {}),
    f"POST {ONE}/fare/approval": Case(on_scene, lambda _job: {"fare_version": 1}),
    f"POST {ONE}/fare/dispute": Case(on_scene, lambda _job: {"fare_version": 1, "reason": "parts"}),
    f"POST {ONE}/cash-collection": Case(on_scene, lambda _job: {"amount_minor": 1, "currency": "INR"}),
    # The work.
    f"POST {ONE}/start": Case(with_code, lambda job: {"code": job.request["start_code"]}),
    f"POST {ONE}/evidence": Case(on_scene, lambda _job: PICTURE),
    f"POST {ONE}/loading": Case(towing),
    f"POST {ONE}/transit": Case(loaded),
    f"POST {ONE}/drop-arrival": Case(in_transit, lambda _job: {"location": GARAGE}),
    f"POST {ONE}/delivery": Case(at_drop),
    f"POST {ONE}/drop-refusal": Case(at_drop, lambda _job: {"why": "refused"}),
    f"POST {ONE}/onward-leg": Case(towing, lambda _job: {"drop_location": DEPOT}),
    f"GET {ONE}/onward-leg": Case(two_legs),
    f"POST {ONE}/drop": Case(refused_at_drop, lambda _job: {"location": DEPOT}),
    # What does not go as planned.
    f"POST {ONE}/release": Case(accepted, lambda _job: {"reason": "provider_cancelled"}),
    f"POST {ONE}/need-changes": Case(on_scene, lambda _job: {"service": "mechanic"}),
    f"POST {ONE}/need-changes/consent": Case(proposed, lambda _job: {}),
    f"POST {ONE}/need-changes/rejection": Case(proposed),
    f"POST {ONE}/contact-attempts": Case(on_scene, lambda _job: {"channel": "call"}),
    f"POST {ONE}/gone": Case(on_scene),
    f"POST {ONE}/gone/confirmation": Case(on_scene),
    f"POST {ONE}/gone/denial": Case(on_scene),
    f"POST {ONE}/unsuccessful": Case(on_scene, lambda _job: {"reason": "no_parts"}),
    f"POST {ONE}/merge": Case(twice, lambda job: {"into": job.request["other"]}),
    f"POST {ONE}/merge-dismissal": Case(searching),
    f"POST {ONE}/merge-undo": Case(merged),
    f"POST {ONE}/sos": Case(accepted),
    f"POST {ONE}/escalation": Case(searching, lambda _job: {"level": 3}),
    f"POST {ONE}/triage": Case(searching, lambda _job: {"source": "desk", "hazards": ["smoke"]}),
}
"""Routes about something that exists."""

REFUSED_BY_STATE = {
    f"POST {ONE}/quote": "not_priced",
    f"POST {ONE}/confirmation": "not_quoted",
    f"POST {ONE}/fare": "not_priced",
    f"POST {ONE}/fare/approval": "out_of_turn",
    f"POST {ONE}/fare/dispute": "out_of_turn",
    f"POST {ONE}/cash-collection": "nothing_due",
    f"POST {ONE}/gone": "not_gone_yet",
    f"POST {ONE}/merge-dismissal": "no_merge_suggested",
    f"POST {ONE}/gone/confirmation": "not_reported_gone",
    f"POST {ONE}/gone/denial": "not_reported_gone",
}
"""Allowed, but refused later by a rule."""
