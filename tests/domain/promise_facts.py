"""What has happened, in the stories of a promise? Told when the job is taken, and what became of it."""

from datetime import timedelta

from domain.promise import PRIOR_LAW
from domain.service_request import ServiceRequest
from tests.domain.facts import JOB
from tests.support.roadside import DEPOT_CELL, LATER, SOON
from tests.support.rulebook import fact

EXPECTED_S = 1_200
TOLD = PRIOR_LAW.promised(EXPECTED_S, SOON)
DUE = TOLD.p95_at
TIMES: dict[str, object] = {"p50_at": TOLD.p50_at, "p80_at": TOLD.p80_at, "p95_at": TOLD.p95_at}

PROMISED = fact(
    ServiceRequest.EtaPromised,
    SOON,
    **JOB,
    **TIMES,
    attempt=1,
    from_cell=DEPOT_CELL,
    expected_s=EXPECTED_S,
    due_at=DUE,
    law=TOLD.law,
)
AT_RISK = fact(ServiceRequest.PromiseAtRisk, LATER, due_at=DUE)
KEPT = fact(ServiceRequest.PromiseKept, LATER, **JOB, due_at=DUE)
BROKEN = fact(ServiceRequest.PromiseBroken, DUE, due_at=DUE, credit_minor=11_800, currency="INR")
WAIVED = fact(ServiceRequest.PromiseWaived, LATER, due_at=DUE)
SCORED = fact(ServiceRequest.EtaScored, LATER, **JOB, expected_s=EXPECTED_S, took_s=900, within=50)

GOLDEN = (PROMISED, AT_RISK, KEPT, BROKEN, WAIVED, SCORED)
LATE = DUE + timedelta(minutes=1)
