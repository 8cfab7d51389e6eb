"""Which request may a caller see, and how is it shown?"""

from domain.actor import Role
from domain.ids import Prefix
from domain.refusal import NotFound
from domain.request_acts import Standing, acts_open
from domain.request_terms import TOWED, RequestState
from interfaces.http import answers
from interfaces.http.calls import QueryCall, id_in_path
from interfaces.http.crew_reach import works_on
from interfaces.http.partner_reach import bears
from projections.customer_requests import CustomerRequestRow
from projections.request_row import RequestRow

CODE_IS_SHOWN = frozenset({RequestState.ASSIGNED, RequestState.EN_ROUTE, RequestState.ON_SCENE})
"""While somebody is expected, and has not begun."""

AS_IT_IS = (
    "version", "state", "service", "vehicle_class", "fuel", "cell", "drop_cell", "sos", "hazards", "scheduled_for",
    "attempt", "radius_m", "escalation", "offers_made", "offers_out", "acknowledge_by",
    "arrived_within_m", "start_tries", "contact_attempts",
    "gone_confirms_at", "drop_refused_why", "need_proposed", "payment_method", "fee_minor", "fault", "outcome",
    "settled_minor", "ended_by", "ended_why", "created_at", "updated_at", "confirmed_at", "offered_at", "assigned_at",
    "en_route_at", "on_scene_at", "started_at", "loaded_at", "at_drop_at", "delivered_at", "work_done_at",
    "settled_at", "ended_at",
)  # fmt: skip
"""Columns that are shown as they are."""

IDS = (
    "customer_id", "zone_id", "offer_id", "provider_id", "shift_id", "live_offer_id", "payment_id", "merged_into",
)  # fmt: skip


async def visible(call: QueryCall, request_id: str, min_position: int | None) -> RequestRow:
    """The request, for those who may see it; raises NotFound for everybody else."""
    wanted = id_in_path(Prefix.REQUEST, request_id)
    await call.at_or_after(call.stack.board.name, min_position)
    row = await call.stack.board.one(call.tenant, wanted)
    if row is None or not await _sees(call, row, min_position):
        raise NotFound
    return row


async def _sees(call: QueryCall, row: RequestRow, min_position: int | None) -> bool:
    if call.actor.is_desk or call.actor.is_customer(row.customer_id):
        return True
    if await bears(call, row.request_id, min_position):
        return True
    return await works_on(call, row.provider_id, row.shift_id, min_position)


def shown(row: RequestRow, call: QueryCall) -> dict[str, object]:
    """A row of the board as the API shows it to the caller."""
    told: dict[str, object] = {"id": answers.shown_id("request_id", row.request_id)}
    told.update((name, getattr(row, name)) for name in AS_IT_IS)
    told.update((name, answers.shown_id(name, getattr(row, name))) for name in IDS)
    told["quote"] = _quote(row)
    told["promise"] = promise_of(row)
    told["fare"] = _fare(row)
    told["start_code"] = start_code(call, row)
    told["can"] = acts_open(call.actor, standing_of(row))
    return told


def promise_of(row: RequestRow | CustomerRequestRow) -> dict[str, object] | None:
    """What the customer was promised, as far as anything was."""
    if row.promise_due_at is None:
        return None
    return {
        "state": row.promise,
        "p50_at": row.p50_at,
        "p80_at": row.p80_at,
        "p95_at": row.p95_at,
        "due_at": row.promise_due_at,
        "credit_minor": row.credit_minor,
    }


def start_code(call: QueryCall, row: RequestRow) -> str | None:
    """What the customer tells the provider to begin; nobody else is shown it."""
    mine = call.actor.role is Role.CUSTOMER and call.actor.is_customer(row.customer_id)
    if not mine or RequestState(row.state) not in CODE_IS_SHOWN:
        return None
    return call.stack.codes.code_of(call.tenant, row.request_id, row.attempt)


def standing_of(row: RequestRow) -> Standing:
    """What the acts that are open depend on."""
    return Standing(
        state=RequestState(row.state),
        customer_id=row.customer_id,
        provider_id=row.provider_id,
        offer_is_out=row.live_offer_id is not None,
        is_priced=row.quote_version is not None,
        is_confirmed=row.quote_version == row.confirmed_quote,
        tows=row.service in TOWED and row.drop_cell is not None,
        is_delivered=row.delivered_at is not None,
        drop_refused=row.drop_refused_why is not None,
        is_there=row.reached_drop == row.drop_cell,
        sos=row.sos,
        gone_is_reported=row.gone_confirms_at is not None,
        change_is_proposed=row.need_proposed is not None,
        pays_cash=row.payment_method == "cash",
        acknowledgement_is_asked=row.acknowledge_by is not None,
    )


def _quote(row: RequestRow) -> dict[str, object] | None:
    if row.quote_version is None:
        return None
    return {
        "version": row.quote_version,
        "currency": row.currency,
        "total_minor": row.quoted_minor,
        "lines": row.quote_lines,
        "valid_until": row.quote_valid_until,
        "tow_distance_m": row.tow_distance_m,
        "fees": row.fees,
    }


def _fare(row: RequestRow) -> dict[str, object] | None:
    if row.fare_version is None:
        return None
    return {
        "version": row.fare_version,
        "currency": row.currency,
        "total_minor": row.fare_minor,
        "lines": row.fare_lines,
        "disputed_why": row.fare_disputed_why,
    }
