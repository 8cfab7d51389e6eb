"""Do the servers of a local run come back after every kind of death, with everything that was committed?"""

import json
import signal
import stat
import subprocess
import time
from collections.abc import Iterator

import psycopg
import pytest
import redis

from infra.database_url import APP_ROLE
from tests.support.local_system import SERVERS_ALONE, LocalSystem, lives, local_system
from tests.support.normal_user import home_of_normal_user, start_as_normal_user
from tests.support.servers import Database

pytestmark = pytest.mark.servers
# It is five seconds on a machine of its own; this one may run ten other things.
GENEROUS_STOP_S = 20


@pytest.fixture
def system() -> Iterator[LocalSystem]:
    with local_system(servers_alone=True) as system:
        yield system


def _write(system: LocalSystem) -> None:
    with psycopg.connect(system.state.admin_database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer")


def _is_kept(system: LocalSystem) -> bool:
    try:
        with psycopg.connect(system.state.admin_database_url, autocommit=True) as connection:
            return connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    except psycopg.OperationalError:
        return False


def test_postgres_killed_is_back_at_the_same_address_with_everything(system: LocalSystem) -> None:
    system.start()
    _write(system)
    address = system.state.admin_database_url
    killed = system.kill("postgres")
    system.wait_for_restart("postgres", killed)
    system.wait_for(lambda: _is_kept(system))
    assert system.state.admin_database_url == address
    assert "postgres killed by SIGKILL" in system.screen


def test_redis_killed_is_back(system: LocalSystem) -> None:
    system.start()
    killed = system.kill("redis")
    system.wait_for_restart("redis", killed)

    def answers() -> bool:
        try:
            with redis.Redis.from_url(system.state.redis_url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    system.wait_for(answers)


def test_it_stops_everything_and_goes_on_where_it_was(system: LocalSystem) -> None:
    system.start()
    _write(system)
    children = system.state.processes
    assert set(children) == {"postgres", "redis"}
    assert system.stop(signal.SIGINT) < GENEROUS_STOP_S
    assert system.process is not None
    assert system.process.returncode == 0
    assert not any(lives(pid) for pid in children.values())
    assert not system.state.database_url, "other terminals are told that nothing runs"
    system.start()
    assert _is_kept(system)


def test_the_supervisor_killed_leaves_nothing_running_and_the_next_run_goes_on(system: LocalSystem) -> None:
    system.start()
    _write(system)
    children = system.state.processes
    assert system.process is not None
    system.process.kill()
    system.process.wait()
    system.start()
    assert _is_kept(system)
    assert not any(lives(pid) for pid in children.values())


def test_everything_killed_at_once_and_started_again(system: LocalSystem) -> None:
    system.start()
    _write(system)
    children = system.state.processes
    assert system.process is not None
    system.process.kill()
    for name in children:
        if lives(children[name]):
            system.kill(name)
    system.process.wait()
    system.start()
    assert _is_kept(system)


def test_a_second_run_over_the_same_state_is_one_line(system: LocalSystem) -> None:
    system.start()
    second = system.vehicaid("up")
    assert second.returncode == 2
    assert second.stderr.count("\n") == 1
    assert f"it already runs here on port {system.port}" in second.stderr
    assert system.process is not None
    assert system.process.poll() is None


def test_the_state_is_private_and_the_application_is_no_owner(system: LocalSystem) -> None:
    system.start()
    assert stat.S_IMODE(system.state_dir.stat().st_mode) == 0o700
    for name in ("secrets.json", "running.json"):
        assert stat.S_IMODE((system.state_dir / name).stat().st_mode) == 0o600
    with psycopg.connect(system.state.database_url) as connection:
        assert connection.execute("SELECT current_user::text").fetchone() == (APP_ROLE,)


def test_the_doctor_in_another_terminal_finds_it_fine(system: LocalSystem) -> None:
    system.start()
    done = system.vehicaid("doctor", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    verdicts = {finding["check"]: finding["verdict"] for finding in json.loads(done.stdout)["findings"]}
    assert {name: verdicts[name] for name in ("database", "durability", "migrations", "append-only", "redis")} == (
        dict.fromkeys(("database", "durability", "migrations", "append-only", "redis"), "fine")
    )
    assert system.vehicaid("migrate", "--check").returncode == 0


def test_servers_that_exist_are_used_and_none_is_started(database: Database, redis_url: str) -> None:
    urls = {
        "VEHICAID_DATABASE_URL": database.settings.admin_database_url,
        "VEHICAID_REDIS_URL": redis_url,
        "VEHICAID_CELL": "cell_pune",
    }
    with local_system(servers_alone=True, **urls) as system:
        system.start()
        assert system.state.processes == {}
        assert not (system.state_dir / "postgres").exists()
        assert not (system.state_dir / "redis").exists()
        with psycopg.connect(database.settings.admin_database_url) as connection:
            assert connection.execute("SELECT count(*) > 0 FROM cell_pune.schema_migrations").fetchone() == (True,)


def test_a_database_that_is_away_ends_the_start_in_one_line(redis_url: str) -> None:
    urls = {"VEHICAID_DATABASE_URL": "postgresql://vehicaid_app@127.0.0.1:1/x", "VEHICAID_REDIS_URL": redis_url}
    with local_system(servers_alone=True, **urls) as system:
        done = system.vehicaid("up")
        assert done.returncode == 2
        assert "the database cannot be used" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_normal_user_runs_it_in_a_private_home() -> None:
    with home_of_normal_user() as home:
        run = start_as_normal_user(["-c", SERVERS_ALONE], home)
        assert run.stdout is not None
        assert run.stderr is not None
        lines = []
        try:
            for line in run.stdout:
                lines.append(line)
                if "VehicAid is up" in line:
                    break
            assert any("VehicAid is up" in line for line in lines), run.stderr.read()
            assert stat.S_IMODE((home / ".vehicaid").stat().st_mode) == 0o700
            began = time.monotonic()
            run.send_signal(signal.SIGINT)
            run.communicate(timeout=60)
            assert time.monotonic() - began < GENEROUS_STOP_S
        finally:
            if run.poll() is None:
                run.terminate()
                run.communicate(timeout=30)
        assert run.returncode == 0


def test_commands_need_no_running_system_to_say_so() -> None:
    with local_system() as system:
        done: subprocess.CompletedProcess[str] = system.vehicaid("migrate")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "vehicaid up" in done.stderr
