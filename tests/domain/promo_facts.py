"""Which facts do the stories about grants and referrals begin with?"""

from domain import ledger
from domain.ledger import Leg
from domain.referral import Referral
from domain.wallet import Wallet
from domain.wallet_promo_terms import Part, WhyGranted
from domain.wallet_terms import WhyReleased
from tests.domain.money_facts import ADVANCE, HOLD, OF_THE_JOB, WALLET, WEEK_LATER
from tests.support.roadside import CUSTOMER, LATER, NOON, OTHER_CUSTOMER, REQUEST, SOON, some_id
from tests.support.rulebook import Fact, fact

GRANT, REFUND = some_id(86), some_id(87)
PROMO = ledger.promo_of(CUSTOMER, GRANT)
PART = Part(5_000, GRANT, WEEK_LATER)

GRANTED = fact(
    Wallet.PromoGranted,
    NOON,
    customer_id=CUSTOMER,
    grant_id=GRANT,
    amount_minor=10_000,
    why=WhyGranted.CAMPAIGN,
    expires_at=WEEK_LATER,
    transfer_id=f"prm:{GRANT.hex}",
    currency="INR",
    legs=(Leg(ledger.GOODWILL, 10_000), Leg(PROMO, -10_000)),
)

EXPIRED = fact(
    Wallet.PromoExpired,
    WEEK_LATER,
    customer_id=CUSTOMER,
    grant_id=GRANT,
    amount_minor=10_000,
    transfer_id=f"prm:{GRANT.hex}:expired",
    currency="INR",
    legs=(Leg(PROMO, 10_000), Leg(ledger.GOODWILL, -10_000)),
)

PROMO_KEPT = fact(
    Wallet.PromoKept, SOON, **OF_THE_JOB, hold_id=HOLD, parts=(PART,), currency="INR", expires_at=WEEK_LATER
)
PROMO_FREED = fact(Wallet.PromoFreed, LATER, **OF_THE_JOB, hold_id=HOLD, why=WhyReleased.NOT_NEEDED)

PROMO_SPENT = fact(
    Wallet.PromoSpent,
    LATER,
    **OF_THE_JOB,
    amount_minor=5_000,
    parts=(PART,),
    transfer_id=f"pmo:{some_id(88).hex}",
    currency="INR",
    legs=(Leg(PROMO, 5_000), Leg(ADVANCE, -5_000)),
)

GIVEN_BACK = fact(
    Wallet.GivenBack,
    LATER,
    **OF_THE_JOB,
    amount_minor=1_000,
    parts=(Part(1_000), PART),
    balance_minor=1_000,
    transfer_id=f"bck:{REFUND.hex}",
    currency="INR",
    legs=(Leg(ledger.REFUND_IN_FLIGHT, 6_000), Leg(WALLET, -1_000), Leg(PROMO, -5_000)),
)

BROUGHT = fact(Referral.Made, NOON, referrer_id=CUSTOMER, referred_id=OTHER_CUSTOMER)
EARNED = fact(Referral.Earned, LATER, referrer_id=CUSTOMER, referred_id=OTHER_CUSTOMER, request_id=REQUEST)

SAMPLES: tuple[Fact, ...] = (
    GRANTED,
    EXPIRED,
    PROMO_KEPT,
    PROMO_FREED,
    PROMO_SPENT,
    GIVEN_BACK,
    BROUGHT,
    EARNED,
)
"""One of each topic, as it is written today."""
