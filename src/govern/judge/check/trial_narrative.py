"""Tests of policies in words and tables, and as cases for CI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from govern.model.document import Case, Document, Section
from govern.model.trial_report import Coverage, TrialReport


def document(report: TrialReport) -> Document:
    payload = report.document()
    return Document(
        payload=payload,
        sections=lambda: list(_sections(report)),
        exit=report.exit,
        records=payload["tests"],
        cases=list(_cases(report)),
    )


def _sections(report: TrialReport) -> Iterator[Section]:
    word = {0: "PASS", 1: "FAIL"}.get(report.exit.code, "NOTHING TESTED")
    yield Section(
        heading=f"{word}: {report.exit.reason}",
        columns=("where", "test", "what is wrong"),
        rows=[
            (f"{one.file}:{one.line}", one.name, fault)
            for one in report.failing
            for fault in one.faults
        ],
    )
    if report.coverage:
        yield Section(
            heading="Coverage: in how many tests each policy",
            columns=("policy", "fires", "is silent", "at its limit", "where"),
            rows=[_covered(one) for one in report.coverage],
            right=frozenset({1, 2, 3}),
            whole=frozenset({4}),
        )
    if report.mutation:
        yield Section(
            heading=f"Changes that no test notices: {len(report.mutation.survivors)} of "
            f"{report.mutation.tried}",
            columns=("where", "policy", "change", "a test that notices would"),
            rows=[
                (f"{one.file}:{one.line}", one.policy, one.change, one.kill)
                for one in report.mutation.survivors
            ],
        )


def _covered(one: Coverage) -> Sequence[str]:
    counts = (one.fired, one.silent, one.at_limit)
    shown = ["–" if count is None else str(count) if count else "no" for count in counts]
    state = "" if one.enabled else " (not enabled)"
    return (f"{one.policy}{state}", *shown, f"{one.file}:{one.line}")


def _cases(report: TrialReport) -> Iterator[Case]:
    """Tests, then policies that have to have some, then changes that nothing notices."""
    for trial in report.trials:
        yield Case(trial.file, trial.name, trial.file, trial.line, trial.faults)
    for one in report.coverage if report.required else ():
        lacks = (f"{one.policy} lacks {' and '.join(one.lacks)}",) if one.lacks else ()
        yield Case("policies", f"{one.policy} is tested", one.file, one.line, lacks)
    for survivor in report.mutation.survivors if report.mutation else ():
        told = (f"noticed by no test; one would {survivor.kill}",)
        name = f"{survivor.policy}: {survivor.change}"
        yield Case("changes", name, survivor.file, survivor.line, told)
