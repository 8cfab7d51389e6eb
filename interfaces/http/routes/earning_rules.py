"""What can be ordered and asked about the rules by which providers earn?"""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from application.decide_earning_rules import DecideEarningRules, decide_earning_rules
from domain.earning_rules import EarningRulebook, EarningRules, rules_stream
from domain.ids import Prefix
from domain.withholding import Rates
from interfaces.http import answers
from interfaces.http.calls import Asked, Creation, MinPosition
from interfaces.http.routing import Routes
from interfaces.http.shapes.payouts import RulesBody, RulesDone, RulesShown
from interfaces.http.shapes.values import InstantAsked

PATH = "/v1/earning-rules"
SHARES = ("tcs_bp", "tds_bp", "tds_without_pan_bp", "contract_tds_bp", "contract_tds_without_pan_bp")
OTHERS = ("waits_s", "reserve_bp", "reserve_most_minor", "least_minor", "cash_limit_minor")

routes = Routes("Payouts")


@routes.command(
    PATH,
    RulesDone,
    problems=("bad_rules", "bad_effect", "too_many_versions"),
)
async def decide_rules(call: Creation, body: RulesBody) -> Response:
    """Decide what is withheld of providers' earnings, how long they wait, and what is kept back of payouts.

    What was earned before the rules take effect stays as it is.
    """
    rates = Rates(**{name: getattr(body, name) for name in SHARES})
    rules = EarningRules(rates, **{name: getattr(body, name) for name in OTHERS})
    command = DecideEarningRules(call.actor, rules, body.effective_from or call.at, call.at)
    done = await call.run(decide_earning_rules, command)
    return answers.done(done, Prefix.EARNING_RULES)


@routes.query(PATH, RulesShown, problems=("log_unavailable",))
async def read_rules(
    call: Asked,
    at: Annotated[InstantAsked | None, Query(description="By which rules: of now when left out.")] = None,
    min_position: MinPosition = None,
) -> Response:
    """Read the rules in effect at an instant; the usual ones where nothing was decided."""
    await call.log_at_or_after(min_position)
    book = await call.stack.aggregates.load(EarningRulebook, call.tenant, rules_stream(call.tenant))
    rules = EarningRules() if book is None else book.at(at or call.at)
    shares = {name: getattr(rules.rates, name) for name in SHARES}
    return answers.plain(shares | {name: getattr(rules, name) for name in OTHERS})
