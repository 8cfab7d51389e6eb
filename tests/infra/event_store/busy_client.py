"""What does the client do that a test freezes? It appends big saves, one after another, until it is ended."""

from __future__ import annotations

import itertools
import sys

import psycopg

from infra.event_store.blocking import BlockingCommitter
from tests.support.saves import event, save

if __name__ == "__main__":
    payload = b'{"text":"' + b"x" * int(sys.argv[2]) + b'"}'
    committer = BlockingCommitter(lambda: psycopg.connect(sys.argv[1], autocommit=True))
    for number in itertools.count():
        committer.append(save(f"busy {number}", event("busy", None, payload)))
        if number == 0:
            sys.stdout.write("appending\n")
            sys.stdout.flush()
