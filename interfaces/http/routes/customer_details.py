"""Who is the customer of a request, and where exactly is the vehicle? For those only who need it now."""

from starlette.responses import Response

from application.personal import PersonalRecord
from domain.actor import Actor, Role
from domain.geography import cell_of, centre_of
from domain.refusal import NotAllowed
from domain.request_terms import UNDER_WAY, RequestState
from interfaces.http import answers
from interfaces.http.calls import Asked, MinPosition
from interfaces.http.request_views import visible
from interfaces.http.routes.service_requests import ONE
from interfaces.http.routing import Routes
from interfaces.http.shapes.service_requests import CustomerDetails
from projections.request_row import RequestRow

routes = Routes("Service requests")


@routes.query(
    ONE + "/customer-details",
    CustomerDetails,
    problems=("not_allowed",),
)
async def read_customer_details(call: Asked, request_id: str, min_position: MinPosition = None) -> Response:
    """Read name, phone, exact location, note and plate.

    For the customer, the people of the desk, and the provider who holds the job, while it holds it.
    """
    row = await visible(call, request_id, min_position)
    if not _may_know(call.actor, row):
        raise NotAllowed("personal details are shown to a provider only while it holds the job")
    records = await call.read_personal([row.place_id, row.contact_id])
    place, contact = records.get(row.place_id), records.get(row.contact_id)
    return answers.plain(
        {
            "request_id": answers.shown_id("request_id", row.request_id),
            "customer_id": answers.shown_id("customer_id", row.customer_id),
            "erased": place is None and contact is None,
            "name": contact.fields.get("name") if contact else None,
            "phone": contact.fields.get("phone") if contact else None,
            "location": _place(row, place),
            "drop_location": _drop(row, place),
            "note": place.fields.get("note") if place else None,
            "plate": contact.fields.get("plate") if contact else None,
        }
    )


def _may_know(actor: Actor, row: RequestRow) -> bool:
    return actor.role is not Role.PROVIDER or RequestState(row.state) in UNDER_WAY


def _place(row: RequestRow, place: PersonalRecord | None) -> dict[str, object] | None:
    """The point that was told, when the vehicle is there; else the centre of the cell: of a yard where it was towed."""
    if place is None:
        return None
    lat, lng = place.fields.get("lat"), place.fields.get("lng")
    if isinstance(lat, float) and isinstance(lng, float) and cell_of(lat, lng) != row.cell:
        lat, lng = centre_of(row.cell)
    return {"lat": lat, "lng": lng}


def _drop(row: RequestRow, place: PersonalRecord | None) -> dict[str, object] | None:
    """The point that was told, as long as it is where the vehicle goes; else the centre of the cell."""
    if row.drop_cell is None or place is None:
        return None
    told = place.fields.get("drop_lat"), place.fields.get("drop_lng")
    if isinstance(told[0], float) and isinstance(told[1], float) and cell_of(told[0], told[1]) == row.drop_cell:
        return {"lat": told[0], "lng": told[1]}
    lat, lng = centre_of(row.drop_cell)
    return {"lat": lat, "lng": lng}
