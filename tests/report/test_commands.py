"""Formats and ``--redact`` of cost, audit, bill inspect and verify as whole runs."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import cache
from pathlib import Path

import pytest
from bills import bill, paid
from commandline import ran as govern
from corpus import HOSTILE
from test_hostile import steering

from govern.cli.main import app
from govern.cli.options import LISTED
from govern.cli.output import formats_of
from govern.model.errors import GovernError

PAYER, OWNER = "1111222233334444", "5555666677778888"
SECRETS = (
    *(PAYER, OWNER, "机密项目", "secret-folder", "机密密钥", "机密空间", "王机密", "SecretTeam"),
    *("secret.owner@example.com", "SecretNobody", "SecretCell", "Geheim"),
)
SUFFIXES = ("txt", "json", "ndjson", "csv", "md")
AS_OF = ("--as-of", "2026-10-05")

INVENTORY = f"""
schema: govern.inventory/v1
account_id: "{OWNER}"
complete: true
api_keys:
  - {{api_key_id: 12345, name: 机密密钥, workspace_id: llm-a, owner: SecretTeam}}
  - {{api_key_id: 777, name: 机密密钥二, workspace_id: llm-a, owner: secret.owner@example.com}}
workspaces: [{{workspace_id: llm-a, name: 机密空间, owner: 王机密}}]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two exports of one month that differ, a kept ledger of another, and an inventory."""
    root = tmp_path_factory.mktemp("run")
    secret = root / "机密项目" / "secret-folder"
    secret.mkdir(parents=True)
    accounts = {"资源购买账号ID": PAYER, "资源归属账号ID": OWNER}
    for instant, amount in (("20260920000000", "1"), ("20261001093000", "3")):
        lines = [paid(amount, 主键="k1", **accounts), paid("2", 主键="k2", **accounts)]
        bill(secret, *lines, name=f"{PAYER}-{instant}_202609_detail.csv")
    bill(secret, paid("SecretCell", **accounts), name="rejected.csv")
    august = {**accounts, "账单月份": "2026-08", "账单日期": "2026-08-05"}
    bill(secret, paid("7", **august), name="august.txt")
    kept = govern(secret, "bill", "reduce", "august.txt", "-o", "kept.parquet")
    assert kept.returncode == 0, kept.stderr
    (secret / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
    latest = f"{PAYER}-20261001093000_202609_detail.csv"
    known = ("--inventory", "inventory.yaml", *AS_OF, "-o", "checklist.yaml")
    made = govern(secret, "checklist", latest, "--retire", "workspace=llm-a", *known)
    assert made.returncode == 0, made.stderr
    ticked = govern(secret, "checklist", "tick", "checklist.yaml", "look*", "--by", "Frau Geheim")
    assert ticked.returncode == 0, ticked.stderr
    return root


KEPT = "机密项目/secret-folder/kept.parquet"
BILLS = ("机密项目/secret-folder/*.csv", KEPT)
KNOWN = ("--inventory", "机密项目/secret-folder/inventory.yaml")
RUNS = {
    "cost": (
        *("cost", *BILLS, *KNOWN, "--by", "owner,sub_account_id,api_key_name,workspace_name"),
        *("--where", "owner=SecretTeam,SecretNobody", "--where", f"billing_account_id={PAYER}"),
    ),
    "audit": ("audit", *BILLS, *KNOWN, "--stopped-at", "llm-a/12345=2026-09-20"),
    "inspect": ("bill", "inspect", *BILLS),
    "verify": ("verify", "机密项目/secret-folder/checklist.yaml", BILLS[0], *KNOWN),
    # The ledger of a file beside the file itself: what of it counts can't be decided.
    "clash": ("cost", KEPT, "机密项目/secret-folder/august.txt"),
}


@cache
def outputs(folder: Path, name: str, *words: str) -> dict[str, str]:
    """What a run shows: stdout, stderr and every file that it writes."""
    files = [folder / f"{name}.{suffix}" for suffix in SUFFIXES]
    done = govern(
        folder, *RUNS[name], *AS_OF, *words, *(word for file in files for word in ("-o", file.name))
    )
    assert done.returncode in (0, 4), done.stderr
    return {
        "stdout": done.stdout.decode(),
        "stderr": done.stderr.decode(),
        **{file.suffix: file.read_text(encoding="utf-8") for file in files},
    }


@pytest.mark.parametrize("name", list(RUNS))
def test_a_redacted_run_shows_no_secret_anywhere(folder: Path, name: str) -> None:
    shown = outputs(folder, name, "--redact")
    for place, text in shown.items():
        assert [secret for secret in SECRETS if secret in text] == [], place
    assert json.loads(shown[".json"])["redacted"] is True


def test_the_secrets_of_these_runs_are_there_without_redaction(folder: Path) -> None:
    shown = "".join(text for name in RUNS for text in outputs(folder, name).values())
    assert [secret for secret in SECRETS if secret not in shown] == []
    assert "changed in the later export 机密项目/secret-folder/" in shown
    assert "kept.parquet: a ledger" in shown
    assert "august.txt and 机密项目/secret-folder/august.txt: overlap" in shown


def test_the_same_value_has_one_token_in_all_commands(folder: Path) -> None:
    cost, audit, inspected = (
        json.loads(outputs(folder, name, "--redact")[".json"])
        for name in ("cost", "audit", "inspect")
    )
    paths = [[file["path"] for file in one["bill"]["files"]] for one in (cost, audit, inspected)]
    assert paths[0] == paths[1] == paths[2]
    account = cost["rows"][0]["sub_account_id"]
    assert account.startswith("acct-")
    assert audit["keys"][0]["sub_account_id"] == account


@pytest.mark.parametrize(
    "command", [["cost"], ["audit"], ["bill", "inspect"], ["verify", "x.yaml"]]
)
def test_a_senseless_format_is_refused_before_any_file_is_looked_at(command: list[str]) -> None:
    with pytest.raises(GovernError) as refused:
        app([*command, "no-such-bill.csv", "-o", "gitlab:quality.json"], standalone_mode=False)
    assert refused.value.cause == "usage"
    assert str(refused.value) == (
        "format gitlab: makes no sense here; this command has table, json, ndjson, csv, markdown"
    )


def test_a_check_is_no_yaml() -> None:
    with pytest.raises(GovernError, match="format yaml: makes no sense here"):
        app(["check", "no-such-bill.csv", "--format", "yaml"], standalone_mode=False)


@pytest.mark.parametrize("format", ["sarif", "junit", "github", "gitlab", "yaml"])
def test_formats_of_findings_make_no_sense_for_rows(format: str) -> None:
    with pytest.raises(GovernError, match=f"format {format}: makes no sense here"):
        formats_of(format, [], LISTED)


def test_an_inspected_bill_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "bills").mkdir()
    path = bill(tmp_path / "bills", paid("1"))
    before = path.read_bytes()
    done = govern(tmp_path, "bill", "inspect", "bills", "-o", "bills/bill.csv")
    assert (done.returncode, done.stdout) == (2, b"")
    assert path.read_bytes() == before


def test_an_inspection_says_on_stderr_why_it_is_not_trusted(tmp_path: Path) -> None:
    bill(tmp_path, paid("abc"), paid("1"))
    done = govern(tmp_path, "bill", "inspect", "bill.csv", "--format", "csv")
    assert (done.returncode, done.stderr) == (4, b"govern: 1 row was rejected\n")
    quiet = govern(tmp_path, "bill", "inspect", "bill.csv", "--format", "csv", "-q")
    assert (quiet.returncode, quiet.stderr, quiet.stdout) == (4, b"", done.stdout)


def hostile_bill(folder: Path) -> list[str]:
    """A row per name that a CSV file can hold, the name in every cell that is shown."""
    names = [name for name in HOSTILE.values() if len(name) < 1000 and name.isascii()]
    names = [name for name in names if "\x00" not in name]
    rows = []
    for name in names:
        quoted = '"' + name.replace('"', '""') + '"'
        instance = '"' + f"{name};llm-a;{name};{name};{name};0".replace('"', '""') + '"'
        cells = {"资产/资源实例ID": instance, "计费项": quoted, "地域": quoted, "用量单位": quoted}
        rows.append(paid("1", 费用类型=quoted, **cells))
    bill(folder, *rows)
    return names


def test_a_hostile_bill_harms_no_format_of_any_command(tmp_path: Path) -> None:
    names = hostile_bill(tmp_path)
    runs = {
        "cost": ("cost", "bill.csv", "--by", "model,region_id,billing_item,channel,instance_id"),
        "audit": ("audit", "bill.csv"),
        "inspect": ("bill", "inspect", "bill.csv"),
    }
    for name, words in runs.items():
        files = [f"{name}.{suffix}" for suffix in SUFFIXES]
        done = govern(tmp_path, *words, *AS_OF, *(one for file in files for one in ("-o", file)))
        assert done.returncode == 0, done.stderr
        texts = {file: (tmp_path / file).read_text(encoding="utf-8") for file in files}
        for text in (*texts.values(), done.stdout.decode()):
            assert steering(text) == set()
            assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
            assert not re.search(r"##\w*\[", text)
        rows = list(csv.reader(io.StringIO(texts[f"{name}.csv"]), strict=True))
        assert {len(row) for row in rows} == {len(rows[0])}
        document = json.loads(texts[f"{name}.json"])
        lines = texts[f"{name}.ndjson"].splitlines()
        assert len(rows) == len(lines) > 1
        assert document["bill"]["charges"] == len(names)
