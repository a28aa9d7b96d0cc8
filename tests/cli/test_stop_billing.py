"""Wrong words on the command line of cost, audit, checklist and verify: one line, and no harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from bills import bill, row
from commandline import govern


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bill(tmp_path, row(), row(**{"资产/资源实例ID": "12345;llm-b;qwen-max;output_token;app;0"}))
    return tmp_path


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("cost bill.csv --by modell", "--by modell: no such column; did you mean model?"),
        ("cost bill.csv --by unit", "units are never added up"),
        ("cost bill.csv --by model,model", "--by model: named twice"),
        ("cost bill.csv --where service=inferenc", "did you mean inference?"),
        ("cost bill.csv --compare 2026-13", "write a month, as in 2026-08"),
        ("cost bill.csv --compare 2026-09", "the bill must hold it and another month"),
        ("cost bill.csv --by owner", "needs an --inventory"),
        ("cost bill.csv --format sarif", "format sarif: makes no sense here"),
        ("audit bill.csv --stopped-at 12345=2026-09-01", "occurs in 2 workspaces"),
        ("audit bill.csv --stopped-at 12345", "write KEY=INSTANT"),
        ("audit bill.csv --stopped-at 1234=2026-09-01", "did you mean 12345?"),
        ("audit bill.csv --window 2x", "such as 48h"),
        ("audit bill.csv --inventory bill.csv", "bill.csv:"),
        ("checklist bill.csv --retire workspace=llm-aa", "did you mean llm-a?"),
        ("checklist bill.csv --retire key=1", "write all, workspace=ID or api_key=ID"),
        ("checklist bill.csv --format junit", "makes no sense here"),
        ("checklist bill.csv -o csv:bill.csv", "read in the same run"),
        ("verify missing.yaml bill.csv", "missing.yaml: doesn't exist"),
        ("verify bill.csv bill.csv", "bill.csv:"),
    ],
)
def test_it_is_said_in_one_line_and_nothing_is_printed(folder: Path, words: str, told: str) -> None:
    before = (folder / "bill.csv").read_bytes()
    done = govern(folder, *words.split())
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert (folder / "bill.csv").read_bytes() == before


def checklist(folder: Path) -> Path:
    done = govern(folder, "checklist", "bill.csv", "--retire", "all", "-o", "c.yaml", "-q")
    assert done.returncode == 0, done.stderr
    return folder / "c.yaml"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("disable_kye.llm-a.12345 --by lin", "did you mean disable_key.llm-a.12345?"),
        ("safety_net --by lin --at tomorrow", "not an instant"),
        ("safety_net --by lin --keep-until 2026-12-01", "--keep-until and --reason go together"),
        ("safety_net --by lin --undo --approve", "one at a time"),
        ("safety_net", "--by"),
    ],
)
def test_a_wrong_tick_changes_nothing(folder: Path, words: str, told: str) -> None:
    path = checklist(folder)
    before = path.read_bytes()
    done = govern(folder, "checklist", "tick", "c.yaml", *words.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert path.read_bytes() == before


def test_a_tick_changes_its_step_and_what_waits_for_it(folder: Path) -> None:
    path = checklist(folder)
    before = path.read_text().splitlines()
    words = ["disable_key.llm-a.12345", "--by", "lin", "--at", "2026-09-10T08:00"]
    done = govern(folder, "checklist", "tick", "c.yaml", *words, "--note", "mine: 王")
    assert (done.returncode, done.stdout) == (0, "done     disable_key.llm-a.12345\n")
    changed = [line.strip() for line in path.read_text().splitlines() if line not in before]
    # The due date is govern's, and so the digest of its step is a new one.
    changed[-1] = changed[-1].split(":")[0]
    assert changed == [
        "state: done",
        "by: lin",
        'at: "2026-09-10T08:00:00+08:00"',
        'note: "mine: 王"',
        # Seven quiet days later the key may be deleted.
        'due: "2026-09-17T08:00:00+08:00"',
        "plan_sha256",
    ]


def test_every_fault_of_a_checklist_is_told_with_its_place(folder: Path) -> None:
    path = folder / "c.yaml"
    step = "subject: {kind: account}, why: w, how: h, reversible: true, proof: person"
    path.write_text(
        "schema: govern.checklist/v1\nas_of: 2026-10-05\nsteps:\n"
        f"  - {{id: a, kind: x, {step}, state: kept}}\n"
        f"  - {{id: a, kind: x, {step}, state: dnoe}}\n"
        f"  - {{id: c, kind: x, {step}, state: done, colour: red}}\n"
    )
    done = govern(folder, "verify", "c.yaml", "bill.csv")
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert [line.split(": ")[1].split(":")[:2] for line in lines] == [
        ["c.yaml", "4"],
        ["c.yaml", "5"],
        ["c.yaml", "6"],
    ]
    assert "needs by, reason, until as well" in lines[0]
    assert 'unknown state "dnoe"; did you mean done?' in lines[1]
    assert 'unknown key "colour"' in lines[2]


def test_steps_that_wait_for_each_other_are_refused(folder: Path) -> None:
    step = "kind: x, subject: {kind: account}, why: w, how: h, reversible: true, proof: person"
    (folder / "c.yaml").write_text(
        "schema: govern.checklist/v1\nas_of: 2026-10-05\nsteps:\n"
        f"  - {{id: a, {step}, state: todo, needs: [b]}}\n"
        f"  - {{id: b, {step}, state: todo, needs: [a]}}\n"
    )
    done = govern(folder, "verify", "c.yaml", "bill.csv")
    assert done.returncode == 2
    assert '"a" needs itself, over the steps that it needs' in done.stderr


def test_a_file_that_is_no_checklist_is_never_overwritten(folder: Path) -> None:
    (folder / "mine.yaml").write_text("version: 1\npolicies: []\n")
    done = govern(folder, "checklist", "bill.csv", "--retire", "all", "-o", "mine.yaml")
    assert done.returncode == 2
    assert (folder / "mine.yaml").read_text() == "version: 1\npolicies: []\n"


def test_a_file_that_can_t_be_written_leaves_stdout_empty(folder: Path) -> None:
    done = govern(folder, "checklist", "bill.csv", "--retire", "all", "-o", "no/such/c.yaml")
    assert (done.returncode, done.stdout) == (5, "")


def test_help_shows_the_options_and_tick(folder: Path) -> None:
    done = govern(folder, "checklist", "--help")
    assert done.returncode == 0
    assert "--retire" in done.stdout
    assert "govern checklist tick FILE STEP" in done.stdout
