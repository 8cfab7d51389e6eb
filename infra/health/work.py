"""Is what was asked of the gateway coming out, and is its news folded?"""

from collections.abc import Iterator

import psycopg

from infra.database_url import app_dsn
from infra.health.finding import Finding, fine, watch
from infra.settings import Settings, SettingsError

# The same ten minutes after which the worker's own alarm rings.
INTENT_LATE_S = 600
# News is folded within a second; what nobody can fold yet rests between two looks, so only what is due counts.
NEWS_LATE_S = 60

INTENTS = """
SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(asked_at))::float8, 0)
  FROM intents WHERE state IN ('open', 'uncertain') AND asked_at < clock_timestamp() - make_interval(secs => %s)"""
NEWS = """
SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(look_at))::float8, 0)
  FROM webhook_inbox WHERE outcome IS NULL AND look_at < clock_timestamp() - make_interval(secs => %s)"""

DISPUTES = """
SELECT count(*), coalesce(extract(epoch FROM min(respond_by) - clock_timestamp())::float8 / 3600, 0)
  FROM disputes WHERE needs_person AND answered = 'nothing' AND state IN ('open', 'action_required')"""


def work_findings(settings: Settings) -> Iterator[Finding]:
    """What can be asked of intents and the inbox; nothing when the database cannot be asked at all."""
    try:
        connection = psycopg.connect(app_dsn(settings, "vehicaid-doctor"), autocommit=True)
    except (SettingsError, psycopg.OperationalError):
        return
    with connection:
        if connection.execute("SELECT to_regclass('webhook_inbox')").fetchone() == (None,):
            return
        count, late_s = connection.execute(NEWS, (NEWS_LATE_S,)).fetchone() or (0, 0.0)
        if count:
            yield watch("news", f"{count} webhooks wait, one for {late_s:.0f} s", "is the worker running?")
        else:
            yield fine("news", "what the gateway told is folded")
        if connection.execute("SELECT to_regclass('intents')").fetchone() == (None,):
            return
        count, late_s = connection.execute(INTENTS, (INTENT_LATE_S,)).fetchone() or (0, 0.0)
        if count:
            advice = "is the worker running, and does the gateway answer? See vehicaid_errands_put_off"
            yield watch("intents", f"{count} have not come out, one for {late_s:.0f} s", advice)
        else:
            yield fine("intents", "what was asked of the gateway comes out")
        if connection.execute("SELECT to_regclass('disputes')").fetchone() == (None,):
            return
        count, left_h = connection.execute(DISPUTES).fetchone() or (0, 0.0)
        if count:
            advice = "answer them: GET /v1/disputes?needs_person=true"
            yield watch("disputes", f"{count} wait for a person, {left_h:.0f} h are left for one", advice)
        else:
            yield fine("disputes", "no dispute waits for a person")
