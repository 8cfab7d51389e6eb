"""Which facts about what waiting costs do tests begin from?"""

from domain.fare_rules import FareRulebook, FareRules
from tests.support.roadside import NOON, SOON
from tests.support.rulebook import Fact, fact

WAITING_COSTS = FareRules(waits_free_s=600, per_minute_minor=200, waits_most_minor=5_000)
FARE_RULES_OPENED = fact(FareRulebook.Opened, NOON)
FARE_RULES_DECIDED = fact(FareRulebook.Decided, NOON, rules_version=1, effective_from=SOON, rules=WAITING_COSTS)

SAMPLES: tuple[Fact, ...] = (FARE_RULES_OPENED, FARE_RULES_DECIDED)
"""One of each topic, as it is written today."""
