"""How is a read model brought up to date once, without a projector?"""

from __future__ import annotations

from collections.abc import Iterable

from infra.projections.connections import open_connection
from infra.projections.facts import head
from infra.projections.generation_writer import GenerationWriter
from infra.projections.generations import active_generation
from infra.projections.install import install_read_models
from infra.projections.shadow import catch_up
from infra.settings import Settings
from projections.catalog import READ_MODELS
from projections.read_model import AnyReadModel


def bring_up_to_date(settings: Settings, models: Iterable[AnyReadModel] = READ_MODELS) -> int:
    """Fold the log into what is served, up to its present head, and return that; for tests, benches and repairs.

    Raises NoLongerOurs when a projector is at it.
    """
    wanted = tuple(models)
    install_read_models(settings, wanted)
    with open_connection(settings, "vehicaid-catch-up") as connection:
        end = head(connection)
        for model in wanted:
            generation = active_generation(connection, model.name)
            if generation is not None:
                catch_up(connection, GenerationWriter(connection, model, generation), end, lambda _position: None)
        return end
