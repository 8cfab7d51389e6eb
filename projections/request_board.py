"""How does every call for help stand, from the request to its end?"""

from __future__ import annotations

from projections.board_end import END
from projections.board_job import JOB
from projections.board_promise import PROMISE
from projections.board_search import SEARCH
from projections.fact import Fact
from projections.read_model import Index, ReadModel
from projections.request_row import RequestRow

request_board = ReadModel(
    "request_board",
    RequestRow,
    version=5,
    key=("tenant", "request_id"),
    indexes=(
        Index(("tenant", "created_at", "request_id")),
        Index(("tenant", "state", "created_at", "request_id")),
        Index(("tenant", "customer_id", "created_at", "request_id")),
        Index(("tenant", "provider_id", "created_at", "request_id"), where="provider_id IS NOT NULL"),
        Index(("tenant", "asked_provider_id"), where="asked_provider_id IS NOT NULL"),
        Index(("created_at", "request_id"), where="state = 'searching'"),
        Index(("tenant", "zone_id", "created_at", "request_id"), where="zone_id IS NOT NULL"),
        Index(("ended_at",), where="state = 'completed' AND on_scene_at IS NOT NULL"),
    ),
)


@request_board.begins("service_request.requested")
def _requested(fact: Fact) -> RequestRow:
    searched = fact.text("dispatch") == "at_once"
    return RequestRow(
        tenant=fact.tenant,
        request_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="searching" if searched else "submitted",
        service=fact.text("service"),
        vehicle_class=fact.text("vehicle_class"),
        fuel=fact.text("fuel"),
        cell=fact.text("cell"),
        customer_id=fact.uuid("customer_id"),
        place_id=fact.uuid("place_id"),
        contact_id=fact.uuid("contact_id"),
        created_at=fact.occurred_at,
        updated_at=fact.occurred_at,
        drop_cell=fact.maybe_text("drop_cell"),
        zone_id=fact.maybe_uuid("zone_id"),
        sos=fact.flag("sos"),
        hazards=fact.texts("hazards"),
        scheduled_for=fact.maybe_instant("scheduled_for"),
        radius_m=fact.maybe_whole("radius_m"),
        widens_at=fact.maybe_instant("widens_at"),
    )


for _what, _fold in {**SEARCH, **JOB, **PROMISE, **END}.items():
    request_board.on(f"service_request.{_what}")(_fold)

__all__ = ["RequestRow", "request_board"]
