"""Which facts do the stories about tips begin with?"""

from domain.ledger import recipes
from domain.payment_terms import payment_id
from domain.tip import Tip, tip_id
from tests.support.roadside import CUSTOMER, LATER, NOON, PROVIDER, REQUEST, some_id
from tests.support.rulebook import Fact, fact

AMOUNT = 10_000
DISPUTE = some_id(186)
OF_TIP = {
    "request_id": REQUEST,
    "payment_id": payment_id(REQUEST),
    "customer_id": CUSTOMER,
    "provider_id": PROVIDER,
    "amount_minor": AMOUNT,
}
OF_MONEY = (tip_id(REQUEST), REQUEST, PROVIDER, AMOUNT, "INR")
SAMPLES: tuple[Fact, ...] = (
    fact(Tip.Promised, NOON, currency="INR", **OF_TIP),
    fact(Tip.Given, NOON, **OF_TIP, **recipes.tipped(*OF_MONEY).fields),
    fact(Tip.Returned, LATER, **OF_TIP, **recipes.tip_returned(*OF_MONEY).fields),
    fact(Tip.Disputed, LATER, dispute_id=DISPUTE),
    fact(Tip.DisputeEnded, LATER, dispute_id=DISPUTE, lost_minor=AMOUNT),
)
