"""Which routes are about a service request?"""

from tests.interfaces.http.case import Case, accepted, en_route, on_scene, searching
from tests.support.api import DEPOT, HELP

COLLECTIONS: dict[str, Case] = {
    "GET /v1/service-requests": Case(searching),
    "POST /v1/service-requests": Case(searching, lambda _job: HELP),
}
"""Routes about nothing that exists: whoever has the role may use them."""

OBJECTS: dict[str, Case] = {
    "GET /v1/service-requests/{request_id}": Case(accepted),
    "GET /v1/service-requests/{request_id}/customer-details": Case(accepted),
    "POST /v1/service-requests/{request_id}/cancellation": Case(
        accepted, lambda _job: {"reason": "other"}, needs_version=True
    ),
    "POST /v1/service-requests/{request_id}/en-route": Case(accepted),
    "POST /v1/service-requests/{request_id}/arrival": Case(en_route, lambda _job: {"location": DEPOT}),
    "POST /v1/service-requests/{request_id}/completion": Case(on_scene),
    "POST /v1/service-requests/{request_id}/search-end": Case(searching),
}
"""Routes about something that exists."""
