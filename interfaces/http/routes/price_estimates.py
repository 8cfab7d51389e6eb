"""What would help cost, and does it come there at all?"""

from dataclasses import asdict
from typing import Final

from starlette.responses import Response

from application.trade import Job
from application.zones import PlacedZone
from domain.catalogue import Service, check_fit
from domain.geography import cell_of, centre_of
from domain.ids import Prefix, show
from domain.pricing import Priced, sac_of
from domain.tariff_terms import checked_state
from interfaces.http import answers
from interfaces.http.calls import Creation
from interfaces.http.routing import Routes
from interfaces.http.shapes.tariffs import EstimateBody, EstimateShown

PATH: Final = "/v1/price-estimates"
PROBLEMS: Final = ("service_does_not_fit", "unknown_state", "bad_place", "projection_behind", "store_unavailable")

routes = Routes("Tariffs")


@routes.report(PATH, EstimateShown, problems=PROBLEMS)
async def estimate_price(call: Creation, body: EstimateBody) -> Response:
    """Estimate a price.

    By the zones and tariffs in effect at an instant, as a quote would be made then; nothing is recorded and nobody is
    held to it. A partner is told what its members cost it, by its own tariff where it has one. Where a vehicle is
    towed, say where to: the distance by road is estimated too. Places count as their cell (some 70 m), as they do for
    requests.
    """
    check_fit(body.service, body.fuel)
    if body.customer_state_code is not None:
        checked_state(body.customer_state_code)
    stack = call.stack
    if body.min_position is not None:
        await stack.city.at_or_after(body.min_position, stack.settings.min_position_wait_s)
    at = body.at or call.at
    where, drop = body.location, body.drop_location
    cell = cell_of(where.lat, where.lng)
    job = Job(cell, None if drop is None else cell_of(drop.lat, drop.lng), body.service, body.vehicle_class)
    zone = stack.trade.zone_of(call.tenant, cell, at)
    priced = stack.prices.price(
        call.tenant,
        zone,
        job.service,
        job.vehicle_class,
        job.towed_m,
        at,
        body.customer_state_code,
        call.actor.partner_id,
    )
    return answers.plain(
        {
            "served": stack.zones.serves(call.tenant, *centre_of(cell), at),
            "zone": None if zone is None else _named(zone),
            "price": None if priced is None else _shown(priced, body.service),
            "at": at,
        }
    )


def _named(zone: PlacedZone) -> dict[str, object]:
    return {
        "id": show(Prefix.ZONE, zone.zone_id),
        "slug": zone.slug,
        "time_zone": zone.time_zone,
        "state_code": zone.state_code,
    }


def _shown(priced: Priced, service: Service) -> dict[str, object]:
    return {
        "currency": priced.currency,
        "total_minor": priced.total_minor,
        "lines": [asdict(line) for line in priced.lines],
        "tow_distance_m": priced.tow_distance_m,
        "fees": asdict(priced.fees),
        "tariff_id": answers.shown_id("tariff_id", priced.tariff_id),
        "tariff_version": priced.tariff_version,
        "place_of_supply": priced.supply.place_of_supply,
        "sac": sac_of(service),
    }
