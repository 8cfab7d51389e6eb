"""Do our recorders keep every promise that the eventsourcing library's own suite asks of a recorder?"""

from collections.abc import Iterator
from typing import ClassVar
from uuid import uuid4

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.tests import persistence as suite
from eventsourcing.utils import Environment

from infra.event_store.factory import LogFactory
from infra.event_store.process_recorder import LogProcessRecorder, LogTrackingRecorder
from infra.event_store.recorder import (
    LogAggregateRecorder,
    LogRecorder,
)
from tests.support.servers import Database


def environment_of(database: Database) -> Environment:
    return Environment(
        name="suite",
        env={
            "PERSISTENCE_MODULE": "infra.event_store.factory",
            "VEHICAID_APP_DSN": database.app_dsn,
            "VEHICAID_CELL": database.cell,
            "VEHICAID_TENANT": "suite",
        },
    )


class OnOurLog:
    """Gives the library's unittest classes a database of their own."""

    factory: LogFactory
    env: Environment

    @pytest.fixture(autouse=True)
    def _on_our_log(self, database: Database) -> Iterator[None]:
        self.env = environment_of(database)
        self.factory = LogFactory(self.env)
        yield
        self.factory.close()


class TestAggregateRecorder(OnOurLog, suite.AggregateRecorderTestCase):
    def create_recorder(self) -> LogAggregateRecorder:
        return LogAggregateRecorder(self.factory.committer, self.factory.readers, "suite")


class TestApplicationRecorder(OnOurLog, suite.ApplicationRecorderTestCase[LogRecorder]):
    def create_recorder(self) -> LogRecorder:
        recorder = self.factory.application_recorder()
        assert isinstance(recorder, LogRecorder)
        return recorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestApplicationRecorderFromZero(TestApplicationRecorder):
    INITIAL_VERSION: ClassVar[int] = 0  # type: ignore[misc]  # the library reads it from the class


class TestTrackingRecorder(OnOurLog, suite.TrackingRecorderTestCase):
    def create_recorder(self) -> LogTrackingRecorder:
        return LogTrackingRecorder(self.factory.readers)


class TestProcessRecorder(OnOurLog, suite.ProcessRecorderTestCase):
    def create_recorder(self) -> LogProcessRecorder:
        recorder = self.factory.process_recorder()
        assert isinstance(recorder, LogProcessRecorder)
        return recorder


class TestNonInterleaving(OnOurLog, suite.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> LogRecorder:
        recorder = self.factory.application_recorder()
        assert isinstance(recorder, LogRecorder)
        return recorder


class OtherTracking(LogTrackingRecorder):
    """Chosen by name or as an argument."""


class TestFactory(suite.InfrastructureFactoryTestCase[LogFactory]):
    @pytest.fixture(autouse=True)
    def _on_our_log(self, database: Database) -> None:
        self.env = environment_of(database)

    def expected_factory_class(self) -> type[LogFactory]:
        return LogFactory

    def expected_aggregate_recorder_class(self) -> type[LogAggregateRecorder]:
        return LogAggregateRecorder

    def expected_application_recorder_class(self) -> type[LogRecorder]:
        return LogRecorder

    def expected_tracking_recorder_class(self) -> type[LogTrackingRecorder]:
        return LogTrackingRecorder

    def tracking_recorder_subclass(self) -> type[OtherTracking]:
        return OtherTracking

    def expected_process_recorder_class(self) -> type[LogProcessRecorder]:
        return LogProcessRecorder


def test_every_recorder_refuses_a_hole_between_versions(database: Database) -> None:
    """The suite asks for conflicts only; a version that skips one is as wrong."""
    factory = LogFactory(environment_of(database))
    try:
        recorder = factory.application_recorder()
        stream = uuid4()
        recorder.insert_events([StoredEvent(stream, 1, "thing.made", b"{}")])
        with pytest.raises(IntegrityError):
            recorder.insert_events([StoredEvent(stream, 3, "thing.moved", b"{}")])
        with pytest.raises(IntegrityError):
            recorder.insert_events([StoredEvent(uuid4(), 2, "thing.moved", b"{}")])
    finally:
        factory.close()
