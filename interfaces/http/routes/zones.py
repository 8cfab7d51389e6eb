"""What can be ordered of, and asked about, a zone?"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from application.declare_condition import DeclareCondition, declare_condition
from application.define_zone import DefineZone, Drawing, define_zone
from application.lift_condition import LiftCondition, lift_condition
from application.redraw_zone import RedrawZone, redraw_zone
from application.retire_zone import RetireZone, retire_zone
from domain.ids import Prefix, show
from domain.refusal import NotFound
from domain.zone import Zone, ZoneTerms
from domain.zone_conditions import Condition
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, Creation, MinPosition, Paged, id_in_path
from interfaces.http.in_effect import in_effect_here
from interfaces.http.routing import Routes
from interfaces.http.shapes.values import InstantAsked
from interfaces.http.shapes.zones import (
    ConditionBody,
    ConditionDone,
    GeometryBody,
    LiftingBody,
    RedrawingBody,
    RetirementBody,
    ZoneBody,
    ZoneDone,
    ZonePage,
    ZoneShown,
)
from projections.zones import ZoneRow, conditions_of

PATH = "/v1/zones"
ONE = PATH + "/{zone_id}"
OUTLINE = (
    "bad_outline",
    "outline_not_polygonal",
    "outline_empty",
    "outline_too_detailed",
    "coordinates_out_of_range",
    "coordinates_swapped",
    "outline_crosses_antimeridian",
)
EFFECT = ("bad_effect", "too_many_versions")

routes = Routes("Zones")


@routes.command(
    PATH,
    ZoneDone,
    status=201,
    problems=("slug_taken", "bad_slug", "unknown_time_zone", "unknown_state", "bad_input", *OUTLINE, "bad_effect"),
)
async def define_service_zone(call: Creation, body: ZoneBody) -> Response:
    """Define a zone.

    Its outline is GeoJSON; an invalid one is repaired where that makes sense, and the answer says so. From the first
    zone in effect on, help comes to zones only. A point on a border is inside; where zones overlap, the highest
    priority counts, then the smallest, then the lowest id.
    """
    command = DefineZone(
        actor=call.actor,
        terms=ZoneTerms(body.slug, body.time_zone, body.state_code, body.priority),
        drawing=_drawing(body.geometry),
        effective_from=body.effective_from or call.at,
        at=call.at,
    )
    return answers.done(
        await in_effect_here(call, await call.run(define_zone, command)), Prefix.ZONE, status=201, location=PATH
    )


@routes.query(PATH, ZonePage, problems=("invalid_cursor",))
async def list_zones(call: Asked, slug: Annotated[str | None, Query(max_length=63)] = None, *, page: Paged) -> Response:
    """List zones, retired ones included, newest first."""
    return await paging.answer(
        call,
        call.stack.city.zone_list,
        PATH,
        {"slug": slug},
        {"slug": slug},
        page,
        key_of=lambda row: (row.defined_at, row.zone_id),
        show=partial(_listed, at=call.at),
    )


@routes.query(ONE, ZoneShown, problems=("log_unavailable",))
async def read_zone(
    call: Asked,
    zone_id: str,
    at: Annotated[InstantAsked | None, Query(description="Which outline: now when left out.")] = None,
    min_position: MinPosition = None,
) -> Response:
    """Read a zone with the outline in effect at an instant."""
    await call.log_at_or_after(min_position)
    zone = await call.stack.aggregates.load(Zone, call.tenant, _id(zone_id))
    if zone is None:
        raise NotFound
    outline = zone.timeline.value_at(at or call.at)
    return answers.thing(
        {
            "id": show(Prefix.ZONE, zone.id),
            "version": zone.version,
            "slug": zone.slug,
            "time_zone": zone.time_zone,
            "state_code": zone.state_code,
            "priority": zone.priority,
            "geometry": None if outline is None else {"type": "MultiPolygon", "coordinates": outline},
            "outlines": [
                {"version": each.version, "effective_from": each.effective_from, "retired": each.value is None}
                for each in zone.timeline.entries
            ],
            "conditions": _conditions(zone.conditions, at or call.at),
        }
    )


@routes.command(ONE + "/geometry", ZoneDone, problems=(*OUTLINE, *EFFECT))
async def redraw_service_zone(call: Command, zone_id: str, body: RedrawingBody) -> Response:
    """Give a zone another outline.

    History stays where it was: what was asked for before keeps its zone. A retired zone comes back.
    """
    effective_from = body.effective_from or call.at
    drawing = _drawing(body.geometry)
    command = RedrawZone(call.actor, _id(zone_id), drawing, effective_from, call.at, call.expected_version)
    return answers.done(await in_effect_here(call, await call.run(redraw_zone, command)), Prefix.ZONE)


@routes.command(ONE + "/retirement", ZoneDone, problems=("zone_not_in_effect", *EFFECT))
async def retire_service_zone(call: Command, zone_id: str, body: RetirementBody) -> Response:
    """Serve a zone no longer.

    Jobs under way go on. Without any zone left, help comes everywhere again.
    """
    effective_from = body.effective_from or call.at
    command = RetireZone(call.actor, _id(zone_id), effective_from, call.at, call.expected_version)
    return answers.done(await in_effect_here(call, await call.run(retire_zone, command)), Prefix.ZONE)


@routes.command(ONE + "/conditions", ConditionDone, problems=("bad_condition", "too_many_conditions", "bad_effect"))
async def declare_zone_condition(call: Command, zone_id: str, body: ConditionBody) -> Response:
    """Declare a closure, a flood or a surge.

    In a closed zone nobody is asked but by a person: who waits there goes to the desk's queue with the reason
    `zone_closed`. A flood is a hazard of everybody who waits there, who so goes first. A surge is a line of every price
    made meanwhile, but for those in danger. Closures and floods count in every zone that holds a place, a surge only in
    the one whose prices apply. Of several of a kind the one that was declared last counts; the same once more is no
    news.
    """
    condition = Condition(body.kind, body.effective_from or call.at, body.effective_until, body.factor_percent)
    command = DeclareCondition(call.actor, _id(zone_id), condition, call.at, call.expected_version)
    return answers.done(await in_effect_here(call, await call.run(declare_condition, command)), Prefix.ZONE)


@routes.command(ONE + "/condition-lifting", ConditionDone, problems=("no_such_condition", "bad_effect"))
async def lift_zone_condition(call: Command, zone_id: str, body: LiftingBody) -> Response:
    """Lift all conditions of a kind.

    They end at that instant; those announced for later never come.
    """
    command = LiftCondition(
        call.actor, _id(zone_id), body.kind, body.effective_from or call.at, call.at, call.expected_version
    )
    return answers.done(await in_effect_here(call, await call.run(lift_condition, command)), Prefix.ZONE)


def _conditions(conditions: Iterable[Condition], at: datetime) -> list[dict[str, object]]:
    return [asdict(one) for one in conditions if not one.is_over(at)]


def _drawing(geometry: GeometryBody) -> Drawing:
    return Drawing(geometry.type, geometry.coordinates)


def _id(text: str) -> UUID:
    return id_in_path(Prefix.ZONE, text)


def _listed(row: ZoneRow, at: datetime) -> dict[str, object]:
    return {
        "id": show(Prefix.ZONE, row.zone_id),
        "version": row.version,
        "slug": row.slug,
        "time_zone": row.time_zone,
        "state_code": row.state_code,
        "priority": row.priority,
        "area_m2": row.area_m2,
        "effective_from": row.effective_from,
        "retired_from": row.retired_from,
        "defined_at": row.defined_at,
        "conditions": _conditions(conditions_of(row), at),
    }
