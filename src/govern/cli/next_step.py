"""The command that goes on from a result, as it would be typed: the last line of a table."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govern.cli.run import Given
    from govern.model.audit import AuditReport
    from govern.model.report import CheckReport


def again(given: Given, *words: str, policies: Sequence[str] = ()) -> str:
    """``govern words…`` about the same bills, read in the same way."""
    said = ["govern", *words, *(given.bill or ())]
    repeated = (
        ("--policy", policies),
        ("--inventory", given.inventory or ()),
        ("--exported-at", given.exported_at or ()),
        ("--config", [given.config] if given.config else ()),
        ("--timezone", [given.timezone] if given.timezone else ()),
    )
    for option, values in repeated:
        for value in values:
            said += [option, value]
    return shlex.join([*said, *(["--no-config"] if given.no_config else [])])


def after_check(given: Given, report: CheckReport, policies: Sequence[str]) -> Sequence[str]:
    """A checklist of what should stop; what a bill holds that isn't trusted."""
    if report.exit.code == 1:
        return [again(given, "checklist", "-o", "checklist.yaml", policies=policies)]
    if report.exit.code == 0:
        return [again(given, "audit", "--still-charging")]
    return _look(given)


def after_audit(given: Given, report: AuditReport, *, still_charging: bool) -> Sequence[str]:
    """Those that charge alone; then the steps that would stop them."""
    if report.exit.code not in (0, 1):
        return _look(given)
    leaking = [one for one in report.keys if one.state == "leaking" and one.api_key_id]
    if leaking:
        words = ("--retire", f"api_key={leaking[0].api_key_id}", "-o", "checklist.yaml")
        return [again(given, "checklist", *words)]
    if not any(one.state == "charging" for one in report.keys):
        return []
    if not still_charging:
        return [again(given, "audit", "--still-charging")]
    return [again(given, "checklist", "--retire", "all", "-o", "checklist.yaml")]


def _look(given: Given) -> Sequence[str]:
    """How the files are read; ``bill inspect`` knows neither policies nor inventories."""
    if not given.bill:
        return []
    return [shlex.join(["govern", "bill", "inspect", *given.bill])]
