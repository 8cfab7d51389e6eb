"""Which runs of the dispatch benchmark are over already? Each is a file, so that a run that was stopped goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from application.dispatch.policies.catalogue import POLICIES
from interfaces.simulate.rows import BadFile

if TYPE_CHECKING:
    from pathlib import Path

    from interfaces.bench.trials import Trial
    from interfaces.simulate.measures import Figure


def name_of(trial: Trial) -> str:
    """The file of a run: another version of a policy decides otherwise, so its runs are others."""
    return f"{trial.setting}.{trial.policy.value}.v{POLICIES[trial.policy]().version}.{trial.seed}.json"


class KeptRuns:
    """The finished runs in a folder; None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        """Raises BadFile when the folder cannot be made."""
        self._folder = folder
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise BadFile(f"{folder}: {error.strerror}") from error

    def of(self, trial: Trial) -> dict[str, Figure] | None:
        """The figures of a run that is over; raises BadFile for what is no such file."""
        if self._folder is None:
            return None
        path = self._folder / name_of(trial)
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise BadFile(f"{path}: {error}") from error
        if not isinstance(told, dict) or told.get("seed") != trial.seed:
            raise BadFile(f"{path} is not a run of seed {trial.seed}")
        return told

    def keep(self, trial: Trial, figures: dict[str, Figure]) -> None:
        """In one piece or not at all, whatever stops us."""
        if self._folder is None:
            return
        path = self._folder / name_of(trial)
        part = path.with_suffix(".part")
        try:
            part.write_text(json.dumps(figures, indent=1), encoding="utf-8")
            part.replace(path)
        except OSError as error:
            raise BadFile(f"{path}: {error.strerror}") from error
