"""A checklist read back on 80 columns, worked off as an issue, and its ticks read back."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import jsonschema
import pytest
import yaml
from bills import bill, row
from commandline import govern
from wcwidth import wcswidth

from govern.model.checklist import Stake
from govern.model.clock import BILL_CLOCK
from govern.model.figures import CENTS
from govern.policy.checklist import load_checklist
from govern.report import FORMATS
from govern.report.page import Page
from govern.shutdown.plan.issue import Task, tasks_of
from govern.shutdown.plan.overview import Overview
from govern.shutdown.plan.standing import Standing

SCHEMA = Path(__file__).parents[3] / "schemas" / "govern.steps.v1.json"
NARROW = {"COLUMNS": "80"}
INVENTORY = """
schema: govern.inventory/v1
collected_at: 2026-09-30T09:00:00+08:00
account_id: "100"
complete: true
regions:
  - {region_id: cn-beijing, looked_at: full}
api_keys:
  - {api_key_id: "7", workspace_id: llm-a, region_id: cn-beijing, name: 聊天, owner: he@example.com}
workspaces:
  - {workspace_id: llm-a, name: Chat, owner: lin@example.com}
plans:
  - {kind: coding_plan, id: plan-1, expires_at: 2026-10-27, auto_renewal: renews}
"""


def charge(key: str, day: str, amount: str = "1", **cells: str) -> str:
    instance = f"{key};llm-a;qwen-max;output_token;app;0"
    return row(应付金额=amount, 账单日期=day, **{"资产/资源实例ID": instance, **cells})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a checklist, and what its making said on a terminal."""
    folder = tmp_path_factory.mktemp("made")
    rows = [charge("7", "2026-09-29", "20"), charge("8", "2026-09-29", "3", 地域="新加坡")]
    bill(folder, *rows, charge("7", "2026-09-30", "0"))
    (folder / "i.yaml").write_text(INVENTORY)
    words = ["bill.csv", "--retire", "all", "--inventory", "i.yaml", "-o", "c.yaml", "--no-config"]
    done = govern(folder, "checklist", *words, "--as-of", "2026-10-05", env=NARROW)
    assert done.returncode == 0, done.stderr
    (folder / "said.txt").write_text(done.stdout)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    shutil.copytree(made, tmp_path / "own")
    return tmp_path / "own"


def show(folder: Path, *words: str, as_of: str = "2026-10-05") -> CompletedProcess[str]:
    done = govern(folder, "checklist", "show", "c.yaml", "--as-of", as_of, *words, env=NARROW)
    assert done.returncode == 0, done.stderr
    return done


def shown(folder: Path, *words: str, as_of: str = "2026-10-05") -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        show(folder, *words, "--format", "json", as_of=as_of).stdout
    )
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)
    return document


def ids(folder: Path, *words: str, as_of: str = "2026-10-05") -> list[str]:
    return [step["id"] for step in shown(folder, *words, as_of=as_of)["steps"]]


def tick(folder: Path, *words: str, code: int = 0) -> CompletedProcess[str]:
    done = govern(folder, "checklist", "tick", "c.yaml", *words, "--by", "lin")
    assert done.returncode == code, done.stderr
    return done


def test_a_file_that_is_written_is_told_and_not_printed(made: Path) -> None:
    # One plan, five regions, one telling, two keys disabled and deleted, a workspace, three at the
    # end; 20 and 3 a day; the plan is due ten days before its end.
    assert (made / "said.txt").read_text().splitlines() == [
        "c.yaml: 15 steps, 15 open; 23 CNY a day at stake",
        "  First deadline: 2026-10-17: Turn off auto-renewal of the Coding Plan plan-1.",
        "  Open steps are for: lin@example.com 4, he@example.com 2, nobody named 9.",
        "  Not complete: regions with charges that nobody looked at: ap-southeast-1.",
        "  Next: review and commit it; govern checklist show c.yaml --open reads it back,",
        "  govern checklist tick c.yaml STEP --by NAME marks what was done.",
    ]


def test_a_format_that_is_asked_for_is_printed_beside_the_file(folder: Path) -> None:
    words = ["bill.csv", "--no-config", "-o", "again.yaml", "--retire", "api_key=8", "-q"]
    asked = ["--as-of", "2026-10-05"]
    printed = govern(folder, "checklist", *words, *asked, "--format", "yaml").stdout
    # A file may begin with a line for editors.
    assert printed.startswith("#")
    assert (folder / "again.yaml").read_text().endswith(printed)
    # -q: no messages, so nothing of what was written.
    assert govern(folder, "checklist", *words, *asked).stdout == ""


def test_what_is_needed_first_stands_first_on_80_columns(folder: Path) -> None:
    lines = show(folder, "--open").stdout.splitlines()
    assert all(wcswidth(line) <= 80 for line in lines)
    assert lines[0] == ("CHECKLIST c.yaml: 15 steps, 15 open; 23 CNY a day at stake")
    at = lines.index("Steps")
    assert lines[at + 2 : at + 5] == [
        "  todo     Turn off auto-renewal of the Coding Plan plan-1",
        "           due: 2026-10-17; proof: your word; id:",
        "           turn_off_renewal.coding_plan.plan-1",
    ]
    # Looking comes before money; of it the region that costs most.
    titles = [line[11:] for line in lines if re.match("  (todo|blocked)", line)]
    assert titles[1] == "Look at all of region ap-southeast-1"
    keys = [titles.index(f"Disable API key {key} in llm-a") for key in ("7 (聊天)", "8")]
    assert keys == sorted(keys)
    # No id is broken.
    for id in ids(folder):
        assert any(line.endswith(id) for line in lines), id


def test_on_a_terminal_amounts_are_rounded_and_the_next_command_comes_last(folder: Path) -> None:
    checklist = load_checklist(str(folder / "c.yaml")).checklist
    steps = [
        replace(step, at_stake=(Stake("CNY", Decimal("1234.5678")),)) for step in checklist.steps
    ]
    known = checklist.with_steps(steps)
    standing = Standing(known, datetime(2026, 10, 5), BILL_CLOCK)
    document = Overview("c.yaml", "0" * 64, standing, known.steps[:1]).document()
    on_screen = Page(80, "", screen=True, figures=CENTS)
    assert "at stake: 1,234.57 CNY a day" in FORMATS["table"].render(document, on_screen)
    assert "at stake: 1234.5678 CNY a day" in FORMATS["table"].render(document, Page(80))
    assert show(folder).stdout.splitlines()[-3:] == [
        "CHECKLIST c.yaml: 15 steps, 15 open; 23 CNY a day at stake",
        "next: govern checklist show c.yaml STEP",
        "      govern checklist tick c.yaml STEP --by NAME",
    ]


def test_steps_are_chosen_by_region_owner_kind_and_due_date(folder: Path) -> None:
    assert ids(folder, "--region", "ap-southeast-1") == [
        "look_at_region.ap-southeast-1", "disable_key.llm-a.8", "delete_key.llm-a.8",
    ]  # fmt: skip
    # Who is told of a key of his gets that step as well.
    assert ids(folder, "--owner", "he@*") == [
        "tell_owners.llm-a", "disable_key.llm-a.7", "delete_key.llm-a.7",
    ]  # fmt: skip
    assert ids(folder, "--kind", "disable_key", "--owner", "lin@example.com") == [
        "disable_key.llm-a.8"
    ]
    assert ids(folder, "--due-within", "11d") == []
    assert ids(folder, "--due-within", "12d") == ["turn_off_renewal.coding_plan.plan-1"]
    assert "closing_proof.all" in ids(folder, "--owner", "none")


def test_what_is_overdue_is_counted_and_named(folder: Path) -> None:
    document = shown(folder, as_of="2026-10-17")
    assert (document["open"], document["overdue"]) == (15, 1)
    late = [step["id"] for step in document["steps"] if step["overdue"]]
    assert late == ["turn_off_renewal.coding_plan.plan-1"]
    told = " ".join(show(folder, as_of="2026-10-17").stdout.split())
    assert "Overdue: turn_off_renewal.coding_plan.plan-1." in told
    assert "due: 2026-10-17, overdue;" in told


def test_groups_tell_what_each_has_open_and_at_stake(folder: Path) -> None:
    tick(folder, "disable_key.llm-a.7", "--at", "2026-10-05T08:00")
    heads = [
        line for line in show(folder, "--by", "owner").stdout.splitlines()[1:] if line[:1].strip()
    ]
    # The verdict and what comes next stand below once more.
    assert heads[:-2] == [
        "nobody named: 9 steps, 9 open",
        "lin@example.com: 4 steps, 4 open; 3 CNY a day",
        "he@example.com: 2 steps, 1 open",
    ]
    refused = govern(folder, "checklist", "show", "c.yaml", "--by", "owners")
    assert (refused.returncode, refused.stderr) == (
        2,
        "govern: --by owners: one of phase, region, owner, kind; did you mean owner?\n",
    )


def test_a_step_that_is_named_tells_how(folder: Path) -> None:
    told = " ".join(show(folder, "tell_owners.*").stdout.split())
    assert "how: Tell the owners what will be switched off" in told
    assert "text to send: To: he@example.com" in told
    assert "7 (聊天), cn-beijing, 20 CNY a day, owner he@example.com" in told
    assert "how:" not in show(folder).stdout


def test_what_the_journal_did_and_what_was_kept_until_now_count(folder: Path) -> None:
    keep = ["--keep-until", "2026-10-04", "--reason", "moves", "--at", "2026-10-01"]
    tick(folder, "disable_key.llm-a.8", *keep)
    states = {step["id"]: step["state"] for step in shown(folder)["steps"]}
    assert states["disable_key.llm-a.8"] == "todo"
    before = {step["id"]: step["state"] for step in shown(folder, as_of="2026-10-03")["steps"]}
    assert before["disable_key.llm-a.8"] == "kept"


def test_a_spreadsheet_has_owner_region_and_money_in_columns_of_their_own(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(show(folder, "--format", "csv").stdout)))
    (key,) = [row for row in rows if row["id"] == "disable_key.llm-a.7"]
    assert (key["owner"], key["region_id"], key["workspace_id"], key["at_stake_per_day_CNY"]) == (
        "he@example.com", "cn-beijing", "llm-a", "20",
    )  # fmt: skip
    (tell,) = [row for row in rows if row["id"] == "tell_owners.llm-a"]
    assert "Subject: API keys of Model Studio workspace llm-a (Chat)" in tell["text"]


def issue(folder: Path, *words: str) -> str:
    written = show(folder, *words, "--format", "markdown", "-o", "markdown:issue.md")
    text = (folder / "issue.md").read_text()
    assert written.stdout == text
    return text


def test_an_issue_has_a_section_for_each_part_and_region_and_folded_ways(folder: Path) -> None:
    text = issue(folder)
    heads = re.findall("^### (.*)$", text, re.MULTILINE)
    assert heads[0] == "Turn off renewals, no region: 1 step, 1 open"
    assert "Stop, cn-beijing: 1 step, 1 open; 20 CNY a day" in heads
    assert [head.split(",")[0] for head in heads] == sorted(
        (head.split(",")[0] for head in heads),
        key=["Turn off renewals", "Look", "Ask and tell", "Stop", "Delete", "Prove"].index,
    )
    assert text.count("<details><summary>how</summary>") >= 6
    assert "<details><summary>text to send</summary>" in text
    # Pages of the console are links, people aren't called.
    assert "<https://bailian.console.aliyun.com/?tab=model#/api-key>" in text
    assert "`he@example.com`" in text


def test_boxes_of_an_issue_come_back_as_ticks(folder: Path) -> None:
    text = issue(folder)
    for id in ("turn_off_renewal.coding_plan.plan-1", "look_at_region.us-east-1"):
        (line,) = [line for line in text.splitlines() if line.endswith(f"id: `{id}`")]
        text = text.replace(line, line.replace("[ ]", "[X]" if "look" in id else "[x]"))
    text = text.replace("## CHECKLIST", "- [x] a task of our own\n\n## CHECKLIST").replace(
        "\n", "\r\n"
    )
    (folder / "issue.md").write_text(text, encoding="utf-8")
    done = tick(folder, "--from", "issue.md", "--at", "2026-10-06T09:00", "--note", "as in #12")
    assert done.stdout.split() == [
        *("done", "turn_off_renewal.coding_plan.plan-1", "done", "look_at_region.us-east-1"),
    ]
    steps = yaml.safe_load((folder / "c.yaml").read_text())["steps"]
    ticked = {step["id"]: (step["by"], step["note"]) for step in steps if step["state"] == "done"}
    assert ticked == dict.fromkeys(done.stdout.split()[1::2], ("lin", "as in #12"))
    # Once more changes nothing, and says so.
    before = (folder / "c.yaml").read_bytes()
    again = tick(folder, "--from", "issue.md")
    assert (again.stdout, again.stderr) == (
        "", "govern: note: nothing is ticked in issue.md that wasn't done already\n",
    )  # fmt: skip
    assert (folder / "c.yaml").read_bytes() == before


def test_what_an_issue_can_t_say_is_told(folder: Path) -> None:
    text = issue(folder)
    tick(folder, "look_at_region.us-east-1", "--at", "2026-10-06")
    keep = ["--keep-until", "2199-01-01", "--reason", "moves"]
    tick(folder, "disable_key.llm-a.8", *keep)
    text = text.replace("- [ ] blocked · Disable API key 8", "- [x] blocked · Disable API key 8")
    (folder / "issue.md").write_text(text)
    told = tick(folder, "--from", "issue.md").stderr.splitlines()
    assert told == [
        "govern: note: nothing is ticked in issue.md that wasn't done already",
        "govern: note: kept on purpose, so not ticked: disable_key.llm-a.8",
        "govern: note: done in c.yaml, not ticked in issue.md: look_at_region.us-east-1 "
        "(--undo opens them)",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "--from issue.md: no such file"),
        (b"# Nothing\n- [x] our own\n", "--from issue.md: it has no task of a checklist"),
        (b"\xff- [x] id: a", "--from issue.md: not UTF-8"),
        (b"- [x] a\n- [x] Disable id: `disable_key.llm-z.9`", "issue.md:2: disable_key.llm-z.9: "),
    ],
)
def test_an_issue_of_something_else_is_refused(folder: Path, text: bytes | None, told: str) -> None:
    if text is not None:
        (folder / "issue.md").write_bytes(text)
    before = (folder / "c.yaml").read_bytes()
    assert tick(folder, "--from", "issue.md", code=2).stderr.startswith(f"govern: {told}")
    assert (folder / "c.yaml").read_bytes() == before


def test_a_task_is_its_box_and_the_id_at_its_end() -> None:
    text = (
        "- [x] done · A · id: `a.b`\n* [ ] B · id: ``b`c``\n  - [X] C · id: plain\n"
        "- [x] our own: `a.b` is done\nid: `a.b`\n- [x] D · id: `d\\|e`"
    )
    assert tasks_of(text) == [
        Task("a.b", True, 1), Task("b`c", False, 2), Task("plain", True, 3), Task("d|e", True, 6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["c.yaml"], "c.yaml is a checklist, no bill: govern checklist show c.yaml reads it back"),
        (
            ["shwo", "c.yaml"],
            "checklist shwo: no such file or command; did you mean checklist show?",
        ),
        (["tick", "c.yaml", "--by", "lin"], "which steps? Ids, or --from an issue; one of them"),
        (["tick", "c.yaml", "a", "--from", "i", "--by", "lin"], "which steps?"),
        (
            ["tick", "c.yaml", "--from", "i", "--undo", "--by", "l"],
            "--from, --keep-until, --approve",
        ),
    ],
)
def test_a_slip_is_told_the_right_word(folder: Path, words: list[str], told: str) -> None:
    done = govern(folder, "checklist", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"govern: {told}")
