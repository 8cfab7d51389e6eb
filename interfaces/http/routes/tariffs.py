"""What can be ordered of, and asked about, a tariff?"""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from application.publish_tariff import PublishTariff, publish_tariff
from application.withdraw_tariff import WithdrawTariff, withdraw_tariff
from domain.ids import Prefix, parse, show
from domain.refusal import NotFound
from domain.tariff import Tariff
from domain.tariff_terms import PublishedTariff, TariffTerms
from infra.prices.india import india
from infra.queries.view import Shared
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, CommandCall, Creation, MinPosition, Paged, id_in_path
from interfaces.http.in_effect import in_effect_here
from interfaces.http.partner_reach import sees_account
from interfaces.http.routing import Routes
from interfaces.http.shapes.partners import PartnerId
from interfaces.http.shapes.tariffs import (
    DefaultTariffBody,
    TariffBody,
    TariffDone,
    TariffPage,
    TariffShown,
    TariffWithdrawalBody,
    clock,
    terms_of_body,
)
from interfaces.http.shapes.values import InstantAsked, ZoneId
from projections.tariffs import TariffVersionRow

PATH = "/v1/tariffs"
ONE = PATH + "/{tariff_id}"
PUBLISHING = (
    "not_found",
    "currency_mismatch",
    "bad_tariff",
    "unknown_time_zone",
    "unknown_state",
    "unknown_currency",
    "bad_effect",
    "too_many_versions",
)

routes = Routes("Tariffs")


@routes.command(PATH, TariffDone, status=201, problems=PUBLISHING)
async def publish_prices(call: Creation, body: TariffBody) -> Response:
    """Publish a tariff.

    For a zone, or for everywhere; a zone's own comes first, and before both what a partner has of its own for the jobs
    that it bears. From the instant on at which it takes effect, requests
    there are quoted and have to be confirmed. Amounts are before tax, fees with tax.
    """
    return await _published(call, body, terms_of_body(body))


@routes.command(PATH + "/default", TariffDone, status=201, problems=PUBLISHING)
async def publish_default_prices(call: Creation, body: DefaultTariffBody) -> Response:
    """Publish the tariff that ships with VehicAid.

    Rupees, 18 % GST, 5 km of a tow included, a fifth more on weekdays from 8 to 10 and from 18 to 21 o'clock.
    """
    return await _published(call, body, india(body.state_code))


async def _published(call: CommandCall, body: TariffBody | DefaultTariffBody, terms: TariffTerms) -> Response:
    of_zone = None if body.zone_id is None else parse(Prefix.ZONE, body.zone_id)
    partner = None if body.partner_id is None else parse(Prefix.PARTNER, body.partner_id)
    command = PublishTariff(call.actor, of_zone, terms, body.effective_from or call.at, call.at, partner)
    return answers.done(
        await in_effect_here(call, await call.run(publish_tariff, command)), Prefix.TARIFF, status=201, location=PATH
    )


@routes.query(PATH, TariffPage, problems=("invalid_cursor", "not_found"))
async def list_tariffs(
    call: Asked,
    zone_id: Annotated[ZoneId | None, Query()] = None,
    partner_id: Annotated[PartnerId | None, Query(description="A partner's own.")] = None,
    *,
    page: Paged,
) -> Response:
    """List what was published and withdrawn, the last first.

    A partner's own tariffs are shown to that partner, the desk and the books.
    """
    of_zone = None if zone_id is None else parse(Prefix.ZONE, zone_id)
    partner = None if partner_id is None else parse(Prefix.PARTNER, partner_id)
    if partner is not None and not sees_account(call.actor, partner):
        raise NotFound
    shown = partner if partner is not None or sees_account(call.actor, None) else Shared(call.actor.partner_id)
    return await paging.answer(
        call,
        call.stack.city.tariff_list,
        PATH,
        {"zone_id": zone_id, "partner_id": partner_id},
        {"zone_id": of_zone, "partner_id": shown},
        page,
        key_of=lambda row: (row.published_at, row.publication_id),
        show=_listed,
    )


@routes.query(ONE, TariffShown, problems=("log_unavailable",))
async def read_tariff(
    call: Asked,
    tariff_id: str,
    at: Annotated[InstantAsked | None, Query(description="Which version: now when left out.")] = None,
    min_position: MinPosition = None,
) -> Response:
    """Read a tariff with the terms in effect at an instant."""
    await call.log_at_or_after(min_position)
    tariff = await call.stack.aggregates.load(Tariff, call.tenant, _id(tariff_id))
    if tariff is None or (tariff.partner_id is not None and not sees_account(call.actor, tariff.partner_id)):
        raise NotFound
    in_effect = tariff.in_effect(at or call.at)
    return answers.thing(
        {
            "id": show(Prefix.TARIFF, tariff.id),
            "version": tariff.version,
            "zone_id": answers.shown_id("zone_id", tariff.zone_id),
            "partner_id": answers.shown_id("partner_id", tariff.partner_id),
            "in_effect": None if in_effect is None else _terms_shown(in_effect),
            "versions": [
                {"tariff_version": each.version, "effective_from": each.effective_from, "withdrawn": each.value is None}
                for each in tariff.timeline.entries
            ],
        }
    )


@routes.command(ONE + "/withdrawal", TariffDone, problems=("tariff_not_in_effect", "bad_effect", "too_many_versions"))
async def withdraw_prices(call: Command, tariff_id: str, body: TariffWithdrawalBody) -> Response:
    """Withdraw a tariff.

    Quotes that were issued stay good; a zone falls back to the tariff for everywhere, and without that to no charge.
    """
    effective_from = body.effective_from or call.at
    command = WithdrawTariff(call.actor, _id(tariff_id), effective_from, call.at, call.expected_version)
    return answers.done(await in_effect_here(call, await call.run(withdraw_tariff, command)), Prefix.TARIFF)


def _terms_shown(tariff: PublishedTariff) -> dict[str, object]:
    terms = tariff.terms
    return {
        **asdict(terms),
        "tariff_version": tariff.tariff_version,
        "effective_from": tariff.effective_from,
        "peaks": [
            {
                "days": peak.days,
                "from_time": clock(peak.from_minute),
                "to_time": clock(peak.to_minute),
                "multiplier_percent": peak.multiplier_percent,
            }
            for peak in terms.peaks
        ],
    }


def _listed(row: TariffVersionRow) -> dict[str, object]:
    return {
        "id": show(Prefix.TARIFF, row.tariff_id),
        "tariff_version": row.tariff_version,
        "zone_id": answers.shown_id("zone_id", row.zone_id),
        "partner_id": answers.shown_id("partner_id", row.partner_id),
        "effective_from": row.effective_from,
        "withdrawn": row.withdrawn,
        "currency": row.currency,
        "published_at": row.published_at,
    }


def _id(text: str) -> UUID:
    return id_in_path(Prefix.TARIFF, text)
