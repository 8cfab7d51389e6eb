"""What do the rules of what waiting costs look like on the wire?"""

from typing import Annotated

from pydantic import Field

from domain.fare_rules import LONGEST_FREE_S
from domain.money import MOST_MINOR
from interfaces.http.shapes.values import EXAMPLE, Body, InstantTold, Position, Shown, Version

RulesId = Annotated[
    str, Field(pattern="^frl_[0-9a-f]{32}$", description="Id of a tenant's rules.", examples=[f"frl_{EXAMPLE}"])
]
FreeS = Annotated[int, Field(ge=0, le=LONGEST_FREE_S, description="Seconds that cost nothing.", examples=[900])]
Amount = Annotated[int, Field(ge=0, lt=MOST_MINOR, description="Minor units, before tax.", examples=[200])]


class FareRulesBody(Body):
    """What a provider's waiting at the vehicle costs, from the arrival to the beginning of the work."""

    waits_free_s: FreeS
    per_minute_minor: Amount
    waits_most_minor: Amount
    effective_from: InstantTold | None = None


class FareRulesDone(Shown):
    """The rules stand."""

    id: RulesId
    version: Version
    position: Position


class FareRulesShown(Shown):
    """The rules in effect: each minute that has begun after the free ones costs, up to a limit."""

    waits_free_s: FreeS
    per_minute_minor: Amount
    waits_most_minor: Amount
