"""Is a free port one that nobody else will be given before the server listens?"""

import itertools
import socket

import pytest

from infra.embedded import ports
from infra.embedded.ports import free_port


def given_by_the_kernel() -> int:
    with socket.socket() as client:
        client.bind(("127.0.0.1", 0))
        return int(client.getsockname()[1])


def test_it_is_none_that_an_outgoing_connection_may_get() -> None:
    assert max(free_port() for _ in range(50)) < min(given_by_the_kernel() for _ in range(50))


def test_it_is_given_once() -> None:
    given = [free_port() for _ in range(200)]
    assert len(set(given)) == len(given)


def test_processes_that_start_together_are_not_given_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    given: set[int] = set()
    for process in range(4_000, 4_004):
        monkeypatch.setattr("os.getpid", lambda number=process: number)
        monkeypatch.setattr(ports, "_asked", itertools.count())
        given |= {free_port() for _ in range(50)}
    assert len(given) == 4 * 50


def test_one_that_is_taken_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getpid", lambda: 7)
    monkeypatch.setattr(ports, "_asked", iter([5, 5, 6]))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        assert free_port() == taken.getsockname()[1] + 1


def test_where_all_are_taken_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_is_free", lambda _port: False)
    with pytest.raises(OSError, match="no free port between 10240 and"):
        free_port()
