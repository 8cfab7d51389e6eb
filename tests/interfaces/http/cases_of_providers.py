"""Which routes are about a provider, its shifts and the offers it gets?"""

from tests.interfaces.http.applicants import document, in_review, nobody_yet, off_duty, with_papers
from tests.interfaces.http.case import (
    Case,
    accepted,
    countered,
    offered,
    on_break,
    provider_of,
    searching,
    seen,
    seen_on_the_way,
    suspended,
)
from tests.support.api import DEPOT

COLLECTIONS: dict[str, Case] = {
    "GET /v1/offers": Case(searching),
    "GET /v1/shifts": Case(searching),
    "POST /v1/positions": Case(searching, lambda job: {"positions": [seen(job)]}),
    "GET /v1/providers": Case(searching),
    "POST /v1/provider-applications": Case(nobody_yet, lambda _job: {"name": "Ours", "phone": "+919845011111"}),
    "POST /v1/providers": Case(searching, lambda _job: {"name": "Ours", "phone": "+919845011111"}),
}
"""Routes about nothing that exists: whoever has the role may use them."""

OBJECTS: dict[str, Case] = {
    "POST /v1/offers": Case(searching, lambda job: {"request_id": job.request["id"], "shift_id": job.shift["id"]}),
    "GET /v1/offers/{offer_id}": Case(offered),
    "POST /v1/offers/{offer_id}/acceptance": Case(offered),
    "POST /v1/offers/{offer_id}/decline": Case(offered, lambda _job: {"reason": "busy"}),
    "POST /v1/offers/{offer_id}/delivery": Case(offered),
    "POST /v1/offers/{offer_id}/sight": Case(offered),
    "POST /v1/offers/{offer_id}/counter": Case(offered, lambda _job: {"eta_s": 1_800}),
    "POST /v1/offers/{offer_id}/counter-acceptance": Case(countered, lambda _job: {"eta_s": 1_800}),
    "POST /v1/offers/{offer_id}/counter-refusal": Case(countered, lambda _job: {"eta_s": 1_800}),
    "POST /v1/offers/{offer_id}/lapse": Case(offered),
    "POST /v1/offers/{offer_id}/withdrawal": Case(offered),
    "GET /v1/providers/{provider_id}": Case(searching),
    "GET /v1/providers/{provider_id}/jobs": Case(searching),
    "GET /v1/providers/{provider_id}/rating": Case(searching),
    "GET /v1/providers/{provider_id}/why-not/{request_id}": Case(accepted),
    "POST /v1/providers/{provider_id}/crew-members": Case(searching, lambda _job: {"skills": ["tow"]}),
    "POST /v1/providers/{provider_id}/trucks": Case(searching, lambda _job: {"equipment": ["tow"]}),
    "POST /v1/providers/{provider_id}/suspension": Case(
        searching, lambda _job: {"reason": "other"}, needs_version=True
    ),
    "POST /v1/providers/{provider_id}/reinstatement": Case(suspended, needs_version=True),
    "POST /v1/providers/{provider_id}/engagement": Case(searching, lambda _job: {"engagement": "guided"}),
    "POST /v1/providers/{provider_id}/offboarding": Case(off_duty, needs_version=True),
    "POST /v1/providers/{provider_id}/documents": Case(searching, lambda _job: document("pan")),
    "GET /v1/providers/{provider_id}/documents": Case(with_papers),
    "GET /v1/providers/{provider_id}/documents/{document_id}": Case(with_papers),
    "POST /v1/providers/{provider_id}/documents/{document_id}/repeat-request": Case(
        with_papers, lambda _job: {"reason": "unreadable"}
    ),
    "POST /v1/providers/{provider_id}/documents/{document_id}/verification": Case(with_papers),
    "POST /v1/providers/{provider_id}/documents/{document_id}/rejection": Case(
        with_papers, lambda _job: {"reason": "unreadable"}
    ),
    "POST /v1/providers/{provider_id}/documents/{document_id}/expiry": Case(with_papers),
    "POST /v1/providers/{provider_id}/review": Case(with_papers),
    "POST /v1/providers/{provider_id}/approval": Case(in_review, needs_version=True),
    "POST /v1/providers/{provider_id}/rejection": Case(
        with_papers, lambda _job: {"reason": "other"}, needs_version=True
    ),
    "POST /v1/shifts": Case(
        searching,
        lambda job: {
            "provider_id": provider_of(job),
            "crew_id": "crw_" + "0" * 32,
            "truck_id": "trk_" + "0" * 32,
            "location": DEPOT,
        },
    ),
    "GET /v1/shifts/{shift_id}": Case(searching),
    "GET /v1/shifts/{shift_id}/position": Case(seen_on_the_way),
    "POST /v1/shifts/{shift_id}/end": Case(searching),
    "POST /v1/shifts/{shift_id}/readiness": Case(accepted, lambda _job: {"location": DEPOT}),
    "POST /v1/shifts/{shift_id}/stock": Case(searching, lambda _job: {"fuel_l": 40, "batteries": 4, "ev_kwh": 0}),
    "POST /v1/shifts/{shift_id}/forced-end": Case(searching),
    "POST /v1/shifts/{shift_id}/break": Case(searching),
    "POST /v1/shifts/{shift_id}/break-end": Case(on_break, lambda _job: {"location": DEPOT}),
}
"""Routes about something that exists."""
