"""What was decided, in the stories of the domain's tests? One decision by a policy, with two candidates."""

from datetime import timedelta
from uuid import UUID

from domain.decision import Candidate, Chosen, DecidedBy, Decision, Grounds, Inputs
from tests.support.roadside import (
    BREAKDOWN_CELL,
    DEPOT_CELL,
    NOON,
    OFFER,
    OTHER_PROVIDER,
    OTHER_SHIFT,
    PROVIDER,
    REQUEST,
    SHIFT,
)
from tests.support.rulebook import Fact, fact


def candidate(shift_id: UUID = SHIFT, provider_id: UUID = PROVIDER, drive_s: int = 300) -> Candidate:
    return Candidate(
        shift_id, provider_id, DEPOT_CELL, NOON, drive_s, drive_s * 1_000 // 60, {"drive": drive_s * 1_000 // 60}
    )


NEARER = candidate()
FARTHER = Candidate(
    OTHER_SHIFT,
    OTHER_PROVIDER,
    BREAKDOWN_CELL,
    NOON + timedelta(minutes=4),
    180,
    7_000,
    {"drive": 3_000, "until_free": 4_000},
    given_to_rank=2,
)
INPUTS = Inputs(
    request_version=3,
    radius_m=10_000,
    passed_over=(OTHER_PROVIDER,),
    looked_at=NOON,
    shifts_from=7,
    shifts_upto=9,
    board_digest="5a" * 16,
    cells_digest="a5" * 16,
    requests_at=9,
    jobs_at=9,
    begun_at=NOON,
    moved={str(OTHER_SHIFT): BREAKDOWN_CELL},
    resting=(OTHER_SHIFT,),
    waiting=(OTHER_PROVIDER,),
    knows_cash_limits=True,
)
GROUNDS = Grounds(
    by=DecidedBy.POLICY,
    policy="nearest_first_come",
    policy_version="1",
    travel="pace/135/35",
    work=2,
    rank=1,
    considered=5,
    candidates=(NEARER, FARTHER),
    ruled_out={"not_capable": 2, "busy": 1},
    match_milli_min={"drive": 5_000},
    inputs=INPUTS,
)
CHOSEN = Chosen(OFFER, REQUEST, 1, SHIFT, PROVIDER)

DECIDED = fact(
    Decision.Made,
    NOON,
    **{name: getattr(CHOSEN, name) for name in CHOSEN.__slots__},
    **{name: getattr(GROUNDS, name) for name in GROUNDS.__slots__},
)

SAMPLES: tuple[Fact, ...] = (DECIDED,)
