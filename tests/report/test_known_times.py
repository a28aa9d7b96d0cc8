"""What a month summary or a bill by day can't tell is never put as an instant in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from bills import TRAINING, instance, timed, timed_bill
from commandline import govern

POLICY = """version: 1
policies:
  - id: none
    title: Nothing
    per: api_key
    where: {service: inference}
    forbid: charges
"""


def rows(at: str) -> list[str]:
    """A call, a job and a plan of the same time."""
    return [
        timed(at, instance("7")),
        timed(at, "llm-a!cn-beijing!job-1", code=TRAINING),
        timed(at, "plan", code="sfm_codingplan_public_cn"),
    ]


COMMANDS = (
    "check b.csv -p p.yaml",
    "check b.csv -p p.yaml --format junit",
    "check b.csv -p p.yaml --format markdown",
    "audit b.csv",
    "audit b.csv --format markdown",
    "audit b.csv --stopped-at 7=2026-09-01 --stopped-at llm-a/=2026-09-01",
    "check b.csv -p p.yaml --config old.yaml",
    "cost b.csv",
    "checklist b.csv --retire all",
    "checklist b.csv --retire all --format table",
)


def said(folder: Path, at: str, command: str) -> str:
    timed_bill(folder, *rows(at), name="b.csv")
    (folder / "p.yaml").write_text(POLICY)
    (folder / "old.yaml").write_text("version: 1\nmax_bill_age: 7d\n")
    words = [*command.split(), "--as-of", "2026-12-01T10:30"]
    done = govern(folder, *words, env={"COLUMNS": "300"})
    assert done.returncode in (0, 1, 4), done.stderr
    return done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_a_month_is_told_as_a_month(tmp_path: Path, command: str) -> None:
    # In a document its reach is an instant: the start of its last row's time.
    told = said(tmp_path, "2026-10", command).replace('reaches: "2026-10-01T00:00:00+08:00"', "")
    assert "2026-10" in told
    assert "2026-10-01" not in told


@pytest.mark.parametrize("command", COMMANDS)
def test_a_day_is_told_as_a_day(tmp_path: Path, command: str) -> None:
    told = said(tmp_path, "2026-10-05", command)
    assert "2026-10-05" in told
    assert "2026-10-05 00:00" not in told
    assert "24 h" not in told


def test_how_far_such_a_bill_reaches_is_said_with_its_reason(tmp_path: Path) -> None:
    assert "It reaches into 2026-10 (by its last charge, which is known to the month only)" in said(
        tmp_path, "2026-10", "audit b.csv"
    )
    assert "known to the day only" in said(tmp_path, "2026-10-05", "audit b.csv")
    assert "(by its last charge)" in said(tmp_path, "2026-10-05 10:00:00", "audit b.csv")
