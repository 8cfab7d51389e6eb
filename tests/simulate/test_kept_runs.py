"""Does a comparison of policies that was stopped go on where it was?"""

from __future__ import annotations

from pathlib import Path

import pytest

from application.dispatch.policies.names import PolicyName
from interfaces.bench.dispatch import OTHERS_DRAWS, Comparison
from interfaces.bench.kept_runs import KeptRuns, name_of
from interfaces.bench.trials import SETTINGS, Trial, run
from interfaces.simulate.rows import BadFile

NOWHERE = Path("/nowhere")
TRIAL = Trial(NOWHERE, "blizzard-20", PolicyName.ASSIGNMENT, 7)


def test_that_a_kept_run_is_not_played_again(tmp_path: Path) -> None:
    KeptRuns(tmp_path / "new").keep(TRIAL, {"seed": 7, "response_mean_min": 16.4})

    assert run(TRIAL, KeptRuns(tmp_path / "new")) == {"seed": 7, "response_mean_min": 16.4}
    assert [path.name for path in (tmp_path / "new").iterdir()] == [name_of(TRIAL)]


def test_that_a_run_of_another_draw_or_no_run_at_all_is_refused(tmp_path: Path) -> None:
    kept = KeptRuns(tmp_path)
    kept.keep(TRIAL, {"seed": 8})
    with pytest.raises(BadFile, match="not a run of seed 7"):
        kept.of(TRIAL)
    (tmp_path / name_of(TRIAL)).write_text("half", encoding="utf-8")
    with pytest.raises(BadFile):
        kept.of(TRIAL)
    with pytest.raises(BadFile):
        KeptRuns(tmp_path / name_of(TRIAL))


def test_that_what_was_not_kept_is_not_known(tmp_path: Path) -> None:
    KeptRuns(None).keep(TRIAL, {"seed": 7})

    assert KeptRuns(None).of(TRIAL) is None
    assert KeptRuns(tmp_path).of(TRIAL) is None


def test_that_the_pair_is_drawn_as_often_as_asked_and_others_some_times() -> None:
    plan = Comparison(NOWHERE, list(PolicyName), ["blizzard-20", "months-27"], runs=20)
    pair = {plan.policies[0], PolicyName.LOOK_AHEAD}

    trials = plan.trials()

    for setting in plan.settings:
        for policy in PolicyName:
            draws = sum(trial.setting == setting and trial.policy is policy for trial in trials)
            most = min(20, SETTINGS[setting].draws)
            assert draws == (most if policy in pair else min(most, OTHERS_DRAWS))
