"""What a person sees on a terminal of 80 columns, and what a pipe or a file gets instead."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from bills import bill, row
from commandline import Terminal, govern, on_terminal, ran
from typer.main import get_command

from govern.cli.main import app

POLICIES = """version: 1
policies:
  - id: max-per-key
    title: No API key spends more than 500 CNY a month
    severity: high
    per: api_key
    limit: {billed_cost: 500 CNY}
  - id: no-playground
    title: Nobody pays for the console Playground
    per: workspace
    where: {channel: bmp}
    forbid: charges
    stop: stop_playground
"""
AS_OF = ("--as-of", "2026-09-06")


def charge(key: str, cost: str, **cells: str) -> str:
    return row(**{"资产/资源实例ID": key, "应付金额": cost, "账单日期": "2026-09-05", **cells})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key that costs 4321.98765 CNY, one that costs 0.003 CNY, and the Playground."""
    made = tmp_path_factory.mktemp("terminal")
    (made / "p.yaml").write_text(POLICIES)
    bill(
        made,
        charge("2000003;llm-a;qwen-max;output_token;app;0", "4000.9"),
        charge("2000003;llm-a;qwen-max;output_token;app;0", "321.08765"),
        charge("2000004;llm-a;qwen-max;output_token;app;0", "0.003"),
        charge(";llm-b;qwen-max;output_token;bmp;0", "2.5"),
    )
    return made


CHECK = ("check", "bill.csv", "-p", "p.yaml", *AS_OF)


def test_a_check_takes_two_lines_a_finding_and_ends_with_verdict_and_next_command(
    folder: Path,
) -> None:
    assert on_terminal(folder, *CHECK) == [
        "FAIL: 2 findings at or above low (exit code 1)",
        "",
        "What should stop",
        "  :N is line N of bill.csv",
        "  severity  who                               cost  since",
        "  high      API key 2000003 in llm-a  4,321.99 CNY  2026-09-05",
        "    No API key spends more than 500 CNY a month; ask the owner; :2, :3",
        "  medium    workspace llm-b               2.50 CNY  2026-09-05",
        "    Nobody pays for the console Playground; stop Playground use; :5",
        "",
        "Policies: 2 failed",
        "",
        "The bill",
        "  4 rows: 4 Model Studio charges, 0 of other products, 0 rejected. 4,324.49 CNY",
        "  of Model Studio, 0.00 of other products. It reaches 2026-09-05 (by its last",
        "  charge, which is known to the day only); judged as of 2026-09-06 00:00.",
        "  Amounts are those of 应付金额. 2026-09 is not final yet: bills become final at",
        "  12:00 on the 3rd of the next month.",
        "",
        "FAIL: 2 findings at or above low (exit code 1)",
        "next: govern checklist -o checklist.yaml bill.csv --policy p.yaml",
    ]


def test_amounts_are_exact_where_nobody_looks_or_somebody_asks(folder: Path) -> None:
    assert "4321.98765 CNY" in govern(folder, *CHECK).stdout
    assert "4321.98765 CNY" in "\n".join(on_terminal(folder, *CHECK, "--exact"))
    on_terminal(folder, *CHECK, "-o", "table:told.txt", "-o", "json:told.json")
    for name in ("told.txt", "told.json"):
        assert "4321.98765" in (folder / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["check", "audit"])
def test_the_next_command_works_as_it_stands(folder: Path, command: str) -> None:
    words = CHECK if command == "check" else ("audit", "bill.csv", *AS_OF)
    last = on_terminal(folder, *words)[-1]
    assert last.startswith("next: govern ")
    done = govern(folder, *shlex.split(last)[2:], *AS_OF)
    assert done.returncode in (0, 1), done.stderr


def test_an_audit_says_how_many_charge_and_what_they_cost_a_day(folder: Path) -> None:
    lines = on_terminal(folder, "audit", "bill.csv", *AS_OF)
    assert lines[0] == lines[-2] == "STILL CHARGING: 3 keys charge; nothing leaks (exit code 0)"


def test_a_table_shows_the_first_rows_and_says_how_many_more_there_are(folder: Path) -> None:
    told = on_terminal(folder, *CHECK, "--top", "1")
    assert "  1 more finding is not shown here: --top 0 shows all." in told
    assert not any("Playground" in line for line in told)
    assert "Playground" in govern(folder, *CHECK, "--top", "1", "--format", "json").stdout
    told = on_terminal(folder, "audit", "bill.csv", *AS_OF, "--top", "1")
    assert "    2 more are not shown here: --top 0 shows all." in told


@pytest.mark.parametrize(
    ("env", "stream", "coloured"),
    [
        ({}, Terminal, True),
        ({"NO_COLOR": "1"}, Terminal, False),
        ({"TERM": "dumb"}, Terminal, False),
        ({"FORCE_COLOR": "1"}, None, True),
        ({"FORCE_COLOR": "0"}, None, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, Terminal, False),
        ({}, None, False),
    ],
)
def test_colour_is_for_terminals_and_for_who_asks(
    folder: Path, env: dict[str, str], stream: type[Terminal] | None, coloured: bool
) -> None:
    plain = {"NO_COLOR": "", "FORCE_COLOR": "", "TERM": "xterm"}
    how = {"stream": stream} if stream else {}
    done = ran(folder, *CHECK, env=plain | env, **how)
    assert (b"\x1b[1;31mFAIL: " in done.stdout) == coloured
    assert (b"\x1b[31mhigh\x1b[0m" in done.stdout) == coloured
    files = ran(folder, *CHECK, "-o", "table:t.txt", "--format", "json", env=plain | env, **how)
    assert b"\x1b" not in files.stdout + (folder / "t.txt").read_bytes()


def test_keys_of_the_same_id_in_two_accounts_or_workspaces_never_look_the_same(
    tmp_path: Path,
) -> None:
    (tmp_path / "p.yaml").write_text(POLICIES)
    for account in ("100", "200"):
        same = {"资源购买账号ID": account, "资源归属账号ID": account}
        rows = [
            charge(f"7;{place};qwen-max;output_token;app;0", "600", **same)
            for place in ("llm-a", "llm-b")
        ]
        bill(tmp_path, *rows, name=f"{account}.csv")
    words = ("100.csv", "200.csv", *AS_OF)
    for told in (
        on_terminal(tmp_path, "check", *words, "-p", "p.yaml", width=160),
        govern(tmp_path, "check", *words, "-p", "p.yaml").stdout.splitlines(),
        on_terminal(tmp_path, "audit", *words, width=160),
        govern(tmp_path, "audit", *words).stdout.splitlines(),
    ):
        for place in ("llm-a", "llm-b"):
            for account in ("100", "200"):
                who = f"7 in {place} of account {account}"
                assert any(who in line for line in told), who


def test_every_command_explains_itself_by_h(tmp_path: Path) -> None:
    commands = {(): get_command(app)}
    for path, command in list(commands.items()):
        commands |= {(*path, name): one for name, one in getattr(command, "commands", {}).items()}
    for path, command in list(commands.items()):
        commands |= {(*path, name): one for name, one in getattr(command, "commands", {}).items()}
    assert len(commands) > 20
    for path in commands:
        done = govern(tmp_path, *path, "-h")
        assert (done.returncode, done.stdout.split()[0]) == (0, "Usage:"), path


def test_help_names_the_formats_that_a_command_takes(tmp_path: Path) -> None:
    told = " ".join(govern(tmp_path, "auth", "status", "-h").stdout.split())
    assert "table (default), json or markdown." in told
    assert ".txt, .json, .md say their format" in told
    assert "makes no sense here" in govern(tmp_path, "auth", "status", "--format", "csv").stderr


def test_govern_alone_says_what_to_do_first(tmp_path: Path) -> None:
    done = govern(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Neither a bill nor a govern.yaml is here yet:\n  govern check BILL.csv  " in done.stderr
    bill(tmp_path, charge("1;llm-a;qwen-max;output_token;app;0", "1"), name="a b.csv")
    assert "1 file to look at:\n  govern check 'a b.csv'  " in govern(tmp_path).stderr
    assert govern(tmp_path, "init").returncode == 0
    told = govern(tmp_path).stderr
    assert "govern.yaml is set up:\n  govern check  " in told
    assert govern(tmp_path, "check").returncode == 0


COMPANY = Path(__file__).parents[2] / "examples" / "qinghe"
LATER = ("--as-of", "2026-10-05")


def test_who_still_charges_in_the_example_company_fits_two_screens() -> None:
    lines = on_terminal(COMPANY, "audit", "--still-charging", *LATER)
    verdict = "STILL COSTS: 34 keys and 11 workspaces charge, 127.60 CNY a day (exit code 1)"
    assert lines[0] == lines[-2] == verdict
    assert len(lines) <= 2 * 24
    assert max(map(len, lines)) <= 80
    # 31 keys, and three workspaces whose charges carry none: nobody is left out.
    told = "\n".join(lines)
    assert len(set(re.findall(r"\b2000\d{3}\b", told))) == 31
    assert told.count("no API key in ") == 3


def test_a_checklist_tells_money_to_the_cent(tmp_path: Path) -> None:
    words = ("checklist", "--retire", "all", *LATER, "-o", str(tmp_path / "c.yaml"))
    assert on_terminal(COMPANY, *words)[0].endswith("; 127.60 CNY a day at stake")
