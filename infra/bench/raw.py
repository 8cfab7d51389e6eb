"""How fast can rows of the log's shape be written at all? The physical yardstick of the append bench."""

from __future__ import annotations

from time import perf_counter

import psycopg

ROWS_A_COMMIT = 1000


def raw_inserts(admin_dsn: str, seconds: float) -> float:
    """The physical yardstick: the same rows by multi-row INSERT into a table of the same shape, 1,000 a commit."""
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS raw_events (LIKE events INCLUDING ALL)")
        connection.execute("TRUNCATE raw_events")
        connection.execute("SET synchronous_commit = on")
        rows = 0
        begun = perf_counter()
        while perf_counter() < begun + seconds:
            connection.execute(
                "INSERT INTO raw_events SELECT %s + n, 'bench', s, 1, 'bench_job.moved', %s, gen_random_uuid(), s,"
                " NULL, 'system:bench', now(), now()"
                " FROM (SELECT n, gen_random_uuid() AS s FROM generate_series(1, %s) n) x",
                (rows, b'{"provider_id":"0193","cell":"8a618925a6cffff","step":1}' * 2, ROWS_A_COMMIT),
            )
            rows += ROWS_A_COMMIT
        return rows / (perf_counter() - begun)
