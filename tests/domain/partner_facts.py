"""Which facts about partners that bear jobs do tests begin from?"""

from datetime import datetime
from uuid import UUID

from domain import ledger
from domain.ledger import Leg
from domain.partner_account import PartnerAccount
from domain.partner_cover import PartnerCover
from domain.partner_terms import PartnerTerms
from domain.payment import Payment
from domain.payment_terms import payment_id
from tests.support.roadside import CUSTOMER, LATER, NOON, REQUEST, SOON, some_id
from tests.support.rulebook import STREAM, Fact, fact

PARTNER = STREAM
OTHER_PARTNER = some_id(901)
RECEIPT = some_id(902)
PARTNER_NOTE = some_id(903)
TERMS = PartnerTerms(credit_limit_minor=100_000, most_per_job_minor=40_000)
OWES = ledger.partner_owes(PARTNER)
PAYMENT = payment_id(REQUEST)

OPENED = fact(PartnerAccount.Opened, NOON, currency="INR")
DECIDED = fact(PartnerAccount.Decided, NOON, terms_version=1, effective_from=NOON, terms=TERMS)
FREED = fact(PartnerAccount.Freed, LATER, request_id=REQUEST)
LESSENED = fact(
    PartnerAccount.Lessened,
    LATER,
    request_id=REQUEST,
    credit_note_id=PARTNER_NOTE,
    amount_minor=10_000,
    currency="INR",
)
NAMED = fact(PartnerCover.Named, SOON, request_id=REQUEST, partner_id=PARTNER)
CHANGED = fact(PartnerCover.Changed, LATER, request_id=REQUEST, partner_id=OTHER_PARTNER)
BORNE = fact(
    Payment.Borne,
    LATER,
    request_id=REQUEST,
    customer_id=CUSTOMER,
    partner_id=PARTNER,
    amount_minor=30_000,
    currency="INR",
)


def kept(amount_minor: int = 30_000, request_id: UUID = REQUEST, at: datetime = SOON) -> Fact:
    """So much of its credit is kept for a job."""
    return fact(PartnerAccount.Kept, at, request_id=request_id, amount_minor=amount_minor, currency="INR")


def charged(amount_minor: int = 30_000, request_id: UUID = REQUEST, at: datetime = LATER) -> Fact:
    """It bears so much of the job."""
    legs = (Leg(OWES, amount_minor), Leg(ledger.advance_for(request_id), -amount_minor))
    return fact(
        PartnerAccount.Charged,
        at,
        transfer_id=f"par:{payment_id(request_id).hex}",
        currency="INR",
        legs=legs,
        request_id=request_id,
        payment_id=payment_id(request_id),
        amount_minor=amount_minor,
    )


def paid(amount_minor: int = 20_000) -> Fact:
    """So much of what it owes came to our bank."""
    legs = (Leg(ledger.BANK, amount_minor), Leg(OWES, -amount_minor))
    told = {"transfer_id": f"pap:{RECEIPT.hex}", "currency": "INR", "legs": legs}
    return fact(PartnerAccount.Paid, LATER, **told, amount_minor=amount_minor)


SAMPLES: tuple[Fact, ...] = (OPENED, DECIDED, kept(), FREED, charged(), LESSENED, paid(), NAMED, CHANGED, BORNE)
"""One of each topic, as it is written today."""
