"""What can be ordered of, and asked about, a job offered to a provider?"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from application.accept_offer import AcceptOffer, accept_offer
from application.decline_offer import DeclineOffer, decline_offer
from application.lapse_offer import LapseOffer, lapse_offer
from application.make_offer import MakeOffer, make_offer
from application.withdraw_offer import WithdrawOffer, withdraw_offer
from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, parse
from domain.offer import OfferState, offer_acts_open
from domain.refusal import NotFound
from infra.queries.view import MOST_ROWS, Filters
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, MinPosition, PageAsked, Paged, QueryCall, id_in_path
from interfaces.http.competing import competing
from interfaces.http.crew_reach import own_shifts, works_on
from interfaces.http.routing import Routes
from interfaces.http.shapes.offers import (
    DeclineBody,
    JobState,
    OfferBody,
    OfferDone,
    OfferPage,
    OfferShown,
)
from interfaces.http.shapes.values import ProviderId, RequestId
from projections.provider_jobs import JobRow

PATH = "/v1/offers"
ONE = PATH + "/{offer_id}"
JOBS: tuple[str, ...] = (
    "accepted",
    "en_route",
    "on_scene",
    "in_service",
    "loaded",
    "in_transit",
    "at_drop",
    "work_done",
    "completed",
    "cancelled",
    "revoked",
    "gone_on_arrival",
    "unsuccessful",
)
EARNS = frozenset({"work_done", "completed", "cancelled", "gone_on_arrival", "unsuccessful"})
"""States of a job that may have earned its provider something."""
AS_FOLDED: tuple[str, ...] = (
    "cell",
    "drop_cell",
    "sos",
    "distance_m",
    "eta_s",
    "countered_eta_s",
    "price_minor",
    "provider_share_minor",
    "fare_minor",
    "currency",
    "why",
    "created_at",
    "updated_at",
    "lapses_at",
    "seen_at",
    "answered_at",
    "en_route_at",
    "on_scene_at",
    "started_at",
    "loaded_at",
    "at_drop_at",
    "delivered_at",
    "work_done_at",
    "ended_at",
)
"""Columns that are shown as they are."""
CLOSED = ("offer_closed", "offer_lapsed")

routes = Routes("Offers")


@routes.command(
    PATH,
    OfferDone,
    status=201,
    problems=(
        "not_found",
        "stale_version",
        "provider_not_active",
        "not_capable",
        "cash_limit_reached",
        "request_closed",
        "out_of_turn",
        "offer_still_out",
        "asked_enough",
        "not_the_live_offer",
        "offer_lapsed",
        "declined_before",
        "shift_reserved",
        "shift_on_break",
        "shift_stale",
        "shift_over_time",
        "shift_ended",
        "bad_lapse",
        "bad_eta",
        "bad_decision",
    ),
)
async def offer_job(call: Command, body: OfferBody) -> Response:
    """Offer a searching request to a shift.

    Holds the shift until the offer is answered, lapses or is withdrawn. It shows the price that the customer was
    quoted and the provider's share. `instead_of` takes a live offer back in the same save; `beside` asks one
    more while others are out: the first to accept has the job. The decision that it follows from tells who else it
    could have been. If-Match, when given, is the request's.
    """
    request_id = parse(Prefix.REQUEST, body.request_id)
    # Who else it could have been is told with what a person chose; our own processes have looked before.
    by_hand = call.actor.role is not Role.SYSTEM
    grounds = await call.stack.decisions.options(call.tenant, request_id, call.at) if by_hand else None
    command = MakeOffer(
        actor=call.actor,
        request_id=request_id,
        offer_id=new_id(call.at),
        shift_id=parse(Prefix.SHIFT, body.shift_id),
        lapses_at=call.at + timedelta(seconds=body.lapses_in_s),
        at=call.at,
        expected_version=call.expected_version,
        eta_s=body.eta_s,
        instead_of=None if body.instead_of is None else parse(Prefix.OFFER, body.instead_of),
        beside=body.beside,
        grounds=grounds,
    )
    return answers.done(await call.run(make_offer, command), Prefix.OFFER, status=201, location=PATH)


@routes.query(PATH, OfferPage, problems=("invalid_cursor", "not_found"))
async def list_offers(
    call: Asked,
    state: Annotated[JobState | None, Query()] = None,
    provider_id: Annotated[ProviderId | None, Query()] = None,
    request_id: Annotated[RequestId | None, Query()] = None,
    *,
    page: Paged,
) -> Response:
    """List offers and what became of them, newest first.

    The desk sees all, a provider its own, a driver those to their own shifts.
    """
    asked = {"state": state, "provider_id": provider_id, "request_id": request_id}
    of_provider = None if provider_id is None else parse(Prefix.PROVIDER, provider_id)
    if call.actor.role is Role.PROVIDER:
        if of_provider not in (None, call.actor.subject_id):
            raise NotFound
        of_provider = call.actor.subject_id
    filters = {
        "state": state,
        "provider_id": of_provider,
        "request_id": None if request_id is None else parse(Prefix.REQUEST, request_id),
        "shift_id": await own_shifts(call, page.min_position),
    }
    return await offers_page(call, PATH, asked, filters, page)


async def offers_page(
    call: QueryCall,
    path: str,
    asked: Mapping[str, str | None],
    filters: Filters,
    page: PageAsked,
) -> Response:
    """One page of provider_jobs; who may see what is in the filters already."""
    earned: dict[UUID, int] = {}
    others: dict[UUID, int] = {}

    async def look_up(rows: Sequence[JobRow]) -> None:
        earned.update(await earnings(call, rows))
        others.update(await competing(call, rows))

    return await paging.answer(
        call,
        call.stack.jobs,
        path,
        asked,
        filters,
        page,
        key_of=lambda row: (row.created_at, row.offer_id),
        show=lambda row: shown(row, call.actor, call.at, earned.get(row.offer_id), others.get(row.offer_id, 0)),
        before=look_up,
    )


async def earnings(call: QueryCall, rows: Sequence[JobRow]) -> dict[UUID, int]:
    """What the providers get of the jobs in these rows, by offer, as far as it is settled.

    A payment names request and provider: of several offers of one request to one provider, the job that ended by
    itself earned it.
    """
    ended = {(row.request_id, row.provider_id): row.offer_id for row in rows if row.state in EARNS}
    if not ended:
        return {}
    paid = {"request_id": [request_id for request_id, _ in ended]}
    found = await call.stack.money.payments.page(call.tenant, paid, None, MOST_ROWS)
    return {
        ended[row.request_id, row.provider_id]: row.payable_minor
        for row in found
        if row.provider_id is not None and row.payable_minor is not None and (row.request_id, row.provider_id) in ended
    }


@routes.query(ONE, OfferShown)
async def read_offer(call: Asked, offer_id: str, min_position: MinPosition = None) -> Response:
    """Read an offer.

    For the provider that was asked, the driver whose shift it is, and the desk.
    """
    wanted = _id(offer_id)
    await call.at_or_after(call.stack.jobs.name, min_position)
    row = await call.stack.jobs.one(call.tenant, wanted)
    if row is None:
        raise NotFound
    if not (call.actor.is_desk or await works_on(call, row.provider_id, row.shift_id, min_position)):
        raise NotFound
    earned, others = await earnings(call, [row]), await competing(call, [row])
    return answers.thing(shown(row, call.actor, call.at, earned.get(row.offer_id), others.get(row.offer_id, 0)))


@routes.command(
    ONE + "/acceptance",
    OfferDone,
    problems=("provider_not_active", "not_capable", *CLOSED),
)
async def accept_job(call: Command, offer_id: str) -> Response:
    """Take the job.

    Assigns the request and commits the shift in the same save. An offer never changes, so If-Match is not needed.
    """
    command = AcceptOffer(call.actor, _id(offer_id), call.at, call.expected_version)
    done = await call.run(partial(accept_offer, promises=call.stack.promises), command)
    return answers.done(done, Prefix.OFFER)


@routes.command(ONE + "/decline", OfferDone, problems=CLOSED)
async def decline_job(call: Command, offer_id: str, body: DeclineBody) -> Response:
    """Turn the job down.

    The provider is not asked again for this request; the search goes on.
    """
    command = DeclineOffer(call.actor, _id(offer_id), body.reason, call.at, call.expected_version)
    return answers.done(await call.run(decline_offer, command), Prefix.OFFER)


@routes.command(ONE + "/lapse", OfferDone, problems=("offer_still_open", *CLOSED))
async def note_lapse(call: Command, offer_id: str) -> Response:
    """Note that nobody answered in time.

    The dispatcher does this by itself.
    """
    command = LapseOffer(call.actor, _id(offer_id), call.at, call.expected_version)
    return answers.done(await call.run(lapse_offer, command), Prefix.OFFER)


@routes.command(ONE + "/withdrawal", OfferDone, problems=CLOSED)
async def take_offer_back(call: Command, offer_id: str) -> Response:
    """Take an offer back."""
    command = WithdrawOffer(call.actor, _id(offer_id), call.at, call.expected_version)
    return answers.done(await call.run(withdraw_offer, command), Prefix.OFFER)


def _id(text: str) -> UUID:
    return id_in_path(Prefix.OFFER, text)


def shown(row: JobRow, actor: Actor, at: datetime, earned_minor: int | None, others: int = 0) -> dict[str, object]:
    """A row of provider_jobs as the API shows it to that actor."""
    state = OfferState(row.state) if row.state not in JOBS else OfferState.ACCEPTED
    return {
        "id": answers.shown_id("offer_id", row.offer_id),
        "version": row.version,
        "state": row.state,
        "request_id": answers.shown_id("request_id", row.request_id),
        "provider_id": answers.shown_id("provider_id", row.provider_id),
        "shift_id": answers.shown_id("shift_id", row.shift_id),
        "attempt": row.attempt,
        "service": row.service,
        "vehicle_class": row.vehicle_class,
        **{name: getattr(row, name) for name in AS_FOLDED},
        "earned_minor": earned_minor,
        "competing": others,
        "can": offer_acts_open(actor, state, row.provider_id, row.lapses_at, at),
    }
