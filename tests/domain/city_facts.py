"""What has happened, in the stories of zones, tariffs and ratings?"""

from dataclasses import fields

from domain.rating import Rating, Side, Tag
from domain.tariff import Tariff
from domain.tariff_terms import TariffTerms
from domain.zone import Zone
from domain.zone_conditions import Condition, ConditionKind
from tests.support.city import INDIA, ZONE_TERMS, square_area
from tests.support.roadside import CUSTOMER, LATER, NOON, PROVIDER, REQUEST, SOON
from tests.support.rulebook import Fact, fact

SQUARE, SMALLER = square_area(), square_area(77.55, 12.95, 0.1)

DEFINED = fact(
    Zone.Defined,
    NOON,
    slug=ZONE_TERMS.slug,
    time_zone=ZONE_TERMS.time_zone,
    state_code=ZONE_TERMS.state_code,
    priority=ZONE_TERMS.priority,
    geometry=SQUARE.outline,
    area_m2=SQUARE.area_m2,
    effective_from=NOON,
)
REDRAWN = fact(Zone.Redrawn, SOON, geometry=SMALLER.outline, area_m2=SMALLER.area_m2, effective_from=LATER)
RETIRED = fact(Zone.Retired, SOON, effective_from=LATER)

SURGE = Condition(ConditionKind.SURGE, SOON, LATER, 140)
SURGED = fact(
    Zone.ConditionDeclared,
    SOON,
    kind=ConditionKind.SURGE,
    effective_from=SOON,
    effective_until=LATER,
    factor_percent=140,
)
CLOSED = fact(
    Zone.ConditionDeclared,
    SOON,
    kind=ConditionKind.CLOSURE,
    effective_from=SOON,
    effective_until=None,
    factor_percent=None,
)
LIFTED = fact(Zone.ConditionLifted, LATER, kind=ConditionKind.CLOSURE, effective_from=LATER)

OPENED = fact(Tariff.Opened, NOON, zone_id=None, partner_id=None)


def published(terms: TariffTerms = INDIA, version: int = 1) -> Fact:
    told = {field.name: getattr(terms, field.name) for field in fields(terms)}
    return fact(
        Tariff.Published, NOON, tariff_version=version, effective_from=NOON, zone_id=None, partner_id=None, **told
    )


WITHDRAWN = fact(Tariff.Withdrawn, SOON, tariff_version=2, effective_from=LATER, zone_id=None, partner_id=None)

GIVEN = fact(
    Rating.Given,
    NOON,
    request_id=REQUEST,
    by=Side.CUSTOMER,
    of_provider_id=PROVIDER,
    customer_id=CUSTOMER,
    stars=4,
    tags=(Tag.CAREFUL, Tag.LATE),
)
REVISED = fact(
    Rating.Revised,
    LATER,
    request_id=REQUEST,
    by=Side.CUSTOMER,
    of_provider_id=PROVIDER,
    stars=5,
    tags=(),
    stars_before=4,
)

SAMPLES: tuple[Fact, ...] = (DEFINED, REDRAWN, RETIRED, SURGED, LIFTED, OPENED, published(), WITHDRAWN, GIVEN, REVISED)
"""One of each, to be kept among the golden events."""
