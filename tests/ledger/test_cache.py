"""What is kept of large files between runs: the same answers, or the file is read again."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bills import HEADER, row
from commandline import govern

from govern.ledger import cache as cache_module
from govern.ledger import reduce
from govern.ledger.cache import Cache
from govern.ledger.reading import Reading, read

LATER = 1 << 62


@pytest.fixture(autouse=True)
def every_file_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "WORTH", 0)


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    return written(tmp_path / "bill.csv", "1.5", "2.5")


@pytest.fixture
def kept(tmp_path: Path) -> Cache:
    return Cache(str(tmp_path / "kept"), LATER)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Files that the engine reduces, one by one."""
    asked: list[int] = []
    original = reduce.reduce

    def counted(connection: Any, file: int, staged: Any) -> int:
        asked.append(file)
        return original(connection, file, staged)

    monkeypatch.setattr(reduce, "reduce", counted)
    return asked


def written(path: Path, *costs: str) -> Path:
    lines = [row(应付金额=cost) for cost in costs]
    path.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return path


def groups(path: Path, how: Cache | None) -> list[tuple[Any, ...]]:
    with read([str(path)], Reading(cache=how)) as ledger:
        assert [file.rows for file in ledger.files] == [2]
        return ledger.query("SELECT * FROM groups ORDER BY ALL NULLS LAST")


def test_a_file_that_was_read_once_isnt_read_again(
    bill: Path, kept: Cache, reads: list[int]
) -> None:
    expected = groups(bill, None)
    assert groups(bill, kept) == groups(bill, kept) == expected
    assert len(reads) == 2  # without a cache, and the first time with one


def test_a_file_that_was_changed_in_place_is_read_again_whatever_its_date_says(
    bill: Path, kept: Cache, reads: list[int]
) -> None:
    groups(bill, kept)
    before = bill.stat()
    written(bill, "1.5", "9.5")
    os.utime(bill, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert bill.stat().st_size == before.st_size
    assert groups(bill, kept) == groups(bill, None)
    assert len(reads) == 3


def test_a_file_younger_than_two_seconds_isnt_trusted(
    bill: Path, kept: Cache, reads: list[int]
) -> None:
    young = replace(kept, now=bill.stat().st_ctime_ns + 1_999_999_999)
    groups(bill, young)
    groups(bill, young)
    assert len(reads) == 2
    assert kept.entries() == []


@pytest.mark.parametrize("kind", ["parquet", "json"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "gone"])
def test_what_is_damaged_is_as_if_it_werent_there(
    bill: Path, kept: Cache, reads: list[int], kind: str, damage: str
) -> None:
    expected = groups(bill, kept)
    (entry,) = Path(kept.folder).glob(f"*.{kind}")
    whole = entry.read_bytes()
    if damage == "gone":
        entry.unlink()
    else:
        middle = len(whole) // 2
        flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        entry.write_bytes(whole[:middle] if damage == "cut" else flipped)
    assert groups(bill, kept) == expected
    assert groups(bill, kept) == expected
    assert len(reads) == 2


def test_a_folder_that_cant_be_written_to_changes_nothing(bill: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    assert groups(bill, Cache(str(tmp_path / "taken"), LATER)) == groups(bill, None)


def test_by_content_a_copy_is_known_and_another_content_isnt(
    bill: Path, kept: Cache, reads: list[int], tmp_path: Path
) -> None:
    by_content = replace(kept, by_content=True, now=0)
    groups(bill, by_content)
    (tmp_path / "checkout").mkdir()
    copy = tmp_path / "checkout" / "bill.csv"
    copy.write_bytes(bill.read_bytes())
    groups(copy, by_content)
    assert len(reads) == 1
    groups(written(copy, "1.5", "9.5"), by_content)
    assert len(reads) == 2


def test_what_wasnt_used_for_longest_goes_first(
    bill: Path, kept: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups(bill, kept)
    first = {name for name, _, _ in kept.entries()}
    for one in Path(kept.folder).iterdir():
        os.utime(one, (1, 1))
    monkeypatch.setattr(cache_module, "MOST", sum(size for _, size, _ in kept.entries()) + 100)
    groups(written(tmp_path / "other.csv", "3", "4"), kept)
    left = {name for name, _, _ in kept.entries()}
    assert len(left) == 2 and not left & first


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_only_the_owner_can_look_at_it(bill: Path, kept: Cache) -> None:
    groups(bill, kept)
    assert stat.S_IMODE(os.stat(kept.folder).st_mode) == 0o700
    modes = {stat.S_IMODE(one.stat().st_mode) for one in Path(kept.folder).iterdir()}
    assert modes == {0o600}


def test_the_command_says_what_is_kept_and_forgets_it(
    bill: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import platformdirs

    folder = tmp_path / "mine"
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *words, **named: str(folder))
    monkeypatch.setattr(cache_module, "_YOUNG", 0)
    words = ["cost", str(bill), "--by", "model", "--no-config", "--as-of", "2026-12-01"]
    first = govern(tmp_path, *words)
    assert govern(tmp_path, "cache", "info").stdout.startswith(f"{folder}\n1 bill file, ")
    assert govern(tmp_path, *words).stdout == first.stdout
    assert govern(tmp_path, "cache", "clear").stdout == "1 bill file forgotten\n"
    assert list(folder.iterdir()) == []
    govern(tmp_path, *words, "--no-cache")
    govern(tmp_path, *words, env={"GOVERN_NO_CACHE": "1"})
    assert list(folder.iterdir()) == []
    told = govern(tmp_path, *words, "--no-cache", "-v").stderr
    assert re.search(
        r"^govern: 2 rows: read in [0-9.]+ s, judged in [0-9.]+ s$", told, re.MULTILINE
    )
    wrong = govern(tmp_path, *words, "--cache-key", "name")
    assert wrong.returncode == 2
    assert "--cache-key name: one of identity, content" in wrong.stderr
