"""Does our own PostgreSQL start from anything, survive anything and stay private?"""

import json
import os
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from infra.embedded.account import Account, EmbeddedServerError
from infra.embedded.postgres import EmbeddedPostgres, installation
from infra.embedded.relocation import home_of_server, runnable_copy
from tests.support.normal_user import home_of_normal_user, start_as_normal_user
from tests.support.sessions import current_session, locked

pytestmark = pytest.mark.servers
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes users")
PASSWORD = "p:/@ 'w"


@pytest.fixture
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pg-", dir=current_session()) as directory:
        Path(directory).chmod(0o755)
        yield Path(directory) / "postgres"


@pytest.fixture
def server(directory: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(directory, PASSWORD)
    yield server
    server.stop()


@pytest.fixture
def used_directory(directory: Path) -> Path:
    """With a cluster in it, as a second start finds it: making one takes seconds, copying one of this run none."""
    origin = current_session() / "used"
    with locked(current_session() / "used.lock"):
        if not (origin / "made").exists():
            first = EmbeddedPostgres(origin, PASSWORD)
            first.start()
            first.stop()
            (origin / "made").touch()
    subprocess.run(["cp", "-a", str(origin), str(directory)], check=True)
    return directory


@pytest.fixture
def used(used_directory: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(used_directory, PASSWORD)
    yield server
    server.stop()


def _ask(server: EmbeddedPostgres, question: str) -> tuple[object, ...] | None:
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        return connection.execute(question.encode()).fetchone()


def _write(server: EmbeddedPostgres, statement: str) -> None:
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_it_is_durable_private_and_the_same_everywhere(server: EmbeddedPostgres) -> None:
    server.start()
    settings = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "listen_addresses": "127.0.0.1",
        "max_connections": "200",
        "password_encryption": "scram-sha-256",
    }
    for name, wanted in settings.items():
        assert _ask(server, f"SHOW {name}") == (wanted,)
    row = _ask(server, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'postgres'")
    assert row in {("b", "C.UTF-8"), (b"b", "C.UTF-8")}
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.data.parent.stat().st_mode) == 0o700
    assert not list(server.data.parent.glob("*.password"))


def test_nobody_comes_in_without_the_password(used: EmbeddedPostgres) -> None:
    used.start()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(used.url("postgres", "guess", "postgres"))
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(f"host={used.data.parent} port={used.port} user=postgres dbname=postgres")


def test_what_was_committed_stands_after_kill_9_and_a_new_start(used: EmbeddedPostgres) -> None:
    used.start()
    _write(used, "CREATE TABLE kept AS SELECT 42 AS answer")
    port = used.port
    used.kill()
    used.start()
    assert used.port == port
    assert _ask(used, "SELECT answer FROM kept") == (42,)


def test_an_interrupted_initdb_is_no_obstacle(server: EmbeddedPostgres) -> None:
    server.directory.mkdir()
    (server.directory / "data.new").mkdir()
    (server.directory / "data.new" / "half").write_text("made")
    server.start()
    assert _ask(server, "SELECT 1") == (1,)


def test_a_pid_file_of_a_crash_that_names_another_program_is_no_obstacle(used: EmbeddedPostgres) -> None:
    used.start()
    used.kill()
    (used.data / "postmaster.pid").write_text(f"{os.getpid()}\n{used.data}\n1\n{used.port}\n\n127.0.0.1\n")
    used.start()
    assert _ask(used, "SELECT 1") == (1,)


def test_a_server_left_behind_by_a_killed_run_is_stopped_cleanly_first(used_directory: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from infra.embedded.postgres import EmbeddedPostgres as P;"
        "p = P(Path(sys.argv[1]), sys.argv[2]); p.start(on_parent_death=None);"
        "print(p.process.pid, flush=True); sys.stdin.read()"
    )
    earlier = subprocess.Popen(
        [sys.executable, "-P", "-c", script, str(used_directory), PASSWORD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert earlier.stdout is not None
    orphan = int(earlier.stdout.readline())
    earlier.kill()
    earlier.communicate()
    os.kill(orphan, 0)  # it lives on

    said: list[str] = []
    server = EmbeddedPostgres(used_directory, PASSWORD, report=said.append)
    server.start()
    try:
        assert not _lives(orphan)
        assert any("left behind" in line for line in said)
        assert _ask(server, "SELECT 1") == (1,)
    finally:
        server.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a child about its parent's death")
def test_it_stops_cleanly_when_its_parent_is_killed(used_directory: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from infra.embedded.postgres import EmbeddedPostgres as P;"
        "p = P(Path(sys.argv[1]), sys.argv[2]); p.start(); print(p.process.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-P", "-c", script, str(used_directory), PASSWORD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    _wait_until_gone(child)
    assert not (used_directory / "data" / "postmaster.pid").exists(), "a clean stop removes its pid file"


def test_a_wrong_version_of_the_data_is_one_line(used: EmbeddedPostgres) -> None:
    (used.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedServerError, match="made by PostgreSQL 16"):
        used.start()


def test_a_taken_port_is_one_line(used: EmbeddedPostgres) -> None:
    subprocess.run(["cp", "-a", str(used.directory), str(used.directory.with_name("second"))], check=True)
    used.start()
    second = EmbeddedPostgres(used.directory.with_name("second"), PASSWORD, port=used.port)
    with pytest.raises(EmbeddedServerError, match="PostgreSQL did not start") as refused:
        second.start()
    assert "\n" not in str(refused.value)


def test_the_older_version_runs_too(directory: Path) -> None:
    server = EmbeddedPostgres(directory, PASSWORD, major="16", fsync=False)
    server.start()
    try:
        assert str((_ask(server, "SHOW server_version") or ("",))[0]).startswith("16")
    finally:
        server.stop()


def test_a_normal_user_runs_it_in_a_private_home() -> None:
    script = (
        "import json, os, pathlib, psycopg; from infra.embedded.postgres import EmbeddedPostgres as P;"
        "p = P(pathlib.Path('state/postgres'), 'secret'); pathlib.Path('state').mkdir(mode=0o700); p.start();"
        "row = psycopg.connect(p.admin_url).execute('select 1').fetchone(); owner = p.data.stat().st_uid; p.stop();"
        "print(json.dumps([row[0], owner, os.geteuid()]))"
    )
    with home_of_normal_user() as home:
        output, errors = start_as_normal_user(["-c", script], home).communicate(timeout=60)
        assert output, errors
        answer, owner, uid = json.loads(output)
        assert (answer, owner) == (1, uid)
        assert uid != 0


@only_root
def test_root_below_a_closed_home_gets_a_database_elsewhere_and_a_link_to_it() -> None:
    with tempfile.TemporaryDirectory(dir=current_session()) as closed, tempfile.TemporaryDirectory() as elsewhere:
        Path(elsewhere).chmod(0o755)
        said: list[str] = []
        wanted = Path(closed) / "postgres"
        server = EmbeddedPostgres(wanted, PASSWORD, relocation_root=Path(elsewhere) / "db", report=said.append)
        server.start()
        _write(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        server.stop()
        assert wanted.is_symlink()
        assert stat.S_IMODE(Path(closed).stat().st_mode) == 0o700, "nobody's home was opened"
        assert any(elsewhere in line for line in said)
        again = EmbeddedPostgres(wanted, PASSWORD, relocation_root=Path(elsewhere) / "db")
        again.start()
        try:
            assert _ask(again, "SELECT answer FROM kept") == (42,)
        finally:
            again.stop()


@only_root
def test_a_copied_link_to_the_database_of_another_checkout_is_refused() -> None:
    account = Account(65534)
    with tempfile.TemporaryDirectory(dir=current_session()) as closed, tempfile.TemporaryDirectory() as elsewhere:
        Path(elsewhere).chmod(0o755)
        wanted, copied = Path(closed) / "postgres", Path(closed) / "copy"
        real = home_of_server(wanted, account, print, Path(elsewhere))
        copied.symlink_to(real)
        with pytest.raises(EmbeddedServerError, match="leads to the database of"):
            home_of_server(copied, account, print, Path(elsewhere))
        wanted.unlink()  # the checkout was moved, not copied
        assert home_of_server(copied, account, print, Path(elsewhere)) == real


@only_root
def test_a_link_to_a_database_that_is_gone_is_refused_rather_than_started_empty() -> None:
    with tempfile.TemporaryDirectory(dir=current_session()) as closed:
        wanted = Path(closed) / "postgres"
        wanted.symlink_to(Path(closed) / "gone")
        with pytest.raises(EmbeddedServerError, match="which is gone"):
            home_of_server(wanted, Account(65534), print)


@only_root
def test_programs_below_a_closed_home_are_copied_to_where_they_can_run() -> None:
    account = Account(65534)
    with tempfile.TemporaryDirectory(dir=current_session()) as closed, tempfile.TemporaryDirectory() as elsewhere:
        Path(elsewhere).chmod(0o755)
        install = Path(closed) / "install"
        install.symlink_to(installation("18"))
        assert not account.can_run(install / "bin" / "postgres")
        copy = runnable_copy(install, "bin/postgres", account, print, Path(elsewhere))
        assert copy != install
        assert account.can_run(copy / "bin" / "postgres")
        assert runnable_copy(install, "bin/postgres", account, print, Path(elsewhere)) == copy


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _wait_until_gone(pid: int, patience_s: float = 20.0) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline and _lives(pid):
        time.sleep(0.05)
    assert not _lives(pid)
