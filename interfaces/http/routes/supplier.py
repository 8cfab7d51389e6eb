"""What can be ordered and asked about a tenant as a supplier: its tax registrations, and who supplies?"""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from application.decide_registration import (
    DecideRegistration,
    EndRegistration,
    decide_registration,
    end_registration,
)
from application.decide_supply import DecideSupply, decide_supply
from domain.ids import Prefix
from domain.split import SupplyModel
from domain.supply_model import SupplyDecision, supply_stream
from domain.tax_registration import TaxRegistrations, registrations_stream
from interfaces.http import answers
from interfaces.http.calls import Asked, Creation, MinPosition
from interfaces.http.routing import Routes
from interfaces.http.shapes.supplier import (
    RegistrationDone,
    RegistrationEndBody,
    RegistrationsShown,
    SupplyBody,
    SupplyDone,
    SupplyShown,
    TaxRegistrationBody,
)
from interfaces.http.shapes.values import InstantAsked

REGISTRATIONS = "/v1/tax-registrations"
SUPPLY = "/v1/supply-decision"
When = Annotated[InstantAsked | None, Query(description="In effect at this instant: now when left out.")]

routes = Routes("Money")


@routes.command(
    REGISTRATIONS,
    RegistrationDone,
    problems=("bad_gstin", "bad_effect", "too_many_versions"),
)
async def decide_tax_registration(call: Creation, body: TaxRegistrationBody) -> Response:
    """Bill under a tax registration in its state, from an instant on; bills that went out stay as they are."""
    command = DecideRegistration(call.actor, body.gstin, body.effective_from or call.at, call.at)
    return answers.done(await call.run(decide_registration, command), Prefix.DOCUMENT)


@routes.command(
    REGISTRATIONS + "/end",
    RegistrationDone,
    problems=("unknown_state", "bad_effect", "too_many_versions"),
)
async def end_tax_registration(call: Creation, body: RegistrationEndBody) -> Response:
    """Bill without a number in a state, from an instant on."""
    command = EndRegistration(call.actor, body.state_code, body.effective_from or call.at, call.at)
    return answers.done(await call.run(end_registration, command), Prefix.DOCUMENT)


@routes.query(REGISTRATIONS, RegistrationsShown, problems=("log_unavailable",))
async def read_tax_registrations(call: Asked, at: When = None, min_position: MinPosition = None) -> Response:
    """Read the registrations in effect at an instant, by state."""
    await call.log_at_or_after(min_position)
    book = await call.stack.aggregates.load(TaxRegistrations, call.tenant, registrations_stream(call.tenant))
    held = {} if book is None else book.in_effect(at or call.at)
    return answers.plain({"data": [{"state_code": state, "gstin": gstin} for state, gstin in held.items()]})


@routes.command(SUPPLY, SupplyDone, problems=("bad_effect", "too_many_versions"))
async def decide_who_supplies(call: Creation, body: SupplyBody) -> Response:
    """Say who supplies the service from an instant on: providers, through a marketplace, or the tenant as principal.

    It changes who owes the tax and what is withheld. Jobs that were divided before stay as they are.
    """
    command = DecideSupply(call.actor, body.model, body.effective_from or call.at, call.at)
    return answers.done(await call.run(decide_supply, command), Prefix.DOCUMENT)


@routes.query(SUPPLY, SupplyShown, problems=("log_unavailable",))
async def read_who_supplies(call: Asked, at: When = None, min_position: MinPosition = None) -> Response:
    """Read who supplies at an instant; providers, where nothing was decided."""
    await call.log_at_or_after(min_position)
    decision = await call.stack.aggregates.load(SupplyDecision, call.tenant, supply_stream(call.tenant))
    model = SupplyModel.MARKETPLACE if decision is None else decision.at(at or call.at)
    return answers.plain({"model": model.value})
