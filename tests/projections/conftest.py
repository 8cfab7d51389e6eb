"""What do tests of read models ask for?"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest

from infra.projections.facts import Connection
from infra.projections.install import install_read_models
from infra.projections.projector import Projector
from projections.catalog import READ_MODELS
from projections.read_model import AnyReadModel
from tests.support.servers import Database

StartProjector = Callable[..., Projector]


@pytest.fixture
def cell(database: Database) -> Database:
    """A database with empty read models."""
    install_read_models(database.settings)
    return database


@pytest.fixture
def eye(cell: Database) -> Iterator[Connection]:
    """A connection of the application's role, to look with."""
    with psycopg.connect(cell.app_dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def owner(cell: Database) -> Iterator[Connection]:
    """A superuser's connection, to do what nobody should."""
    with psycopg.connect(cell.admin_dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def start_projector(cell: Database) -> Iterator[StartProjector]:
    """Starts projectors in this process, and stops them afterwards."""
    with ExitStack() as stack:

        def start(*models: AnyReadModel) -> Projector:
            projector = Projector(cell.settings, models or READ_MODELS)
            projector.start()
            stack.callback(projector.stop)
            return projector

        yield start
