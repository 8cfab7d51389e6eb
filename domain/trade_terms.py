"""How is somebody told that help is not given here, or not at that price?"""

from domain.refusal import Refusal


class OutsideServedArea(Refusal):
    """Nobody helps at this place: it lies in none of the service zones."""

    code = "outside_served_area"


class NotPriced(Refusal):
    """Nothing is charged for this request."""

    code = "not_priced"


class NotConfirmed(Refusal):
    """The customer has not agreed to the price yet."""

    code = "not_confirmed"


class PriceNotAgreed(Refusal):
    """What is needed now costs more than was agreed: say up to how much is fine."""

    code = "price_not_agreed"
