"""Which facts do the stories about guarded accounts begin with?"""

from datetime import timedelta

from domain import ledger
from domain.ledger import Leg
from domain.ledger.account import LedgerAccount
from domain.ledger.memberships import entitled, used
from domain.ledger.terms import PendingState, Result
from domain.split import SupplyModel
from domain.supply_model import SupplyDecision
from tests.support.roadside import NOON, OTHER_REQUEST, REQUEST, SOON, some_id
from tests.support.rulebook import Fact, fact

SUBSCRIPTION = some_id(91)
UNITS = ledger.units_of(SUBSCRIPTION, "tow_km", 1)
USED = ledger.units_used("tow_km")
A_DAY_LATER = NOON + timedelta(days=1)
PERIOD = entitled(SUBSCRIPTION, "tow_km", 1, 500, "KM")
TOW = used(REQUEST, SUBSCRIPTION, "tow_km", 1, 320, "KM")
OTHER_TOW = used(OTHER_REQUEST, SUBSCRIPTION, "tow_km", 1, 400, "KM")
IT = {"account": UNITS, "currency": "KM"}

OPENED = fact(LedgerAccount.Opened, NOON, **IT)
FILLED = fact(LedgerAccount.Booked, NOON, account=UNITS, posted_minor=500, **PERIOD.fields)
RECEIVED = fact(
    LedgerAccount.Received,
    NOON,
    **IT,
    transfer_id=PERIOD.transfer_id,
    booked=PERIOD.legs,
    posted_minor=500,
)
HELD = fact(
    LedgerAccount.Held,
    NOON,
    **IT,
    transfer_id=TOW.transfer_id,
    asked=TOW.legs,
    amount_minor=320,
    expires_at=A_DAY_LATER,
)
POSTED = fact(
    LedgerAccount.HoldPosted,
    SOON,
    **IT,
    transfer_id=f"{TOW.transfer_id}:post",
    legs=(Leg(UNITS, 300), Leg(USED, -300)),
    amount_minor=300,
    released_minor=20,
    posted_minor=200,
)
VOIDED = fact(
    LedgerAccount.HoldEnded,
    SOON,
    **IT,
    transfer_id=TOW.transfer_id,
    amount_minor=320,
    state=PendingState.VOIDED,
)
REFUSED = fact(
    LedgerAccount.Refused,
    NOON,
    **IT,
    transfer_id=OTHER_TOW.transfer_id,
    asked=OTHER_TOW.legs,
    held=True,
    result=Result.EXCEEDS_CREDITS,
)
CLOSED = fact(LedgerAccount.Closed, SOON, account=UNITS)

DECISION = fact(SupplyDecision.Opened, NOON)
PRINCIPAL = fact(
    SupplyDecision.Decided, NOON, supply_version=1, effective_from=A_DAY_LATER, model=SupplyModel.PRINCIPAL
)

SAMPLES: tuple[Fact, ...] = (
    *(OPENED, FILLED, RECEIVED, HELD, POSTED, VOIDED, REFUSED, CLOSED),
    *(DECISION, PRINCIPAL),
)
"""One of each topic, as it is written today."""
