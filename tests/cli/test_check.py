"""``govern check`` as a user meets it: exit codes, streams, options, and one-line errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import commandline
import pytest
from bills import HEADER, bill, paid, row

SPEND = """
version: 1
policies:
  - {id: spend, title: Spend, per: api_key, limit: {billed_cost: 10 CNY}, severity: medium}
"""


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document


def govern(*words: object, cwd: Path, stdin: str = "", **environment: str) -> Ran:
    done = commandline.govern(cwd, *map(str, words), given=stdin.encode(), env=environment)
    return Ran(done.returncode, done.stdout, done.stderr)


def check(tmp_path: Path, *words: object, **environment: str) -> Ran:
    (tmp_path / "p.yaml").write_text(SPEND)
    return govern(
        "check", *words, "-p", "p.yaml", "--as-of", "2026-10-05", cwd=tmp_path, **environment
    )


def test_a_clean_bill_is_0_and_a_finding_is_1(tmp_path: Path) -> None:
    assert check(tmp_path, bill(tmp_path, paid("10"))).code == 0
    assert check(tmp_path, bill(tmp_path, paid("10.0000000001"))).code == 1


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    path = bill(tmp_path, *(paid(f"{n}.5", 账单日期=f"2026-09-{n:02d}") for n in range(1, 20)))
    runs = [check(tmp_path, path, "--format", "json") for _ in range(3)]
    assert len({run.out for run in runs}) == 1


@pytest.mark.parametrize(
    ("word", "code"),
    [("info", 1), ("medium", 1), ("high", 0), ("never", 0), ("loud", 2)],
)
def test_fail_on_decides_what_fails(tmp_path: Path, word: str, code: int) -> None:
    path = bill(tmp_path, paid("11"))
    assert check(tmp_path, path, "--fail-on", word).code == code
    assert check(tmp_path, path, GOVERN_FAIL_ON=word).code == code


def test_a_clean_exit_says_what_it_did_not_count(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("11"))
    ran = check(tmp_path, path, "--fail-on", "never", "--format", "json")
    assert ran.document["exit"]["reason"] == "1 finding: 1 not counted (--fail-on never)"


def test_a_rejected_row_is_4_until_it_is_accepted_and_outranks_findings(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("11"), paid("x"))
    assert check(tmp_path, path).code == 4
    assert check(tmp_path, path, "--max-rejects", "1").code == 1


def test_a_structural_fault_is_never_accepted(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"), row(实例标签='"open'))
    assert check(tmp_path, path, "--max-rejects", "9").code == 4


def test_a_totals_row_that_disagrees_is_4(tmp_path: Path) -> None:
    total = ",".join(["合计", *[""] * 33, "3", "", "CNY", "", ""])
    assert check(tmp_path, bill(tmp_path, paid("1"), paid("2"), total)).code == 0
    ran = check(tmp_path, bill(tmp_path, paid("1"), paid("1"), total), "--format", "json")
    assert (ran.code, ran.document["exit"]["cause"]) == (4, "totals_row")


def test_no_charge_and_no_policy_are_3(tmp_path: Path) -> None:
    other = row(产品Code="ecs", 商品Code="ecs", 产品名称="云服务器", 商品名称="云服务器")
    assert check(tmp_path, bill(tmp_path, other)).code == 3
    assert check(tmp_path, bill(tmp_path, paid("1")), "--ignore", "*").code == 3
    (tmp_path / "empty.csv").write_text("")
    assert check(tmp_path, "empty.csv").code == 3


def test_an_overlap_that_cannot_be_decided_prints_the_document_without_verdicts(
    tmp_path: Path,
) -> None:
    one = bill(tmp_path, paid("1", 主键="k"), name="a.csv")
    other = bill(tmp_path, paid("2", 主键="k"), name="b.csv")
    ran = check(tmp_path, one, other, "--format", "json")
    assert ran.code == 4
    assert (ran.document["policies"], ran.document["findings"]) == ([], [])
    assert ran.document["exit"]["cause"] == "overlap"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nope.csv"], "nope.csv: no such file or folder"),
        (["https://x.example/b.csv"], "never a URL"),
        (["b.csv", "--select", "spendd"], "did you mean spend?"),
        (["b.csv", "--timezone", "Mars"], "not a time zone"),
        (["b.csv", "--format", "jsno"], "did you mean json?"),
        (["b.csv", "-o", "x"], "no such format"),
        (["b.csv", "--evidence", "-1"], "--evidence"),
        (["b.csv", "--exported-at", "b.csv"], "write FILE=INSTANT"),
        (["b.csv", "--exported-at", "c.csv=2026-10-01"], "not a file of this bill"),
        (["b.csv", "--nonsense"], "--nonsense"),
    ],
)
def test_wrong_usage_is_2_in_one_line_with_nothing_on_stdout(
    tmp_path: Path, words: list[str], said: str
) -> None:
    bill(tmp_path, paid("1"), name="b.csv")
    ran = check(tmp_path, *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_as_of_is_an_instant(tmp_path: Path) -> None:
    ran = govern("check", bill(tmp_path, paid("1")), "--as-of", "soon", cwd=tmp_path)
    assert ran.code == 2
    assert "not an instant" in ran.err


def test_every_fault_of_a_policy_is_told_in_one_run_with_its_place(tmp_path: Path) -> None:
    bill(tmp_path, paid("1"), name="b.csv")
    (tmp_path / "bad.yaml").write_text(
        "version: 1\npolicies:\n  - id: a\n    title: A\n    per: api_kye\n"
        "    limit: {billed_cost: ¥500}\n    severty: high\n"
    )
    ran = govern("check", "b.csv", "-p", "bad.yaml", cwd=tmp_path)
    assert ran.code == 2
    assert [line.split(": ")[1] for line in ran.err.splitlines()] == [
        "bad.yaml:5:10",
        "bad.yaml:6:26",
        "bad.yaml:7:5",
    ]
    for hint in ("api_key", "500 CNY", "severity"):
        assert hint in ran.err


def test_files_are_written_before_stdout_and_a_failure_leaves_stdout_empty(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("11"))
    ran = check(tmp_path, path, "-o", "json:v.json", "-o", "t.txt")
    assert ran.code == 1
    assert json.loads((tmp_path / "v.json").read_text())["exit"]["code"] == 1
    assert "What should stop" in (tmp_path / "t.txt").read_text()
    ran = check(tmp_path, path, "-o", "json:/nowhere/v.json")
    assert (ran.code, ran.out) == (5, "")


def test_standard_input_and_govern_yaml_work(tmp_path: Path) -> None:
    text = "\n".join([HEADER, paid("11"), ""])
    (tmp_path / "p.yaml").write_text(SPEND)
    ran = govern("check", "-", "-p", "p.yaml", "--format", "json", cwd=tmp_path, stdin=text)
    assert ran.document["findings"][0]["evidence"][0]["path"] == "-"
    bill(tmp_path, paid("11"), name="b.csv")
    (tmp_path / "govern.yaml").write_text(
        "version: 1\nbills: b.csv\npolicies: p.yaml\nfail_on: high\n"
    )
    (tmp_path / "deep").mkdir()
    assert govern("check", cwd=tmp_path / "deep").code == 0
    assert govern("check", "--fail-on", "low", cwd=tmp_path / "deep").code == 1
    assert govern("check", "--no-config", cwd=tmp_path / "deep").code == 2


def test_a_bill_older_than_max_bill_age_is_4(tmp_path: Path) -> None:
    bill(tmp_path, paid("1"), name="b.csv")
    (tmp_path / "p.yaml").write_text(SPEND)
    (tmp_path / "govern.yaml").write_text(
        "version: 1\nbills: b.csv\npolicies: p.yaml\nmax_bill_age: 7d\n"
    )
    assert govern("check", "--as-of", "2026-09-12", cwd=tmp_path).code == 0
    ran = govern("check", "--as-of", "2026-09-13", "--format", "json", cwd=tmp_path)
    assert (ran.code, ran.document["exit"]["cause"]) == (4, "old_bill")


def waiver(**changes: str) -> str:
    fields = {
        "policy": "spend",
        "subject": "'12345'",
        "reason": "agreed",
        "owner": "me",
        "expires": "2026-10-06",
        **changes,
    }
    return "version: 1\nwaivers:\n  - {" + ", ".join(f"{k}: {v}" for k, v in fields.items()) + "}\n"


@pytest.mark.parametrize(
    ("changes", "code", "state"),
    [
        ({}, 0, "used"),
        ({"subject": "'123*'"}, 0, "used"),
        ({"up_to": "11 CNY"}, 0, "used"),
        ({"up_to": "10.99 CNY"}, 1, "unused"),
        ({"up_to": "99 USD"}, 1, "unused"),
        ({"subject": "'999'"}, 1, "unused"),
        ({"expires": "2026-10-05"}, 1, "expired"),
        ({"expires": "2026-10-05T00:00:01+08:00"}, 0, "used"),
        ({"policy": "spent"}, 1, "unknown_policy"),
    ],
)
def test_a_waiver_excuses_what_it_says_until_it_expires(
    tmp_path: Path, changes: dict[str, str], code: int, state: str
) -> None:
    (tmp_path / "w.yaml").write_text(waiver(**changes))
    ran = check(tmp_path, bill(tmp_path, paid("11")), "--waivers", "w.yaml", "--format", "json")
    assert ran.code == code
    assert [one["state"] for one in ran.document["waivers"]] == [state]
    assert len(ran.document["findings"]) == 1
    assert (ran.document["findings"][0]["waiver"] is not None) == (code == 0)


@pytest.mark.parametrize("width", [24, 40, 60, 100, 160])
def test_a_table_fits_its_terminal_also_with_chinese_names(tmp_path: Path, width: int) -> None:
    from wcwidth import wcswidth

    path = bill(
        tmp_path,
        row(应付金额="11", **{"资产/资源实例ID": "7;llm-研发部;通义千问;output_token;app;0"}),
    )
    ran = check(tmp_path, path, COLUMNS=str(width))
    longest = max(wcswidth(line) for line in ran.out.splitlines())
    assert longest <= width or width < 100
    assert "llm-研发部" in ran.out.replace("\n", "").replace(" ", "") or width < 40


def test_from_inside_a_day_is_exact_to_the_second(tmp_path: Path) -> None:
    header = HEADER.replace("账单日期", "消费时间")
    times = ["08:00:00", "11:59:59", "12:00:00", "12:00:01", "23:00:00"]
    rows = [paid("1", 账单日期=f"2026-09-05 {time}") for time in times]
    path = tmp_path / "b.csv"
    path.write_text("\n".join([header, *rows, ""]))
    (tmp_path / "p.yaml").write_text(
        "version: 1\npolicies:\n  - {id: a, title: A, per: api_key, forbid: charges, "
        "from: '2026-09-05T12:00:00+08:00', before: '2026-09-05T15:00:01Z'}\n"
    )
    ran = govern("check", path, "-p", "p.yaml", "--format", "json", cwd=tmp_path)
    (finding,) = ran.document["findings"]
    assert (finding["observed"], finding["charges"]) == ("3", 3)
    assert finding["first_charge"] == "2026-09-05T12:00:00+08:00"
    assert [one["line"] for one in finding["evidence"]] == [4, 5, 6]
