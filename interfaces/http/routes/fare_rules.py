"""What can be ordered and asked about what waiting costs?"""

from dataclasses import asdict
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from application.decide_fare_rules import DecideFareRules, decide_fare_rules
from domain.fare_rules import FareRulebook, FareRules, fare_rules_stream
from domain.ids import Prefix
from interfaces.http import answers
from interfaces.http.calls import Asked, Creation, MinPosition
from interfaces.http.routing import Routes
from interfaces.http.shapes.fare_rules import FareRulesBody, FareRulesDone, FareRulesShown
from interfaces.http.shapes.values import InstantAsked

PATH = "/v1/fare-rules"

routes = Routes("Tariffs")


@routes.command(PATH, FareRulesDone, problems=("bad_fare_rules", "bad_effect", "too_many_versions"))
async def decide_rules_of_fares(call: Creation, body: FareRulesBody) -> Response:
    """Decide what waiting costs. Whoever was told a price before pays by the rules of then."""
    rules = FareRules(body.waits_free_s, body.per_minute_minor, body.waits_most_minor)
    command = DecideFareRules(call.actor, rules, body.effective_from or call.at, call.at)
    return answers.done(await call.run(decide_fare_rules, command), Prefix.FARE_RULES)


@routes.query(PATH, FareRulesShown, problems=("log_unavailable",))
async def read_rules_of_fares(
    call: Asked,
    at: Annotated[InstantAsked | None, Query(description="By which rules: of now when left out.")] = None,
    min_position: MinPosition = None,
) -> Response:
    """Read what waiting costs by the rules of an instant; nothing where nothing was decided."""
    await call.log_at_or_after(min_position)
    book = await call.stack.aggregates.load(FareRulebook, call.tenant, fare_rules_stream(call.tenant))
    return answers.plain(asdict(FareRules() if book is None else book.at(at or call.at)))
