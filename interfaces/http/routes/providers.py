"""What can be ordered of, and asked about, a provider?"""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID, uuid5

from fastapi import Query
from starlette.responses import Response

from application.add_crew_member import AddCrewMember, add_crew_member
from application.add_truck import AddTruck, add_truck
from application.personal import PersonalKind, PersonalRecord, record_id_for
from application.register_provider import RegisterProvider, register_provider
from application.reinstate_provider import ReinstateProvider, reinstate_provider
from application.suspend_provider import SuspendProvider, suspend_provider
from domain.actor import Actor
from domain.catalogue import VehicleClass
from domain.ids import Prefix, parse, show
from domain.provider import Provider, ProviderState
from domain.provider_terms import Document
from domain.refusal import NotFound
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, CommandCall, Creation, MinPosition, Paged, QueryCall, id_in_path
from interfaces.http.crew_reach import own_crew, own_shifts
from interfaces.http.routes.offers import JOBS, offers_page
from interfaces.http.routing import REQUIRED, Routes
from interfaces.http.shapes.offers import JobState, OfferPage
from interfaces.http.shapes.providers import (
    CrewMemberBody,
    CrewMemberDone,
    ProviderBody,
    ProviderDone,
    ProviderPage,
    ProviderShown,
    ProviderSuspensionBody,
    TruckBody,
    TruckDone,
)
from projections.provider_directory import DirectoryRow

PATH = "/v1/providers"
ONE = PATH + "/{provider_id}"

routes = Routes("Providers")


@routes.command(PATH, ProviderDone, status=201, problems=("store_unavailable",))
async def register_company(call: Creation, body: ProviderBody) -> Response:
    """Register a provider.

    It is active at once; its name and phone go to the erasable store.
    """
    command_id = call.context.command_id
    # A fact of the command: the company's data are kept under it before the event exists.
    provider_id = uuid5(command_id, "provider")
    profile_id = record_id_for(command_id, PersonalKind.PROFILE)
    record = PersonalRecord(PersonalKind.PROFILE, {"name": body.name, "phone": body.phone})
    await call.stack.personal.put(call.tenant, provider_id, {profile_id: record}, command_id)
    done = await call.run(register_provider, RegisterProvider(call.actor, provider_id, profile_id, call.at))
    return answers.done(done, Prefix.PROVIDER, status=201, location=PATH)


@routes.query(ONE, ProviderShown, problems=("log_unavailable",))
async def read_provider(call: Asked, provider_id: str, min_position: MinPosition = None) -> Response:
    """Read a provider with its crew and fleet.

    For the provider's people, and the desk; a driver is shown themselves of the crew, and no other's papers.
    """
    wanted = seen_by(call.actor, provider_id)
    await call.log_at_or_after(min_position)
    provider = await call.stack.aggregates.load(Provider, call.tenant, wanted)
    if provider is None:
        raise NotFound
    return answers.thing(await _shown(provider, call))


async def _shown(provider: Provider, call: QueryCall) -> dict[str, object]:
    records = await call.read_personal([provider.profile_id])
    profile = records.get(provider.profile_id)
    only = own_crew(call.actor)

    def is_shown(crew_id: UUID) -> bool:
        return only in {None, crew_id}

    return {
        "id": show(Prefix.PROVIDER, provider.id),
        "version": provider.version,
        "state": provider.state,
        "name": profile.fields.get("name") if profile else None,
        "phone": profile.fields.get("phone") if profile else None,
        **_fleet(provider, is_shown),
        "missing": provider.lacks(call.at, verified=True),
        "suspended_for": provider.suspended_for,
        "suspended_until": provider.suspended_until,
        "engagement": provider.engaged.engagement,
        "answers_by": provider.engaged.answers_by,
        "engagement_from": provider.engaged.effective_at,
        "on_duty": [show(Prefix.SHIFT, one) for one, duty in provider.on_duty.items() if is_shown(duty.crew_id)],
        "can": provider.can(call.actor, call.at),
    }


def _fleet(provider: Provider, is_shown: Callable[[UUID], bool]) -> dict[str, object]:
    """Its crew and trucks, and their papers, as far as the crew members are shown."""
    return {
        "crew": [
            {
                "crew_id": show(Prefix.CREW, one),
                "skills": skills,
                "account_id": answers.shown_id("account_id", provider.accounts.get(one)),
            }
            for one, skills in provider.crew.items()
            if is_shown(one)
        ],
        "trucks": [
            {
                "truck_id": show(Prefix.TRUCK, one),
                "equipment": equipment,
                "vehicle_classes": provider.truck_classes[one],
            }
            for one, equipment in provider.trucks.items()
        ],
        "documents": [
            _document(one, document)
            for one, document in provider.documents.items()
            if document.paper.crew_id is None or is_shown(document.paper.crew_id)
        ],
    }


def _document(document_id: UUID, document: Document) -> dict[str, object]:
    paper = document.paper
    return {
        "document_id": show(Prefix.DOCUMENT, document_id),
        "kind": paper.kind,
        "state": document.state,
        "sha256": paper.sha256,
        "valid_until": paper.valid_until,
        "crew_id": answers.shown_id("crew_id", paper.crew_id),
        "truck_id": answers.shown_id("truck_id", paper.truck_id),
    }


@routes.query(PATH, ProviderPage, problems=("invalid_cursor",))
async def list_providers(
    call: Asked, state: Annotated[ProviderState | None, Query()] = None, *, page: Paged
) -> Response:
    """List the companies, latest first: how they stand and what they have done, without their names."""
    return await paging.answer(
        call,
        call.stack.directory,
        PATH,
        {"state": state},
        {"state": state},
        page,
        key_of=lambda row: (row.created_at, row.provider_id),
        show=_listed,
    )


def _listed(row: DirectoryRow) -> dict[str, object]:
    return {
        "id": show(Prefix.PROVIDER, row.provider_id),
        "version": row.version,
        "state": row.state,
        "suspended_until": row.suspended_until,
        "engagement": row.engagement,
        "answers_by": row.answers_by,
        "engagement_from": row.engagement_from,
        "crew": len(row.crew),
        "trucks": len(row.trucks),
        "on_duty": len(row.on_duty),
        "documents_waiting": row.documents_waiting,
        "offers": row.offers,
        "accepted": row.accepted,
        "completed": row.completed,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


@routes.query(ONE + "/jobs", OfferPage, problems=("invalid_cursor", "log_unavailable"))
async def list_provider_jobs(
    call: Asked,
    provider_id: str,
    state: Annotated[JobState | None, Query()] = None,
    *,
    page: Paged,
) -> Response:
    """List a provider's jobs, newest first; to a driver those of their own shifts.

    Offers that were accepted, whatever became of them; `state` picks any state, those of offers included.
    """
    wanted = seen_by(call.actor, provider_id)
    if await call.stack.aggregates.load(Provider, call.tenant, wanted) is None:
        raise NotFound
    path = f"{PATH}/{show(Prefix.PROVIDER, wanted)}/jobs"
    filters = {"provider_id": wanted, "state": state or JOBS, "shift_id": await own_shifts(call, page.min_position)}
    return await offers_page(call, path, {"state": state}, filters, page)


@routes.command(
    ONE + "/crew-members",
    CrewMemberDone,
    status=201,
    problems=("no_capability", "fleet_full", "provider_closed"),
)
async def take_crew_member_in(call: Command, provider_id: str, body: CrewMemberBody) -> Response:
    """Add a crew member, or note what one has learnt."""
    crew_id = _own_or_new(call, Prefix.CREW, body.crew_id)
    command = AddCrewMember(call.actor, _id(provider_id), crew_id, tuple(body.skills), call.at, call.expected_version)
    done = await call.run(add_crew_member, command)
    return answers.done(done, Prefix.PROVIDER, status=201, location=PATH, crew_id=show(Prefix.CREW, crew_id))


@routes.command(
    ONE + "/trucks",
    TruckDone,
    status=201,
    problems=("no_capability", "fleet_full", "provider_closed"),
)
async def take_truck_in(call: Command, provider_id: str, body: TruckBody) -> Response:
    """Add a truck, or note its refit: what it carries, and which vehicles it is made for."""
    truck_id = _own_or_new(call, Prefix.TRUCK, body.truck_id)
    command = AddTruck(
        call.actor,
        _id(provider_id),
        truck_id,
        tuple(body.equipment),
        call.at,
        call.expected_version,
        tuple(body.vehicle_classes or VehicleClass),
    )
    done = await call.run(add_truck, command)
    return answers.done(done, Prefix.PROVIDER, status=201, location=PATH, truck_id=show(Prefix.TRUCK, truck_id))


@routes.command(
    ONE + "/suspension",
    ProviderDone,
    if_match=REQUIRED,
    problems=("not_allowed", "out_of_turn", "provider_closed", "bad_suspension"),
)
async def suspend_company(call: Command, provider_id: str, body: ProviderSuspensionBody) -> Response:
    """Keep a provider from working, until an instant or until it is reinstated.

    A job under way is finished. If-Match is required: it may have been suspended and reinstated since you looked.
    """
    command = SuspendProvider(call.actor, _id(provider_id), body.reason, call.at, call.expected_version, body.until)
    return answers.done(await call.run(suspend_provider, command), Prefix.PROVIDER)


@routes.command(
    ONE + "/reinstatement",
    ProviderDone,
    if_match=REQUIRED,
    problems=("not_allowed", "out_of_turn", "provider_closed"),
)
async def reinstate_company(call: Command, provider_id: str) -> Response:
    """Let a suspended provider work again.

    If-Match is required: who reinstates should know of the latest suspension.
    """
    command = ReinstateProvider(call.actor, _id(provider_id), call.at, call.expected_version)
    return answers.done(await call.run(reinstate_provider, command), Prefix.PROVIDER)


def _own_or_new(call: CommandCall, prefix: Prefix, given: str | None) -> UUID:
    """The id the caller gave, or one that is a fact of the command: sent again, it names the same one."""
    return uuid5(call.context.command_id, prefix.value) if given is None else parse(prefix, given)


def _id(text: str) -> UUID:
    return id_in_path(Prefix.PROVIDER, text)


def seen_by(actor: Actor, text: str) -> UUID:
    """The provider's id, for its own people and the desk; raises NotFound for everybody else."""
    wanted = _id(text)
    if not (actor.is_desk or actor.works_for(wanted)):
        raise NotFound
    return wanted
