"""Can files be kept, and does anybody look through them?"""

import asyncio
from collections.abc import Iterator

from application.files import FileStoreAway, ScannerAway
from infra.files.place import file_store, scanner
from infra.health.finding import Finding, fine, watch, wrong
from infra.settings import Settings, SettingsError

# A name that no file has: it is told by a hash.
NOBODYS = "00/" + "0" * 32


def file_findings(settings: Settings) -> Iterator[Finding]:
    """All that can be asked of the place of files and of the virus scanner."""
    yield _place(settings)
    yield _scanner(settings)


def _place(settings: Settings) -> Finding:
    try:
        asyncio.run(file_store(settings).get(NOBODYS))
    except SettingsError as error:
        return wrong("files", str(error), "set it, or VEHICAID_FILE_STORE to folder")
    except FileStoreAway as error:
        return wrong("files", f"the place of files does not answer: {error}", "check VEHICAID_FILE_S3_URL and its keys")
    if settings.file_store == "s3":
        return fine("files", f"kept in the bucket {settings.file_s3_bucket}, sealed")
    if settings.file_folder is None and settings.environment == "production":
        advice = (
            "name a folder that stays and that all machines see, VEHICAID_FILE_FOLDER, or set VEHICAID_FILE_STORE=s3"
        )
        return watch("files", f"kept beside the process, in {settings.state_dir / 'files'}", advice)
    return fine("files", f"kept in {settings.file_folder or settings.state_dir / 'files'}, sealed")


def _scanner(settings: Settings) -> Finding:
    found = scanner(settings)
    if found is None:
        advice = "set VEHICAID_SCANNER_HOST to a machine on which clamd listens"
        return watch("virus scanner", "none is set: files are drawn anew, but nobody looks through them", advice)
    try:
        version = asyncio.run(found.version())
    except ScannerAway as error:
        return wrong("virus scanner", f"it does not answer: {error}", "start clamd: until then no file is taken")
    return fine("virus scanner", version)
