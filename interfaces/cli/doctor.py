"""What is wrong with this deployment, and what should the operator do?"""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from infra.health.analytics import analytics_findings
from infra.health.database import database_findings
from infra.health.files import file_findings
from infra.health.finding import Finding, Verdict
from infra.health.hooks import hook_findings
from infra.health.keys import key_findings
from infra.health.personal import personal_findings
from infra.health.positions import position_findings
from infra.health.surroundings import surrounding_findings
from infra.health.work import work_findings
from infra.settings import load_settings

app = typer.Typer()

COLOURS = {Verdict.FINE: "green", Verdict.WATCH: "yellow", Verdict.WRONG: "red"}


@app.command()
def doctor(*, as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False) -> None:
    """Check versions, connections, migrations, permissions, lag, disk and secrets; exit 1 when one is wrong."""
    settings = load_settings()
    findings = [
        *surrounding_findings(settings),
        *database_findings(settings),
        *analytics_findings(settings),
        *position_findings(settings),
        *work_findings(settings),
        *hook_findings(settings),
        *personal_findings(settings),
        *file_findings(settings),
        *key_findings(settings),
    ]
    healthy = all(finding.verdict is not Verdict.WRONG for finding in findings)
    if as_json:
        typer.echo(json.dumps({"healthy": healthy, "findings": [asdict(finding) for finding in findings]}))
    else:
        _show(findings)
    if not healthy:
        raise typer.Exit(1)


def _show(findings: list[Finding]) -> None:
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        verdict = typer.style(f"{finding.verdict:<5}", fg=COLOURS[finding.verdict])
        typer.echo(f"{verdict}  {finding.check:<{width}}  {finding.detail}")
        if finding.advice:
            typer.echo(f"{'':<{width + 9}}-> {finding.advice}")
