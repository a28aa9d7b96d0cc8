"""A proof names the very bytes that were judged; what changes meanwhile ends the run."""

from __future__ import annotations

import builtins
import gzip
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bills import bill, row
from typer.testing import CliRunner

from govern.cli.main import app
from govern.ledger.reading import Reading, read
from govern.model.errors import GovernError
from govern.model.exits import CODES
from govern.shutdown.proof import report as prove

INVENTORY = "schema: govern.inventory/v1\ncollected_at: 2026-10-01\naccount_id: '100'\n"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    bill(tmp_path, row())
    (tmp_path / "inventory.yaml").write_text(INVENTORY)
    made = run("checklist", "bill.csv", "--retire", "all", "-o", "c.yaml", "-q")
    assert made.exit_code == 0, made.stderr
    return tmp_path


@dataclass(frozen=True)
class Ended:
    exit_code: int
    stdout: str
    stderr: str


def run(*words: str, **more: Any) -> Ended:
    done = CliRunner().invoke(app, [*words, "--no-config", "--as-of", "2026-10-05"], **more)
    if isinstance(done.exception, GovernError):
        return Ended(CODES[done.exception.cause], done.stdout, str(done.exception))
    assert isinstance(done.exception, SystemExit | None), done.exception
    return Ended(done.exit_code, done.stdout, done.stderr)


def verify(*words: str, **more: Any) -> Ended:
    asked = ("c.yaml", *words, "--attest", "proof.json", "-q", "--format", "json")
    return run("verify", *asked, **more)


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Something happens after the bill was read and before it is judged."""
    judge = prove.verify

    def judged(*facts: Any) -> Any:
        act()
        return judge(*facts)

    monkeypatch.setattr(prove, "verify", judged)


def named(folder: Path) -> set[str]:
    statement = json.loads((folder / "proof.json").read_text(encoding="utf-8"))
    return {one["digest"]["sha256"] for one in statement["subject"]}


def replaced(path: Path) -> None:
    new = path.with_name("new")
    new.write_bytes(path.read_bytes() + b"\n")
    os.replace(new, path)


def rewritten(path: Path) -> None:
    """In place, with the same size and the old modification time: an edit that hides itself."""
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"1.2", b"1.3"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("act", [replaced, rewritten, Path.unlink])
def test_a_bill_that_changes_while_it_is_judged_is_not_attested(
    folder: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], object]
) -> None:
    meanwhile(monkeypatch, lambda: act(folder / "bill.csv"))
    done = verify("bill.csv")
    assert done.exit_code == 5
    assert done.stderr.startswith("bill.csv: ")
    assert "while it was read" in done.stderr
    assert done.stdout == ""
    assert not (folder / "proof.json").exists()


def test_a_zip_that_changes_while_it_is_judged_is_not_attested(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "bill.csv.gz").write_bytes(gzip.compress((folder / "bill.csv").read_bytes()))
    meanwhile(monkeypatch, lambda: replaced(folder / "bill.csv.gz"))
    assert verify("bill.csv.gz").exit_code == 5


def test_a_bill_that_only_got_a_second_name_is_the_same_bill(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, lambda: os.link(folder / "bill.csv", folder / "backup.csv"))
    assert verify("bill.csv").exit_code == 6
    assert sha256(folder / "bill.csv") in named(folder)


@pytest.mark.parametrize("name", ["c.yaml", "inventory.yaml"])
def test_what_was_parsed_is_what_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = {sha256(folder / one) for one in ("bill.csv", "c.yaml", "inventory.yaml")}
    meanwhile(monkeypatch, lambda: (folder / name).write_text("# something else\n"))
    assert verify("bill.csv", "--inventory", "inventory.yaml").exit_code == 6
    assert named(folder) == before


def test_a_checklist_and_an_inventory_are_opened_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read twice, a digest could be that of another text."""
    opened = []
    really = builtins.open

    def counted(file: Any, *args: Any, **more: Any) -> Any:
        opened.append(file)
        return really(file, *args, **more)

    monkeypatch.setattr(builtins, "open", counted)
    assert verify("bill.csv", "--inventory", "inventory.yaml").exit_code == 6
    assert (opened.count("c.yaml"), opened.count("inventory.yaml")) == (1, 1)


def test_a_bill_from_standard_input_is_named_by_its_bytes(folder: Path) -> None:
    text = (folder / "bill.csv").read_bytes()
    assert verify("-", input=text).exit_code == 6
    assert named(folder) == {sha256(folder / "c.yaml"), hashlib.sha256(text).hexdigest()}


def test_a_ledger_is_named_by_its_own_bytes_and_not_by_the_bill_beside_it(folder: Path) -> None:
    reduced = CliRunner().invoke(app, ["bill", "reduce", "bill.csv", "-o", "kept.parquet"])
    assert reduced.exit_code == 0, reduced.output
    assert verify("kept.parquet").exit_code == 6
    assert named(folder) == {sha256(folder / "c.yaml"), sha256(folder / "kept.parquet")}


def test_any_command_ends_where_a_bill_changes_while_it_is_judged(folder: Path) -> None:
    path = folder / "bill.csv"
    with pytest.raises(GovernError, match="while it was read"), read([str(path)], Reading()):
        replaced(path)
    with read([str(path)], Reading()):
        pass
