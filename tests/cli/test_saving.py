"""Files that people own: the old content or the new, with the mode they had, through links."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import commandline
import pytest
from bills import bill, paid

from govern.cli.saving import save, writing
from govern.model.errors import GovernError

posix = pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def govern(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return commandline.govern(cwd, *words)


GRANTED = """version: 1
waivers:
  - {policy: q, subject: "1", reason: r, owner: o, expires: 2026-12-01}
"""
WAIVER = ("waiver", "add", "w.yaml", "--policy", "p", "--subject", "1", "--reason", "r")
WAIVER += ("--owner", "o", "--expires", "2026-12-01")


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_new_file_has_the_mode_that_the_umask_says(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        save(str(tmp_path / "new"), "x")
        assert govern(*WAIVER, cwd=tmp_path).returncode == 0
    finally:
        os.umask(before)
    assert mode(tmp_path / "new") == 0o666 & ~mask
    assert mode(tmp_path / "w.yaml") == 0o666 & ~mask


@posix
@pytest.mark.parametrize("old", [0o600, 0o644, 0o664])
def test_a_file_keeps_its_mode(tmp_path: Path, old: int) -> None:
    (tmp_path / "w.yaml").write_text(GRANTED)
    (tmp_path / "w.yaml").chmod(old)
    assert govern(*WAIVER, cwd=tmp_path).returncode == 0
    assert 'policy: "p"' in (tmp_path / "w.yaml").read_text()
    assert mode(tmp_path / "w.yaml") == old


@posix
@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_written_through(tmp_path: Path, there: bool) -> None:
    (tmp_path / "kept").mkdir()
    if there:
        (tmp_path / "kept" / "w.yaml").write_text(GRANTED)
    (tmp_path / "w.yaml").symlink_to("kept/w.yaml")
    assert govern(*WAIVER, cwd=tmp_path).returncode == 0
    assert (tmp_path / "w.yaml").is_symlink()
    assert 'policy: "p"' in (tmp_path / "kept" / "w.yaml").read_text()


@posix
def test_a_ledger_is_written_through_a_link_with_the_mode_of_the_umask(tmp_path: Path) -> None:
    bill(tmp_path, paid("1"))
    (tmp_path / "kept").mkdir()
    (tmp_path / "l.parquet").symlink_to("kept/l.parquet")
    before = os.umask(0o027)
    try:
        done = govern("bill", "reduce", "bill.csv", "-o", "l.parquet", cwd=tmp_path)
    finally:
        os.umask(before)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "l.parquet").is_symlink()
    assert mode(tmp_path / "kept" / "l.parquet") == 0o640


def test_a_failure_in_the_midst_leaves_the_old_content_and_nothing_beside_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "f").write_text("old")
    with pytest.raises(GovernError, match="f: No space left on device") as ended:
        with writing(str(tmp_path / "f")) as stream:
            stream.write(b"half")
            raise OSError(28, "No space left on device")
    assert ended.value.cause == "file"
    assert (tmp_path / "f").read_text() == "old"
    assert os.listdir(tmp_path) == ["f"]


def test_an_interruption_in_the_midst_leaves_the_old_content(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("old")
    with pytest.raises(KeyboardInterrupt), writing(str(tmp_path / "f")) as stream:
        stream.write(b"half")
        raise KeyboardInterrupt
    assert ((tmp_path / "f").read_text(), os.listdir(tmp_path)) == ("old", ["f"])


def test_what_cannot_be_put_in_place_leaves_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: str, target: str) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(GovernError, match="f: Device or resource busy"):
        save(str(tmp_path / "f"), "new")
    assert os.listdir(tmp_path) == []


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(GovernError, match="directory") as ended:
        save(str(tmp_path), "x")
    assert ended.value.cause == "file"


def test_a_file_that_cannot_be_looked_at_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "f").symlink_to("f")
    with pytest.raises(GovernError, match="Too many levels of symbolic links"):
        save(str(tmp_path / "f"), "x")
    assert (tmp_path / "f").is_symlink()
