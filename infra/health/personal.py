"""Is the personal store reachable, readable with the keys we hold, and looked after?"""

from collections.abc import Iterator

import psycopg

from infra.database_url import app_dsn
from infra.health.finding import Finding, fine, watch, wrong
from infra.personal.place import lives_apart, master_keys
from infra.settings import Settings, SettingsError

BY_MASTER_KEY = "SELECT kek_id, count(*) FROM personal_keys GROUP BY kek_id"
# A day is longer than any sweep may wait: what is older was never asked about.
FORGOTTEN = "SELECT count(*) FROM personal_records WHERE claimed_at IS NULL AND put_at < now() - interval '1 day'"


def personal_findings(settings: Settings) -> Iterator[Finding]:
    """All that can be asked of the personal store; nothing when the database it shares with the log is away."""
    apart = lives_apart(settings)
    try:
        keys = master_keys(settings)
        connection = psycopg.connect(app_dsn(apart or settings, "vehicaid-doctor"), autocommit=True)
    except SettingsError as error:
        yield wrong("personal store", str(error), "set VEHICAID_PERSONAL_MASTER_KEY to 32 bytes in base64")
        return
    except psycopg.OperationalError as error:
        if apart is not None:
            advice = "start the server, check VEHICAID_PERSONAL_DATABASE_URL"
            yield wrong("personal store", " ".join(str(error).split()), advice)
        return
    with connection:
        try:
            wrapped = {str(row[0]): int(row[1]) for row in connection.execute(BY_MASTER_KEY)}
            forgotten = connection.execute(FORGOTTEN).fetchone()
        except psycopg.errors.UndefinedTable:
            yield wrong("personal store", "its tables are missing", "run `vehicaid migrate`")
            return
    unreadable = sum(count for kek_id, count in wrapped.items() if not keys.knows(kek_id))
    earlier = sum(count for kek_id, count in wrapped.items() if keys.knows(kek_id) and kek_id != keys.kek_id)
    if unreadable:
        advice = "add the master key they were wrapped by to VEHICAID_PERSONAL_PREVIOUS_KEYS"
        yield wrong("personal store", f"the data of {unreadable} people cannot be read", advice)
    elif earlier:
        advice = "run `vehicaid personal rewrap`, then drop the previous keys"
        yield watch("personal store", f"the keys of {earlier} people are under an earlier master key", advice)
    else:
        yield fine("personal store", f"{sum(wrapped.values())} people, all under the current master key")
    if forgotten and forgotten[0]:
        advice = "see that a projector runs: it sweeps; these are too old to be told from records in use"
        yield watch("personal sweep", f"{forgotten[0]} records were never asked about", advice)
