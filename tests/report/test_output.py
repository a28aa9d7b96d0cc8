"""Where a run's results go: files by -o, stdout last, and nothing half-written or overwritten."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bills import bill, paid

from govern.cli.main import app
from govern.model.errors import GovernError

ROOT = Path(__file__).parents[2]
POLICY = """
version: 1
policies:
  - {id: spend, title: Spend, per: api_key, limit: {billed_cost: 10 CNY}, severity: medium}
"""
ACCOUNT = "1234567890123456"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "p.yaml").write_text(POLICY)
    accounts = {"资源购买账号ID": ACCOUNT, "资源归属账号ID": ACCOUNT}
    bill(tmp_path, paid("12", **accounts))
    return tmp_path


def check(folder: Path, *words: str, stdout: int | None = subprocess.PIPE, **environment: str):
    return subprocess.run(
        [sys.executable, "-m", "govern", "check", "bill.csv", "-p", "rules"]
        + ["--as-of", "2026-10-05", *words],
        cwd=folder,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"], **environment},
        check=False,
    )


def test_one_run_writes_many_files_and_their_suffix_names_the_format(folder: Path) -> None:
    done = check(
        folder,
        *("-o", "r.json", "-o", "r.sarif", "-o", "r.xml", "-o", "r.md", "-o", "r.csv"),
        *("-o", "r.ndjson", "-o", "r.txt", "-o", "gitlab:q.json", "--format", "github"),
    )
    assert done.returncode == 1
    payload = json.loads((folder / "r.json").read_text())
    assert payload["exit"]["code"] == 1
    assert json.loads((folder / "r.sarif").read_text())["version"] == "2.1.0"
    assert ElementTree.parse(folder / "r.xml").getroot().get("failures") == "1"
    assert (folder / "r.md").read_text().startswith("<!-- govern:check -->\n\n## FAIL")
    assert (folder / "r.csv").read_text().startswith("severity,policy")
    assert len((folder / "r.ndjson").read_text().splitlines()) == 2
    assert (folder / "r.txt").read_text().startswith("FAIL")
    (issue,) = json.loads((folder / "q.json").read_text())
    assert issue["fingerprint"] == payload["findings"][0]["fingerprint"]
    assert done.stdout.decode().startswith("::warning file=rules/p.yaml,line=4,title=Spend")


def test_a_file_that_can_not_be_written_leaves_stdout_empty(folder: Path) -> None:
    done = check(folder, "-o", "no/such/folder/r.json", "--format", "json")
    assert (done.returncode, done.stdout) == (5, b"")
    assert done.stderr.decode() == "govern: no/such/folder/r.json: No such file or directory\n"


@pytest.mark.parametrize("victim", ["bill.csv", "./rules/../bill.csv"])
def test_a_bill_is_never_overwritten(folder: Path, victim: str) -> None:
    before = (folder / "bill.csv").read_bytes()
    done = check(folder, "-o", victim)
    assert (done.returncode, done.stdout) == (2, b"")
    assert "is read in the same run" in done.stderr.decode()
    assert (folder / "bill.csv").read_bytes() == before


def test_a_policy_is_never_overwritten(folder: Path) -> None:
    done = check(folder, "-o", "json:rules/p.yaml")
    assert done.returncode == 2
    assert (folder / "rules" / "p.yaml").read_text() == POLICY


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "report.html"], "no such format"),
        (["--format", "md"], "did you mean markdown?"),
        (["-o", "json:"], "a path must follow the colon"),
        (["-o", "json:-"], "standard output has its own option, --format json"),
        (["-o", "r.json", "-o", "sarif:./r.json"], "already written by another -o"),
        (["--format", "junt"], r"did you mean junit\?"),
    ],
)
def test_a_wrong_output_is_refused_before_any_work(words: list[str], said: str) -> None:
    with pytest.raises(GovernError, match=said) as refused:
        app(["check", "no-such-bill.csv", *words], standalone_mode=False)
    assert (refused.value.cause, len(refused.value.faults)) == ("usage", 1)


def test_what_is_refused_is_one_line_on_stderr(folder: Path) -> None:
    done = check(folder, "-o", "report.html")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"govern: -o report.html: no such format")
    assert done.stderr.count(b"\n") == 1


def test_a_senseless_pair_names_the_formats_that_make_sense(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "govern", "bill", "inspect", "bill.csv", "--format", "sarif"],
        cwd=folder,
        capture_output=True,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"]},
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == (
        "govern: format sarif: makes no sense here; "
        "this command has table, json, ndjson, csv, markdown\n"
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_exit_5(folder: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = check(folder, "--format", "json", stdout=full.fileno())
    assert done.returncode == 5
    assert done.stderr.decode() == "govern: standard output: No space left on device\n"


def test_an_absolute_policy_is_told_relative_to_the_working_folder(folder: Path) -> None:
    done = check(folder, "-p", str(folder / "rules" / "p.yaml"), "--format", "gitlab")
    assert {one["location"]["path"] for one in json.loads(done.stdout)} == {"rules/p.yaml"}


def test_redact_hides_the_account_on_stdout_in_files_and_in_messages(folder: Path) -> None:
    (folder / "secret-project").mkdir()
    (folder / "bill.csv").rename(folder / "secret-project" / "bill.csv")
    extra = bill(folder, paid("abc"))
    words = ["--redact", "--format", "json", "-o", "r.md", "-o", "r.sarif"]
    done = subprocess.run(
        [sys.executable, "-m", "govern", "check", "secret-project", str(extra), "-p", "rules"]
        + ["--as-of", "2026-10-05", *words],
        cwd=folder,
        capture_output=True,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"]},
        check=False,
    )
    assert done.returncode == 4
    shown = done.stdout.decode() + done.stderr.decode()
    shown += (folder / "r.md").read_text() + (folder / "r.sarif").read_text()
    for secret in (ACCOUNT, "secret-project", str(folder)):
        assert secret not in shown
    assert json.loads(done.stdout)["redacted"] is True


def test_the_same_bill_gives_the_same_redacted_bytes_and_another_bill_others(
    folder: Path,
) -> None:
    words = ["--redact", "--format", "json"]
    first, second = check(folder, *words).stdout, check(folder, *words).stdout
    assert first == second
    accounts = {"资源购买账号ID": ACCOUNT, "资源归属账号ID": ACCOUNT}
    bill(folder, paid("12", **accounts), paid("0.01", **accounts))
    other = json.loads(check(folder, *words).stdout)
    here, there = json.loads(first)["findings"][0]["subject"], other["findings"][0]["subject"]
    assert here["sub_account_id"].startswith("acct-")
    assert here["sub_account_id"] != there["sub_account_id"]


def test_policies_do_not_change_the_tokens_of_a_bill(folder: Path) -> None:
    words = ["--redact", "--format", "json"]
    first = json.loads(check(folder, *words).stdout)["findings"][0]["subject"]
    (folder / "rules" / "p.yaml").write_text(
        POLICY.replace("severity", "from: 2026-09-05, severity")
    )
    second = json.loads(check(folder, *words).stdout)["findings"][0]["subject"]
    assert first["sub_account_id"] == second["sub_account_id"]
