"""Which views speak roadside: requests, offers, jobs, shifts, and the figures of the hour?"""

from __future__ import annotations

from typing import Final

from infra.analytics.view import View

Line = tuple[str, str, str]
"""Name, expression and meaning of a column."""

UNDER_WAY: Final = (
    "'accepted', 'en_route', 'on_scene', 'in_service', 'loaded', 'in_transit', 'at_drop', 'work_done',"
    " 'completed', 'cancelled', 'revoked', 'gone_on_arrival', 'unsuccessful'"
)


def seconds(end: str, begin: str) -> str:
    """The expression for the whole seconds between two instants; null when one is not there."""
    return f"extract(epoch FROM {end} - {begin})::bigint"


def view(name: str, about: str, lines: tuple[Line, ...], source: str, *on: str) -> View:
    """A view whose columns stand beside their meanings; ``source`` is what follows FROM."""
    columns = ", ".join(f"{expression} AS {column}" for column, expression, _ in lines)
    return View(name, about, f"SELECT {columns} FROM {source}", tuple((line[0], line[2]) for line in lines), on)  # noqa: S608


def same(column: str, text: str) -> Line:
    """A column as it stands in the view that is read."""
    return (column, column, text)


TENANT: Final = same("tenant", "Whose service this is: always the tenant of your session.")

OFFERS: Final = view(
    "offers",
    "Every offer of a job to a shift of a provider, and what became of it. One row per offer.",
    (
        TENANT,
        same("offer_id", "The offer."),
        same("request_id", "The request that was offered."),
        same("provider_id", "The provider that was asked."),
        same("shift_id", "The shift that was kept for it."),
        same("attempt", "Which search of the request this was in, from 1."),
        same("state", "made, declined, lapsed, withdrawn or, once accepted, how the job stands."),
        ("is_accepted", f"state IN ({UNDER_WAY})", "Whether the provider took it."),
        same("why", "Why it was declined, or the job lost, as a code."),
        same("service", "What was asked for."),
        same("vehicle_class", "The vehicle in trouble."),
        same("distance_m", "From the shift to the vehicle, great circle, in metres."),
        ("made_at", "created_at", "When it was made (UTC)."),
        same("lapses_at", "Until when it could be answered (UTC)."),
        same("answered_at", "When it was answered, lapsed or was taken back (UTC)."),
        ("time_to_answer_s", seconds("answered_at", "created_at"), "From made to answered, in whole seconds."),
    ),
    "{views}.provider_jobs",
    "provider_jobs",
)

JOBS: Final = view(
    "jobs",
    "Every job that a provider took, from its yes to the end. One row per accepted offer; a request whose provider lost"
    " the job has several.",
    (
        TENANT,
        same("offer_id", "The offer by which the job was taken."),
        same("request_id", "The request."),
        same("provider_id", "The provider that took it."),
        same("shift_id", "The shift that went."),
        same("state", "accepted, en_route, on_scene, completed, cancelled, revoked and so on."),
        same("why", "Why the job was lost, as a code."),
        same("service", "What was asked for."),
        same("vehicle_class", "The vehicle in trouble."),
        same("distance_m", "From the shift to the vehicle when it was offered, great circle, in metres."),
        ("accepted_at", "answered_at", "When the provider took it (UTC)."),
        same("en_route_at", "When the provider set out (UTC)."),
        same("on_scene_at", "When the provider was at the vehicle (UTC)."),
        same("ended_at", "When the job came to its end (UTC)."),
        ("drive_s", seconds("on_scene_at", "en_route_at"), "From setting out to the vehicle, in whole seconds."),
        ("on_scene_s", seconds("ended_at", "on_scene_at"), "From the vehicle to the job's end, in whole seconds."),
    ),
    f"{{views}}.provider_jobs WHERE state IN ({UNDER_WAY})",
    "provider_jobs",
)

SHIFTS: Final = view(
    "shifts",
    "Every shift there ever was, also those that are over: who worked when. One row per shift, from the log.",
    (
        ("tenant", "b.tenant", TENANT[2]),
        ("shift_id", "b.stream_id", "The shift."),
        ("provider_id", "(b.data ->> 'provider_id')::uuid", "The provider company."),
        ("crew_id", "(b.data ->> 'crew_id')::uuid", "The crew member."),
        ("truck_id", "(b.data ->> 'truck_id')::uuid", "The truck."),
        ("capabilities", "b.data -> 'capabilities'", "What crew and truck can do together (JSON)."),
        ("started_at", "b.occurred_at", "When it began (UTC)."),
        ("ended_at", "e.occurred_at", "When it ended (UTC); null while it lasts."),
        ("lasted_s", seconds("e.occurred_at", "b.occurred_at"), "From begin to end, in whole seconds."),
    ),
    "{views}.events b LEFT JOIN {views}.events e ON e.stream_id = b.stream_id"
    " AND e.topic IN ('shift.ended', 'shift.forced_off') WHERE b.topic = 'shift.started'",
    "events",
)

PROVIDERS: Final = view(
    "providers",
    "Every provider company, how it stands and how it answers. One row per provider; names and phones are in no view.",
    (
        ("tenant", "p.tenant", TENANT[2]),
        ("provider_id", "p.provider_id", "The provider company."),
        ("state", "p.state", "How it stands: applied, active, suspended and so on."),
        ("joined_at", "p.created_at", "When it registered or applied (UTC)."),
        ("crew", "jsonb_array_length(p.crew)", "How many crew members it has."),
        ("trucks", "jsonb_array_length(p.trucks)", "How many trucks it has."),
        ("on_duty", "jsonb_array_length(p.on_duty)", "How many shifts of its own are on duty."),
        ("offers", "count(j.offer_id)", "How many offers it was made."),
        ("accepted", "count(*) FILTER (WHERE j.is_accepted)", "How many of them it took."),
        ("declined", "count(*) FILTER (WHERE j.state = 'declined')", "How many of them it declined."),
        ("lapsed", "count(*) FILTER (WHERE j.state = 'lapsed')", "How many of them it did not answer in time."),
        ("completed", "count(*) FILTER (WHERE j.state = 'completed')", "How many jobs it brought to their end."),
        ("revoked", "count(*) FILTER (WHERE j.state = 'revoked')", "How many jobs it lost again."),
        (
            "time_to_answer_p50_s",
            "percentile_cont(0.5) WITHIN GROUP (ORDER BY j.time_to_answer_s)",
            "Seconds from an offer to its answer: median.",
        ),
    ),
    "{views}.provider_directory p"
    " LEFT JOIN {views}.offers j ON j.tenant = p.tenant AND j.provider_id = p.provider_id"
    " GROUP BY p.tenant, p.provider_id, p.state, p.created_at, p.crew, p.trucks, p.on_duty",
    "provider_directory",
    "offers",
)

WALLET_ENTRIES: Final = view(
    "wallet_entries",
    "Every entry of every customer's wallet, with the balance after it. One row per entry.",
    (
        TENANT,
        same("position", "Position in the log of the event that booked it."),
        same("wallet_id", "The wallet."),
        same("customer_id", "Whose wallet it is; names and phones are in no view."),
        same("booked_at", "When it was booked (UTC)."),
        same("why", "top_up, refund, goodwill, service or fee."),
        same("amount_minor", "In minor units of the currency: positive came in, negative was taken."),
        same("balance_minor", "Balance after it, in minor units."),
        same("currency", "ISO 4217."),
        same("request_id", "The request that it was for, if for one."),
        same("transfer_id", "The transfer; its postings are in ledger_postings and sum to zero."),
    ),
    "{views}.wallet_statement",
    "wallet_statement",
)

DICTIONARY: Final = view(
    "dictionary",
    "Every view of this schema with every column and what it holds: begin here.",
    (
        ("view", "c.relname::text", "Name of the view."),
        ("about", "obj_description(c.oid, 'pg_class')", "What the view shows."),
        ("column_number", "a.attnum::int", "Which column it is, from 1."),
        ("column_name", "a.attname::text", "Name of the column."),
        ("type", "format_type(a.atttypid, a.atttypmod)", "Type of the column in PostgreSQL."),
        ("meaning", "col_description(c.oid, a.attnum)", "What the column holds."),
    ),
    "pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
    " WHERE c.relnamespace = '{views}'::regnamespace AND c.relkind = 'v' AND a.attnum > 0 AND NOT a.attisdropped",
)

FRESHNESS: Final = view(
    "freshness",
    "How far each read model has come: what its view shows is true as of that position of the log.",
    (
        ("read_model", "name", "Name of the read model, and of its view."),
        same("position", "Up to which position of the log it has read."),
        same("updated_at", "When it last moved on (UTC)."),
        ("is_halted", "halted IS NOT NULL", "Whether it stopped for a reason that an operator has to look at."),
    ),
    "{cell}.projection_positions WHERE active",
)

DOMAIN_VIEWS: Final = (OFFERS, JOBS, PROVIDERS, SHIFTS, WALLET_ENTRIES, DICTIONARY, FRESHNESS)
