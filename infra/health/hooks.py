"""Do webhooks of ours reach those who asked for them?"""

from collections.abc import Iterator

import psycopg

from infra.database_url import app_dsn
from infra.health.finding import Finding, fine, watch
from infra.settings import Settings, SettingsError

# The same five minutes after which the worker's own alarm rings.
LATE_S = 300

FAILED = "SELECT count(*), min(tenant) FROM hook_endpoints WHERE state = 'failed'"
LATE = """
SELECT count(*)
  FROM hook_messages AS m JOIN hook_endpoints AS e ON e.tenant = m.tenant AND e.endpoint_id = m.endpoint_id
 WHERE m.state = 'waiting' AND e.state = 'on' AND m.due_at < clock_timestamp() - make_interval(secs => %s)"""


def hook_findings(settings: Settings) -> Iterator[Finding]:
    """Places that took nothing for days, and messages that are overdue; nothing when the database cannot be asked."""
    try:
        connection = psycopg.connect(app_dsn(settings, "vehicaid-doctor"), autocommit=True)
    except (SettingsError, psycopg.OperationalError):
        return
    with connection:
        if connection.execute("SELECT to_regclass('hook_endpoints')").fetchone() == (None,):
            return
        failed, tenant = connection.execute(FAILED).fetchone() or (0, None)
        late = (connection.execute(LATE, (LATE_S,)).fetchone() or (0,))[0]
    if failed:
        advice = f"tell whose it is, then turn it on again: vehicaid hooks list {tenant}"
        yield watch("webhooks", f"{failed} places took nothing for days, and get nothing any more", advice)
    elif late:
        yield watch("webhooks", f"{late} are overdue by more than {LATE_S // 60} min", "is the worker running?")
    else:
        yield fine("webhooks", "what partners asked to hear of is handed over")
