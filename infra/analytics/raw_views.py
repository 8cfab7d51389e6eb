"""Which view does every read model get, and the log itself, without anybody writing it?"""

from __future__ import annotations

import inspect
import sys
from typing import Final

from infra.analytics.view import MINE, View
from infra.analytics.words import WORDS, words_for
from infra.projections.columns import columns_of
from projections.read_model import AnyReadModel

EVENTS: Final = View(
    name="events",
    about="Every event of the log, the oldest first: what happened, once and for ever. The payload holds ids, codes,"
    " cells and instants, never a person. Ask for a range of positions or one stream_id: they are indexed.",
    query="SELECT position, tenant, stream_id, version, topic, convert_from(payload, 'UTF8')::jsonb AS data, actor,"  # noqa: S608  no input
    f" command_id, correlation_id, causation_id, occurred_at, recorded_at FROM {{cell}}.events WHERE {MINE}",
    columns=(
        (
            "position",
            "Position in the log: 1, 2, 3 and so on over all tenants, without a gap, in the order of commits.",
        ),
        ("tenant", f"{WORDS['tenant']}."),
        ("stream_id", f"{WORDS['stream_id']}."),
        ("version", f"{WORDS['stream_version']}."),
        ("topic", f"{WORDS['topic']}."),
        ("data", "What the event says, in the shape it had when it was written (JSON)."),
        ("actor", f"{WORDS['actor']}."),
        ("command_id", f"{WORDS['command_id']}."),
        ("correlation_id", f"{WORDS['correlation_id']}."),
        ("causation_id", f"{WORDS['causation_id']}."),
        ("occurred_at", f"{WORDS['occurred_at']} (an instant, UTC)."),
        ("recorded_at", f"{WORDS['recorded_at']} (an instant, UTC)."),
    ),
)


def view_of(model: AnyReadModel, table: str) -> View:
    """The rows of a read model as they stand in that table, which only the projector writes.

    Over the table and not over the view that the application reads: a long question of an analyst then holds up
    nobody who swaps one generation for another.
    """
    columns = columns_of(model.row)
    names = ", ".join(f'"{column.name}"' for column in columns)
    return View(
        name=model.name,
        about=told_by(model),
        query=f'SELECT {names} FROM {{cell}}."{table}" WHERE {MINE}',  # noqa: S608  names of our own
        columns=tuple((column.name, words_for(model.name, column.name, column.sql_type)) for column in columns),
    )


def told_by(model: AnyReadModel) -> str:
    """What a read model is for: the first sentences of the file of its row, and what the row says of itself."""
    file = inspect.getdoc(sys.modules[model.row.__module__]) or ""
    row = inspect.getdoc(model.row) or ""
    return " ".join(f"{file.partition(chr(10) * 2)[0]} {row}".replace("``", "").split())
