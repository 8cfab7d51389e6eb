"""Does a read model park the same streams however its facts are cut into batches, and in a rebuild too?"""

from __future__ import annotations

import random
from collections import Counter
from uuid import UUID

import pytest

from application.log import NewEvent
from infra.bench.history import fill_log, some_events
from infra.projections.connections import open_connection
from infra.projections.differences import Digest, digest
from infra.projections.facts import Connection, head, read_facts
from infra.projections.generation_writer import GenerationWriter
from infra.projections.generations import Generation, active_generation, parked_streams
from infra.projections.rebuild import rebuilding
from infra.projections.shadow import Shadow
from infra.settings import Settings
from projections.catalog import READ_MODELS
from projections.read_model import AnyReadModel
from tests.support.effort import THOROUGH
from tests.support.servers import Database

BROKEN = (
    b"{",
    b"[]",
    b"{}",
    b'{"offer_id": 7}',
    b'{"class_version": 2, "customer_id": "nobody"}',
    b'{"cell": "\\u0000"}',
)

Told = tuple[Digest, list[tuple[UUID, int]]]


def poisoned(seed: int) -> list[tuple[str, NewEvent]]:
    """A history some of whose payloads are not what their topic promises: the second of each topic at least."""
    chance = random.Random(seed)  # noqa: S311  (a seed, so that a failure can be told again)
    seen: Counter[str] = Counter()
    told = []
    for actor, each in some_events(seed, 800):
        seen[each.topic] += 1
        is_broken = chance.random() < 0.03 or seen[each.topic] == 2
        payload = chance.choice(BROKEN) if is_broken else each.payload
        told.append((actor, NewEvent(each.stream_id, each.version, each.topic, payload, each.occurred_at)))
    return told


def told(connection: Connection, model: AnyReadModel, generation: Generation) -> Told:
    """The digest, and what was parked from where."""
    parked = [(each.stream_id, each.from_position) for each in parked_streams(connection, generation)]
    return digest(connection, generation.table, model.row.__struct_fields__), parked


def kept_up(settings: Settings, model: AnyReadModel, chance: random.Random) -> Told:
    """Fact by fact and batch by batch, with little memory, now and then begun anew."""
    with open_connection(settings, "live") as connection:
        while True:
            generation = active_generation(connection, model.name)
            assert generation is not None
            writer = GenerationWriter(connection, model, generation, rows_in_memory=chance.choice([2, 50]))
            for _ in range(chance.randrange(1, 12)):
                facts = read_facts(connection, writer.position, chance.choice([1, 3, 40, 90]))
                if not facts:
                    return told(connection, model, generation)
                writer.apply(facts)


def rebuilt(settings: Settings, model: AnyReadModel) -> Told:
    """At one go."""
    with rebuilding(settings, model) as connection:
        shadow = Shadow(settings, connection, model)
        shadow.build(head(connection), lambda _position: None)
        answer = told(connection, model, shadow.generation)
        shadow.drop()
    return answer


@pytest.mark.parametrize("seed", range(4 if THOROUGH else 1))
def test_batches_do_not_matter_even_to_poison(cell: Database, seed: int) -> None:
    history = poisoned(seed)
    told_of = {each.topic for _, each in history}
    fill_log(cell.admin_dsn, cell.cell, history)
    chance = random.Random(seed)  # noqa: S311
    little = cell.settings.model_copy(update={"projection_rows_in_memory": 5})
    for model in READ_MODELS:
        live = kept_up(cell.settings, model, chance)
        assert live == rebuilt(cell.settings, model), model.name
        assert live == rebuilt(little, model), model.name
        folds = told_of & model.rules.keys()
        assert folds or not live[1], "it parked what it does not fold"
        # Without any row, what only changes rows reads nothing of a fact, so that nothing can be wrong with it.
        assert live[1] or not folds or not live[0].rows, "what it folds was poisoned"
