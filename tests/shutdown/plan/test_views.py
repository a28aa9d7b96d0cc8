"""How people see a checklist and its verification: what is the same once, and nothing missing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from bills import bill, call
from typer.testing import CliRunner

from govern.cli.main import app
from govern.model.checklist import Input
from govern.model.clock import BILL_CLOCK
from govern.model.document import Section
from govern.model.exits import Exit
from govern.model.verification import ChargesAfter, StepResult, VerificationReport
from govern.shutdown.proof.narrative import sections

KEYS = ("1", "2", "3")
STOP = datetime(2026, 10, 8, 18)


def run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "160"})
    assert done.exit_code in (0, 1, 6), done.stderr
    return done.stdout


@pytest.fixture
def made(tmp_path: Path) -> tuple[str, str]:
    """A bill with three keys, and the checklist that retires everything on it."""
    path = str(bill(tmp_path, *map(call, KEYS)))
    checklist = str(tmp_path / "checklist.yaml")
    made = ["checklist", path, "--no-config", "--as-of", "2026-10-05", "-q"]
    run(*made, "--retire", "all", "-o", checklist)
    return path, checklist


def views(bill_path: str, checklist: str, format: str) -> str:
    made = ["checklist", bill_path, "--no-config", "--as-of", "2026-10-05", "-q"]
    return run(*made, "-o", checklist, "--format", format)


def test_a_view_tells_a_way_once_and_the_yaml_at_every_step(made: tuple[str, str]) -> None:
    shown = views(*made, "table")
    assert shown.count("Disable the key with ID") == 1
    assert shown.count("how: as for disable_key.llm-a.1") == 2
    steps = yaml.safe_load(Path(made[1]).read_text(encoding="utf-8"))["steps"]
    hows = [step["how"] for step in steps if step["kind"] == "disable_key"]
    assert len(hows) == 3
    assert all(f"ID {key} of" in how for key, how in zip(KEYS, sorted(hows), strict=True))


def test_what_all_steps_have_in_common_stands_in_the_head(made: tuple[str, str]) -> None:
    shown = views(*made, "table")
    assert shown.count("Asked for: retire all of Model Studio.") == 1


def test_a_task_says_what_each_of_its_words_means(made: tuple[str, str]) -> None:
    line = r"- \[ \] blocked · Disable API key 1 in llm-a · region: cn-beijing .*· proof: a bill"
    assert re.search(line, views(*made, "markdown"))


def test_a_key_that_is_kept_on_purpose_is_not_offered_for_deletion(made: tuple[str, str]) -> None:
    tick = ["checklist", "tick", made[1]]
    run(*tick, "tell_owners.*", "ask_owner.*", "--by", "lin", "--at", "2026-10-05T10:00")
    run(*tick, "disable_key.llm-a.1", "--by", "lin", "--at", "2026-10-05T10:00")
    keep = ["--keep-until", "2026-12-01", "--reason", "billing job", "--at", "2026-10-05T10:00"]
    run(*tick, "disable_key.llm-a.2", "--by", "lin", *keep)
    shown = views(*made, "markdown")
    assert "- [x] done · Disable API key 1 in llm-a" in shown
    assert "- [ ] kept · Disable API key 2 in llm-a" in shown
    assert "- [ ] todo · Delete API key 1 in llm-a (final)" in shown
    assert "- [ ] blocked · Delete API key 2 in llm-a (final)" in shown
    steps = yaml.safe_load(Path(made[1]).read_text(encoding="utf-8"))["steps"]
    due = {step["id"]: step["due"] for step in steps if step["kind"] == "delete_key"}
    assert due == {
        # Seven quiet days; none for a key that wasn't disabled.
        "delete_key.llm-a.1": "2026-10-12T10:00:00+08:00",
        "delete_key.llm-a.2": None,
        "delete_key.llm-a.3": None,
    }
    told = run("verify", made[1], made[0], "--no-config", "--as-of", "2026-10-06", "-q")
    assert re.search(r"Delete API key 2 in llm-a \(final\) +first disable_key\.llm-a\.2", told)


# -- the verification -----------------------------------------------------------------------------


def result(id: str, state: str, reason: str, **more: object) -> StepResult:
    fields = {"basis": "bill", "stopped_at": STOP, **more}
    return StepResult(id, "disable_key", f"Disable {id}", state, reason=reason, **fields)  # type: ignore[arg-type]


def shown(*steps: StepResult) -> list[Section]:
    report = VerificationReport(
        version="0",
        as_of=STOP + timedelta(days=1),
        clock=BILL_CLOCK,
        checklist=Input("checklist.yaml", None),
        bill=None,
        settle="48h",
        grace="15m",
        steps=steps,
        exit=Exit("not_finished", "told"),
    )
    return sections(report)


def test_a_reason_that_many_share_is_told_once_and_no_step_is_missing() -> None:
    steps = [result(f"k{number}", "waiting", "the bill is early") for number in range(4)]
    steps.append(result("other", "waiting", "a month is missing"))
    _, own, shared = shown(*steps)
    assert own.heading == "Waiting for a later bill or an inventory (1 of 5)"
    assert own.rows == [["Disable other", "2026-10-08 18:00", "a month is missing"]]
    assert shared.heading == "Waiting for a later bill or an inventory (4 of 5)"
    assert shared.sentences == ["Each of these: done at 2026-10-08 18:00; the bill is early."]
    assert shared.rows == [[f"Disable k{number}", f"k{number}"] for number in range(4)]


def test_two_steps_keep_their_reasons_beside_them() -> None:
    _, section = shown(result("a", "waiting", "early"), result("b", "waiting", "early"))
    assert section.heading.endswith("(2)")
    assert [row[-1] for row in section.rows] == ["early", "early"]


def test_what_is_not_done_isn_t_explained() -> None:
    steps = [result(f"k{n}", "todo", "not done", stopped_at=None, basis=None) for n in range(3)]
    _, section = shown(*steps)
    assert section.sentences == []
    assert section.columns == ("step", "id")


def test_the_way_out_of_a_failure_stands_above_it_with_its_bill_lines() -> None:
    charges = ChargesAfter("CNY", Decimal(1), 2, STOP + timedelta(hours=1))
    failed = result("k", "failed", "2 charges", charges_after=(charges,))
    _, section, later = shown(result("p", "proved", "silent"), failed)
    assert section.heading == "Failed (1)"
    assert "tick it again, with --at" in section.sentences[0]
    assert section.details == [
        ["id: k", "after the stop: 2 charges, 1 CNY, first at 2026-10-08 19:00"]
    ]
    assert later.heading == "Proved (1)"


def test_a_date_to_look_again_is_told_once() -> None:
    decides = STOP + timedelta(hours=48)
    told = result("a", "waiting", "a bill that reaches 2026-10-10 18:00 decides")
    bare = result("b", "waiting", "still waiting")
    _, section = shown(*[replace(one, look_again_at=decides) for one in (told, bare)])
    assert section.details == [
        ["id: a"],
        ["id: b", "look again with a bill that reaches 2026-10-10 18:00"],
    ]
