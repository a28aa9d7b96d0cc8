"""Which findings fail a run, and how a run without one is clean."""

from __future__ import annotations

from collections.abc import Sequence

from govern.model.exits import Exit
from govern.model.finding import Finding
from govern.model.words import SEVERITIES


def exits(findings: Sequence[Finding], fail_on: str, *, only_new: bool) -> list[Exit]:
    """``clean``, and ``findings`` where one counts: not waived, at or above ``fail_on``.

    ``only_new``: and not known to the baseline. One that the baseline held as waived, and that is
    waived no more, counts: no baseline lengthens a waiver.
    """
    waived = sum(1 for finding in findings if finding.waiver)
    counted = [finding for finding in findings if not finding.waiver and _is_at(finding, fail_on)]
    failing = [finding for finding in counted if not (only_new and _is_known(finding))]
    known = len(counted) - len(failing)
    below = len(findings) - waived - len(counted)
    parts = [f"{waived} waived"] if waived else []
    if below:
        parts.append(f"{below} not counted (--fail-on {fail_on})")
    if known:
        parts.append(f"{known} known to the baseline (--fail-on-new)")
    many = f"{len(findings)} finding{'s' if len(findings) > 1 else ''}: {', '.join(parts)}"
    ends = [Exit("clean", many if findings else "no finding")]
    if failing:
        noun = "finding" if len(failing) == 1 else "findings"
        new = "new " if only_new else ""
        ends.append(Exit("findings", f"{len(failing)} {new}{noun} at or above {fail_on}"))
    return ends


def _is_at(finding: Finding, fail_on: str) -> bool:
    if fail_on == "never":
        return False
    return SEVERITIES.index(finding.severity) >= SEVERITIES.index(fail_on)


def _is_known(finding: Finding) -> bool:
    mark = finding.mark
    return mark is not None and mark.state != "new" and not mark.excused
