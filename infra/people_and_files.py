"""How are the files of people, and what they may ask about themselves, put together?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from infra.files.links import FileLinks
from infra.files.place import file_shelf
from infra.files.shelf import FileShelf
from infra.identity.payers import PayersByHash
from infra.identity.place import proof_keys
from infra.personal.envelopes import PersonEnvelopes
from infra.personal.store import PostgresPersonalStore
from infra.privacy.exports import Exports
from infra.privacy.gathering import Gathering

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from application.engine import Aggregates
    from infra.queries.pool import Pool
    from infra.settings import Settings


class PeopleAndFiles(TypedDict):
    """What people upload, and what they get back."""

    files: FileShelf
    file_links: FileLinks
    records: PostgresPersonalStore
    payers: PayersByHash
    exports: Exports


def people_and_files(
    settings: Settings,
    readers: Pool,
    store: PostgresPersonalStore,
    aggregates: Aggregates,
    closers: AsyncExitStack,
) -> PeopleAndFiles:
    """Over connections that are open; ``closers`` end what runs by itself."""
    shelf = file_shelf(settings, readers, store)
    closers.callback(shelf.close)
    kept_for = timedelta(days=settings.exports_kept_days)
    return {
        "files": shelf,
        "file_links": FileLinks(settings.personal_key),
        "records": store,
        "payers": PayersByHash(readers, proof_keys(settings)),
        "exports": Exports(readers, Gathering(readers, store, shelf, aggregates), PersonEnvelopes(store), kept_for),
    }
