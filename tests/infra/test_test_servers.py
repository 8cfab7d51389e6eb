"""Do tests get servers that do not disturb each other?"""

import psycopg
import redis

from tests.support.servers import Database, PrivatePostgres


def test_a_database_is_migrated_and_its_application_role_is_no_superuser(database: Database) -> None:
    with psycopg.connect(database.app_dsn) as connection:
        row = connection.execute(
            "SELECT current_user, rolsuper, rolbypassrls, current_schema(), current_setting('timezone')"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == ("vehicaid_app", False, False, "cell_main", "UTC")


def test_a_redis_database_is_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_another_redis_database_is_empty_too(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_a_private_server_keeps_a_commit_through_kill_9(private_postgres: PrivatePostgres) -> None:
    with psycopg.connect(private_postgres.database.app_dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    private_postgres.kill()
    private_postgres.start()
    with psycopg.connect(private_postgres.database.app_dsn) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
