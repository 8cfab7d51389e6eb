"""Does our own Redis keep what it promised, behind a password?"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from infra.embedded.account import EmbeddedServerError
from infra.embedded.redis import EmbeddedRedis
from tests.support.sessions import current_session

pytestmark = pytest.mark.servers


@pytest.fixture
def server() -> Iterator[EmbeddedRedis]:
    with tempfile.TemporaryDirectory(prefix='re "d', dir=current_session()) as directory:
        server = EmbeddedRedis(Path(directory) / "redis", "secret")
        yield server
        server.stop()


def test_it_appends_to_a_file_and_evicts_nothing(server: EmbeddedRedis) -> None:
    server.start()
    with redis.Redis.from_url(server.url(), decode_responses=True) as client:
        for name, wanted in {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction"}.items():
            assert client.config_get(name) == {name: wanted}
        assert client.config_get("bind") == {"bind": "127.0.0.1"}
    assert server.directory.stat().st_mode & 0o777 == 0o700


def test_nobody_comes_in_without_the_password(server: EmbeddedRedis) -> None:
    server.start()
    with redis.Redis(port=server.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_what_it_was_told_is_there_after_a_stop_and_a_start(server: EmbeddedRedis) -> None:
    server.start()
    with redis.Redis.from_url(server.url()) as client:
        client.set("kept", "42")
    server.stop()
    server.start()
    with redis.Redis.from_url(server.url()) as client:
        assert client.get("kept") == b"42"


def test_one_left_behind_is_ended_by_the_next_start(server: EmbeddedRedis) -> None:
    server.start()
    orphan = server.process
    assert orphan is not None
    second = EmbeddedRedis(server.directory, "secret")
    second.start()
    try:
        assert orphan.wait(5) is not None
        assert second.is_ready()
    finally:
        second.stop()


def test_a_taken_port_is_one_line(server: EmbeddedRedis) -> None:
    server.start()
    second = EmbeddedRedis(server.directory.with_name("second"), "secret", port=server.port)
    with pytest.raises(EmbeddedServerError, match="Redis did not start") as refused:
        second.start()
    assert "\n" not in str(refused.value)
