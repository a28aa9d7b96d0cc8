"""``govern policy suggest``: what it proposes is valid, and silent on the months it is made of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bills import bill, row
from commandline import govern

ASKED = ("policy", "suggest", "bill.csv", "--as-of", "2026-10-05")


def charge(key: str, month: str, amount: str, currency: str = "CNY", workspace: str = "a") -> str:
    return row(
        **{
            "资产/资源实例ID": f"{key};llm-{workspace};qwen-max;output_token;app;0",
            "账单月份": month,
            "账单日期": f"{month}-05",
            "应付金额": amount,
            "定价币种": currency,
        }
    )


ROWS = [
    *(charge("1", f"2026-0{month}", str(month * 100)) for month in (7, 8, 9)),
    charge("2", "2026-08", "10"),
    charge("2", "2026-08", "30", workspace="b"),
    charge("3", "2026-09", "8.1"),
    charge("", "2026-09", "4"),
    charge("1", "2026-09", "7", currency="USD"),
    charge("9", "2026-09", "0"),
]


def test_each_limit_is_the_dearest_month_and_a_quarter_rounded_up(tmp_path: Path) -> None:
    bill(tmp_path, *ROWS)
    done = govern(tmp_path, *ASKED, "--exported-at", "bill.csv=2026-10-04T13:00")
    assert (done.returncode, done.stderr) == (0, "")
    text = done.stdout
    # 900 and a quarter is 1125, of two digits 1200; 30 is the dearest of key 2's workspaces.
    # Of 5.0, 11, 38 and 1200 CNY the fourth has only a quarter from it on: nothing is above 1200.
    assert text.split("    limit: ")[1].splitlines() == [
        "{billed_cost: [1200 CNY, 8.8 USD]}  # whoever isn't listed: [0, 0, 0]; [0, 0, 0]",
        "    limit_for:",
        '      "1": [1200 CNY, 8.8 USD]  # 900 CNY in 2026-09: [0, 0, 0]; '
        "7 USD in 2026-09, too short: 1 month: [0, 0, 0]",
        '      "2": 38 CNY  # 30 CNY in 2026-08, too short: 1 month: [0, 0, 0]',
        '      "3": 11 CNY  # 8.1 CNY in 2026-09, too short: 1 month: [0, 0, 0]',
        '      "": 5 CNY  # 4 CNY in 2026-09, too short: 1 month: [0, 0, 0]',
        "    stop: ask",
    ]
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    done = govern(tmp_path, "check", "bill.csv", "-p", "p.yaml", "--as-of", "2026-10-05")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_months_that_a_short_or_partial_history_leaves_out_are_told(tmp_path: Path) -> None:
    bill(tmp_path, charge("1", "2026-09", "1"))
    done = govern(tmp_path, *ASKED)
    assert done.stderr.splitlines() == [
        "govern: note: Too short a history: 1 of at least 3 months.",
        "govern: note: 2026-09 isn't known to be whole: it is shown up to 2026-09-05 00:00.",
    ]
    assert "# Too short a history: 1 of at least 3 months.\n" in done.stdout


@pytest.mark.parametrize(
    ("per", "what"),
    [
        ("workspace", "per: workspace"),
        ("model,workspace_id", "per: [model, workspace_id]"),
        ("bill", "per: bill"),
    ],
)
def test_any_subject_or_columns_can_be_asked_for(tmp_path: Path, per: str, what: str) -> None:
    bill(tmp_path, *ROWS)
    done = govern(tmp_path, *ASKED, "--per", per)
    assert f"    {what}\n" in done.stdout
    (tmp_path / "p.yaml").write_text(done.stdout, encoding="utf-8")
    done = govern(tmp_path, "check", "bill.csv", "-p", "p.yaml", "--format", "json")
    assert json.loads(done.stdout)["exit"]["cause"] == "clean"


@pytest.mark.parametrize(
    ("words", "rows", "code", "why"),
    [
        (("--per", "api_kay"), ROWS, 2, "no such subject or column; did you mean api_key?"),
        (("--per", "owner"), ROWS, 2, "owner needs an inventory"),
        ((), [charge("1", "2026-09", "0")], 3, "no usage that costs anything"),
        ((), [*ROWS, "a,b"], 4, "1 row was rejected"),
    ],
)
def test_where_nothing_can_be_suggested_it_says_why(
    tmp_path: Path, words: tuple[str, ...], rows: list[str], code: int, why: str
) -> None:
    bill(tmp_path, *rows)
    done = govern(tmp_path, *ASKED, *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert why in done.stderr
