"""Which views hold the figures: of every request, and of every hour, zone and service?"""

from __future__ import annotations

from typing import Final

from infra.analytics.domain_views import TENANT, Line, same, seconds, view
from infra.analytics.view import View

CLOCK: Final = "coalesce(z.time_zone, 'UTC')"
_MONEY: Final = " in minor units of the currency, taxes included."


def _of(table: str, *lines: tuple[str, str]) -> tuple[Line, ...]:
    return tuple((name, f"{table}.{name}", text) for name, text in lines)


REQUESTS: Final = view(
    "requests",
    "Every request for help with its times, its price and its end: the place to begin. One row per request. Seconds"
    " count from when the first search began: of a request that is scheduled or has to be confirmed, that is later than"
    " the call.",
    (
        *_of(
            "b",
            ("tenant", TENANT[2]),
            ("request_id", "The service request."),
            ("position", "Position in the log of the last event about it."),
            ("state", "How it stands: searching, assigned, completed and so on."),
            ("service", "What is asked for."),
            ("vehicle_class", "The vehicle in trouble."),
            ("fuel", "What drives the vehicle."),
            ("cell", "H3 cell of the place at resolution 10 (about 70 m)."),
            ("drop_cell", "H3 cell of where the vehicle is taken."),
            ("zone_id", "The zone that the place lies in; null when the tenant has none."),
        ),
        ("zone", "z.slug", "Short name of that zone."),
        ("time_zone", CLOCK, "The clock that hours are told by: the zone's; UTC without a zone."),
        *_of(
            "b",
            ("customer_id", "The customer; names and phones are in no view."),
            ("provider_id", "The provider that has the job, or had it at its end."),
            ("sos", "Whether somebody is in danger."),
            ("scheduled_for", "When help is wanted, when not at once (UTC)."),
            ("payment_method", "How it is paid: wallet, cash or none."),
            ("created_at", "When the call came (UTC)."),
        ),
        ("created_local", f"b.created_at AT TIME ZONE {CLOCK}", "When the call came, by the zone's clock."),
        ("hour_at", f"date_trunc('hour', b.created_at, {CLOCK})", "Begin of the zone's hour of the call (UTC)."),
        ("search_began_at", "k.search_began_at", "When the first search for a provider began (UTC)."),
        ("first_assigned_at", "k.first_assigned_at", "When a provider first took the job (UTC)."),
        ("on_scene_at", "k.on_scene_at", "When a provider was first at the vehicle (UTC)."),
        ("ended_at", "k.ended_at", "When it came to its end (UTC); null while it is open."),
        ("ended_as", "k.ended_as", "The last state: completed, cancelled and so on; null while it is open."),
        ("ended_by", "k.ended_by", "In which role somebody ended it."),
        ("ended_why", "k.ended_why", "Why it ended, as a code."),
        ("time_to_assign_s", seconds("k.first_assigned_at", "k.search_began_at"), "From search to a provider's yes."),
        ("time_to_arrive_s", seconds("k.on_scene_at", "k.search_began_at"), "From search to a provider's arrival."),
        ("time_to_end_s", seconds("k.ended_at", "k.search_began_at"), "From search to the end."),
        ("offers_made", "k.offers_made", "How many offers were made for it."),
        ("declines", "k.declines", "How many of them were declined."),
        ("lapses", "k.lapses", "How many of them nobody answered in time."),
        ("revocations", "k.revocations", "How often a provider lost the job again."),
        (
            "eta_within",
            "k.eta_within",
            "Share (50, 80, 95 percent) of such drives it belongs to; 100: later than those.",
        ),
        ("promise_broken", "k.promise_broken", "Whether nobody was there by the time that was promised."),
        ("currency", "k.currency", "ISO 4217; null for a request without a price."),
        ("quoted_minor", "b.quoted_minor", f"Total of the newest quote,{_MONEY}"),
        ("fare_minor", "b.fare_minor", f"Total of the newest fare,{_MONEY}"),
        ("settled_minor", "k.settled_minor", f"What was paid or is owed in the end,{_MONEY}"),
        ("outcome", "b.outcome", "How it was settled: charge, fee or zero."),
    ),
    "{views}.request_board b JOIN {views}.kpi_requests k ON k.tenant = b.tenant AND k.request_id = b.request_id"
    " LEFT JOIN {views}.zones z ON z.tenant = b.tenant AND z.zone_id = b.zone_id",
    "request_board",
    "kpi_requests",
    "zones",
)


def counted(name: str, condition: str, text: str) -> Line:
    """How many of the requests."""
    return (name, f"count(*) FILTER (WHERE {condition})", text)


def shared(name: str, measure: str, share: str, text: str) -> Line:
    """The seconds that this share of those who came that far did not exceed."""
    return (name, f"percentile_cont({share}) WITHIN GROUP (ORDER BY {measure})", text)


KPI_HOURLY: Final = view(
    "kpi_hourly",
    "The figures of each hour, zone and service. Every figure is about the requests that were made in that hour by the"
    " zone's clock, whatever became of them later, so counts of several rows may be added. Medians may not: for those"
    " ask requests.",
    (
        same("tenant", TENANT[2]),
        same("hour_at", "Begin of the hour (UTC); in a zone that is half an hour off it begins at half past."),
        ("hour_local", "min(date_trunc('hour', created_local))", "Begin of the hour by the zone's clock."),
        same("time_zone", "The zone's clock; UTC without a zone."),
        same("zone_id", "The zone; null for requests outside of any."),
        same("zone", "Short name of the zone."),
        same("service", "What was asked for."),
        same("currency", "ISO 4217; null for requests without a price."),
        ("requests", "count(*)", "How many requests were made."),
        counted("assigned", "first_assigned_at IS NOT NULL", "How many of them a provider took."),
        counted("arrived", "on_scene_at IS NOT NULL", "To how many of them a provider came."),
        counted("completed", "ended_as = 'completed'", "How many of them were helped."),
        counted("cancelled", "ended_as = 'cancelled'", "How many of them were called off."),
        counted("unfulfilled", "ended_as = 'unfulfilled'", "For how many of them nobody was found."),
        counted(
            "ended_otherwise",
            "ended_as NOT IN ('completed', 'cancelled', 'unfulfilled')",
            "How many of them expired, were merged, gone on arrival or unsuccessful.",
        ),
        counted("still_open", "ended_as IS NULL", "How many of them are not at their end."),
        counted("etas_scored", "eta_within IS NOT NULL", "To how many somebody came who was promised a time."),
        counted("within_p50", "eta_within <= 50", "Of these, how many by the time of half of such drives."),
        counted("within_p80", "eta_within <= 80", "Of these, how many by the time of 8 in 10 such drives."),
        counted("within_p95", "eta_within <= 95", "Of these, how many by the time of 19 in 20 such drives."),
        counted("promises_broken", "promise_broken", "For how many of them a promise was broken."),
        shared("time_to_assign_p50_s", "time_to_assign_s", "0.5", "Seconds from search to a yes: median."),
        shared("time_to_assign_p90_s", "time_to_assign_s", "0.9", "Seconds from search to a yes: nine of ten."),
        shared("time_to_arrive_p50_s", "time_to_arrive_s", "0.5", "Seconds from search to arrival: median."),
        shared("time_to_arrive_p90_s", "time_to_arrive_s", "0.9", "Seconds from search to arrival: nine of ten."),
        ("revenue_minor", "coalesce(sum(settled_minor), 0)::bigint", f"What these requests paid or owe,{_MONEY}"),
    ),
    "{views}.requests GROUP BY tenant, hour_at, time_zone, zone_id, zone, service, currency",
    "requests",
)

KPI_VIEWS: Final[tuple[View, ...]] = (REQUESTS, KPI_HOURLY)
