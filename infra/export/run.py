"""How does an export go, file by file, and go on after it was interrupted?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from infra.export.formats import open_file
from infra.export.journal import Journal, Step, finished, held, part_of, plan_under_way, settle, sha256_of
from infra.export.plan import ALIASES, EVENTS, FORMAT, ExportRefused, FileFormat, FileMade, Manifest, Plan
from infra.export.sources import USUAL, Mark, Progress, Sizes, Source, durable_head, source_of
from infra.settings import Settings
from projections.catalog import READ_MODELS

NAMES: Final = (EVENTS, *ALIASES, *(model.name for model in READ_MODELS))
"""What can be exported."""


def plan_of(
    settings: Settings,
    of: str,
    file_format: FileFormat,
    directory: Path,
    since: int = 0,
    upto: int | None = None,
    tenant: str | None = None,
) -> Plan:
    """The plan for what was asked; without ``upto`` it ends where an export under way was to end, or with the log.

    Raises ExportRefused for what makes no sense.
    """
    if of not in NAMES:
        raise ExportRefused(f"there is no {of} to export; there are {', '.join(NAMES)}")
    read_model = None if of == EVENTS else ALIASES.get(of, of)
    if read_model is not None and since and not _knows_positions(read_model):
        raise ExportRefused(f"the rows of {read_model} do not tell when they changed: export it without --since")
    head = durable_head(settings)
    complete = finished(directory)
    before = plan_under_way(directory) if complete is None else complete.plan
    end = upto if upto is not None else before.upto if before is not None else head
    if not 0 <= since <= end:
        raise ExportRefused(f"the positions behind {since} up to {end} are none")
    if end > head:
        raise ExportRefused(f"the log ends at position {head}, before {end}")
    return Plan(of, read_model, file_format, since, end, tenant, settings.cell)


def export(settings: Settings, plan: Plan, directory: Path, progress: Progress, sizes: Sizes = USUAL) -> Manifest:
    """Write what is missing of the files and the manifest, and return the manifest.

    Interrupted anywhere and called again with the same plan, it ends with the same bytes as if nothing had happened.
    Raises ExportRefused, or LogSkipDetected when the log has a gap.
    """
    with held(directory):
        complete = finished(directory)
        if complete is not None:
            if complete.plan != plan:
                raise ExportRefused(f"{directory} holds another export: choose another directory")
            return complete
        journal = Journal(directory, plan)
        with source_of(settings, plan, progress, sizes) as source:
            while (step := _next_file(plan, source, directory, journal, progress)) is not None:
                journal.add(step)
            manifest = Manifest(FORMAT, plan, source.columns, sum(file.rows for file in journal.files), journal.files)
        journal.finish(manifest)
        return manifest


def _next_file(plan: Plan, source: Source, directory: Path, journal: Journal, progress: Progress) -> Step | None:
    before: Mark = journal.steps[-1].mark if journal.steps else None
    name = f"{plan.of}-{len(journal.files) + 1:06}.{plan.file_format.value}"
    part = part_of(directory / name)
    mark, rows = before, 0
    ends: list[int] = []
    out = open_file(plan.file_format, part, source.columns)
    try:
        for page in source.chunk(before, progress):
            mark = page.mark
            if page.rows:
                out.write(page.rows)
                rows += len(page.rows)
                ends += page.positions or ()
    finally:
        out.close()
    if mark is None or mark == before or not rows:
        part.unlink()
        return None if mark is None or mark == before else Step(None, mark)
    final = settle(part)
    made = FileMade(
        name, rows, min(ends, default=None), max(ends, default=None), final.stat().st_size, sha256_of(final)
    )
    return Step(made, mark)


def _knows_positions(name: str) -> bool:
    return any(model.name == name and "position" in model.fields for model in READ_MODELS)
