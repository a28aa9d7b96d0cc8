"""``--digest``: each file of the bill is named by the SHA-256 of the bytes that were judged."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from bills import bill, paid
from commandline import govern
from kept import reduced

COMMANDS = (["check"], ["cost"], ["audit"], ["bill", "inspect"])


def files(*words: str, given: bytes | None = None) -> list[tuple[str, str | None]]:
    run = govern(Path.cwd(), *words, "--format", "json", given=given or b"", env={"CI": "1"})
    assert run.returncode in (0, 1), run.stderr
    return [(one["path"], one["sha256"]) for one in json.loads(run.stdout)["bill"]["files"]]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_digest_is_told_where_it_is_asked_for(tmp_path: Path, command: list[str]) -> None:
    path = bill(tmp_path, paid("1"))
    assert files(*command, str(path)) == [(str(path), None)]
    assert files(*command, str(path), "--digest") == [(str(path), sha256(path))]


def test_an_archive_a_ledger_and_standard_input_have_the_digest_of_what_was_given(
    tmp_path: Path,
) -> None:
    plain = bill(tmp_path, paid("1"))
    packed = tmp_path / "b.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert files("cost", str(packed), "--digest") == [(str(packed), sha256(packed))]
    whole = tmp_path / "b.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.write(plain, "p.csv")
    assert files("cost", str(whole), "--digest") == [(f"{whole}/p.csv", sha256(whole))]
    kept = reduced([plain], tmp_path / "kept.parquet")
    assert files("cost", str(kept), "--digest") == [(str(plain), sha256(kept))]
    given = plain.read_bytes()
    assert files("cost", "-", "--digest", given=given) == [("-", sha256(plain))]
