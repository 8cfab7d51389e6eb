"""How does every read model get its first table and its view?"""

from __future__ import annotations

from collections.abc import Iterable

import psycopg

from infra.database_url import app_dsn
from infra.projections.facts import Connection
from infra.projections.generations import active_generation, new_generation
from infra.projections.row_table import RowTable
from infra.settings import Settings
from projections.catalog import READ_MODELS
from projections.read_model import AnyReadModel


def install_read_models(settings: Settings, models: Iterable[AnyReadModel] = READ_MODELS) -> list[str]:
    """Make what is missing, empty; returns the names. Can be repeated, and run by many processes at once."""
    with psycopg.connect(app_dsn(settings, "vehicaid-projections"), autocommit=True) as connection:
        missing = [model for model in models if active_generation(connection, model.name) is None]
        return [model.name for model in missing if _install(connection, settings, model)]


def _install(connection: Connection, settings: Settings, model: AnyReadModel) -> bool:
    with connection.transaction():
        connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"vehicaid.{settings.cell}.install.{model.name}",)
        )
        if active_generation(connection, model.name) is not None:
            return False
        generation = new_generation(connection, model.name, model.version, active=True)
        table = RowTable(model, generation.table)
        table.create(connection)
        table.add_key(connection)
        table.add_indexes(connection)
        table.show(connection)
        return True
