"""The journal as a file: whole lines, one chain, one account, one run at a time."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import types
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from apply_running import ACCOUNT, Clock, checklist, run, standin, step
from standin.direct import Direct

from govern.model.errors import GovernError
from govern.model.journal_line import digest, line_of, read
from govern.shutdown.act.held import held


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """One run with two keys: a run, two intents, two outcomes."""
    path = tmp_path / "j.jsonl"
    steps = checklist(step("disable_key", "1"), step("disable_key", "2"))
    run(steps, path, Direct(standin([1, 2])))
    return path


def broken(raw: bytes) -> str:
    with pytest.raises(GovernError) as caught:
        read(raw, "j.jsonl")
    assert caught.value.cause == "journal"
    (fault,) = caught.value.faults
    return str(fault).split(": the journal was")[0]


def test_a_line_is_chained_to_the_bytes_before_it(journal: Path) -> None:
    """SHA-256 of ``abc`` is FIPS 180-4's published example."""
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    lines = journal.read_bytes().splitlines()
    assert len(lines) == 5
    known = [json.loads(line) for line in lines]
    assert known[0]["prev"] is None
    assert [one["prev"] for one in known[1:]] == [digest(line) for line in lines[:-1]]
    found = read(journal.read_bytes(), "j")
    assert (found.lines, found.head, found.account_id) == (5, digest(lines[-1]), ACCOUNT)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda lines: [b"{", *lines[1:]], "j.jsonl:1: this is no JSON"),
        (lambda lines: [*lines, b"[]"], "j.jsonl:6: this is no JSON object"),
        (lambda lines: [*lines, b""], "j.jsonl:6: this is no JSON"),
        (lambda lines: lines[1:], "j.jsonl:1: its seq isn't 1"),
        (lambda lines: [lines[0], *lines[2:]], "j.jsonl:2: its seq isn't 2"),
        (lambda lines: [*lines, lines[-1]], "j.jsonl:6: its seq isn't 6"),
        (
            lambda lines: [lines[0], lines[1].replace(b'"1"', b'"7"'), *lines[2:]],
            "j.jsonl:3: prev isn't the digest of the line before it",
        ),
        (
            lambda lines: [lines[0].replace(b" ", b"", 1), *lines[1:]],
            "j.jsonl:2: prev isn't the digest of the line before it",
        ),
    ],
)
def test_any_damage_is_named_by_its_line(
    journal: Path, change: Callable[[list[bytes]], list[bytes]], told: str
) -> None:
    lines = journal.read_bytes().splitlines()
    assert broken(b"".join(line + b"\n" for line in change(lines))) == told


#: A line that fits the chain, and what is wrong with it.
_WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "note"}, "a kind of line that this govern doesn't know"),
    ({"kind": "outcome", "intent": 9}, "an outcome without its intent"),
    ({"kind": "outcome", "intent": 2, "step": "another"}, "an outcome without its intent"),
    ({"kind": "outcome", "intent": 2, "outcome": "perhaps"}, "an outcome that this govern"),
    ({"kind": "outcome", "intent": 2}, "its intent has a final outcome already"),
    ({"kind": "intent", "before": None}, "before is missing"),
    ({"kind": "intent", "undoes": 3}, "undoes no intent"),
    ({"kind": "intent", "target": 1}, "target is missing or no text"),
    ({"kind": "intent", "at": "yesterday"}, "at is no instant"),
    ({"kind": "intent", "at": "2026-09-20T12:00:00"}, "at is no instant"),
    ({"kind": "run", "account_id": "999"}, "another account than on the lines before"),
    ({"kind": "run", "schema": "govern.journal/v2"}, "the schema isn't govern.journal/v1"),
    ({"kind": "run", "mode": "rush"}, "mode is neither execute nor undo"),
]


@pytest.mark.parametrize(("fields", "told"), _WRONG)
def test_a_line_that_fits_the_chain_must_make_sense(
    journal: Path, fields: dict[str, Any], told: str
) -> None:
    raw = journal.read_bytes()
    last = raw.splitlines()[-1]
    usual = {
        "run": {
            "schema": "govern.journal/v1", "govern": "1", "account_id": ACCOUNT, "caller": "c",
            "mode": "execute", "checklist_sha256": "0" * 64,
        },
        "intent": {
            "step": "s", "act": "DisableApiKey", "target": "1", "region_id": None,
            "workspace_id": None, "before": {},
        },
        "outcome": {
            "intent": 2, "step": "disable_key.1", "act": "DisableApiKey", "outcome": "done",
            "basis": None, "code": None, "request_id": None,
        },
    }.get(fields["kind"], {})  # fmt: skip
    head = {"seq": 6, "at": "2026-09-20T12:00:00+08:00", "prev": digest(last)}
    line = line_of({**head, **usual, **fields})
    assert broken(raw + line + b"\n").startswith(f"j.jsonl:6: {told}")


def test_the_first_line_tells_the_run(journal: Path) -> None:
    line = line_of({"seq": 1, "at": "2026-09-20T12:00:00Z", "kind": "intent", "prev": None,
                    "step": "s", "act": "a", "target": "t", "before": {}})  # fmt: skip
    assert broken(line + b"\n") == "j.jsonl:1: the first line tells no run"


def test_a_last_line_without_its_end_was_never_acted_upon(journal: Path) -> None:
    raw = journal.read_bytes()
    whole = read(raw, "j")
    for torn in (b"{", b'{"seq": 6', raw.splitlines()[-1]):
        assert read(raw + torn, "j") == whole
    steps = checklist(step("disable_key", "1"), step("disable_key", "2"))
    journal.write_bytes(raw + b'{"seq": 6, "at"')
    run(steps, journal, Direct(standin([1, 2])))
    assert journal.read_bytes().startswith(raw + b'{"seq": 6, "at": "2026')
    assert read(journal.read_bytes(), "j").lines == 6


def test_two_at_once_one_is_refused_and_calls_nothing(journal: Path) -> None:
    made = standin([1])
    with held(str(journal)), pytest.raises(GovernError) as refused:
        run(checklist(step("disable_key", "1")), journal, Direct(made))
    assert refused.value.cause == "not_finished"
    assert made.calls == []


def test_the_lock_is_one_of_the_system(journal: Path) -> None:
    """Another program's lock counts too, and it is gone when that program is."""
    other = os.open(journal, os.O_RDWR)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(GovernError, match="another govern apply"), held(str(journal)):
        pass
    os.close(other)
    with held(str(journal)) as one:
        assert one.journal.lines == 5


def test_where_nothing_can_be_locked_nothing_is_called(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no(*words: Any) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("govern.shutdown.act.lock.fcntl.flock", no)
    with pytest.raises(GovernError, match="can't be locked") as refused, held(str(journal)):
        pass
    assert refused.value.cause == "file"


def test_a_new_journal_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = tmp_path / "j.jsonl"
        run(checklist(step("disable_key", "1")), path, Direct(standin([1])))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "real.jsonl"
    link = tmp_path / "j.jsonl"
    link.symlink_to(target)
    run(checklist(step("disable_key", "1")), link, Direct(standin([1])))
    assert link.is_symlink()
    assert read(target.read_bytes(), "j").lines == 3


@pytest.mark.parametrize("how", ["changed", "replaced", "removed"])
def test_a_journal_that_others_change_meanwhile_ends_the_run(tmp_path: Path, how: str) -> None:
    """Git puts another file into its place: what is written then would be lost."""
    path, made = tmp_path / "j.jsonl", standin([1, 2])

    def before(call: Any) -> None:
        if call.operation != "DisableApiKey" or made.count("DisableApiKey") > 1:
            return
        raw = path.read_bytes()
        if how != "changed":
            path.unlink()
        if how != "removed":
            path.write_bytes(raw + b"\n")

    steps = checklist(step("disable_key", "1"), step("disable_key", "2"))
    with pytest.raises(GovernError, match="changed or replaced") as ended:
        run(steps, path, Direct(made, before))
    assert (ended.value.cause, made.count("DisableApiKey")) == ("file", 1)


def test_a_full_disk_ends_the_run_before_the_next_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from govern.shutdown.act import held as module

    path, made = tmp_path / "j.jsonl", standin([1, 2])

    def full(handle: int, data: bytes) -> int:
        if b'"intent": 2' in data or len(data) < 100:
            raise OSError(28, "No space left on device")
        # Half a line fits.
        return os.write(handle, data[:-20] if b'"intent"' in data else data)

    monkeypatch.setattr(module, "os", types.SimpleNamespace(**{**vars(os), "write": full}))
    steps = checklist(step("disable_key", "1"), step("disable_key", "2"))
    with pytest.raises(GovernError, match="No space left") as ended:
        run(steps, path, Direct(made))
    assert (ended.value.cause, made.acts) == ("file", [])
    monkeypatch.undo()
    assert run(steps, path, Direct(made)).exit.code == 0
    assert made.count("DisableApiKey") == 2


def test_instants_are_the_accounts_and_never_too_early(tmp_path: Path) -> None:
    """An intent is dated by the second that it falls into, an outcome by the one that begins."""
    path = tmp_path / "j.jsonl"
    clock = Clock(datetime(2026, 9, 20, 12, 0, 7, 400_000))
    run(checklist(step("disable_key", "1")), path, Direct(standin([1])), clock=clock)
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [(one["kind"], one["at"]) for one in lines] == [
        ("run", "2026-09-20T12:00:07+08:00"),
        ("intent", "2026-09-20T12:00:07+08:00"),
        ("outcome", "2026-09-20T12:00:08+08:00"),
    ]


def test_every_line_is_on_the_disk_before_what_follows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def write(handle: int, data: bytes) -> int:
        told.append("line")
        return os.write(handle, data)

    def fsync(handle: int) -> None:
        # The folder is flushed too, once its new file is there.
        if stat.S_ISREG(os.fstat(handle).st_mode):
            told.append("disk")
        os.fsync(handle)

    known = {**vars(os), "write": write, "fsync": fsync}
    monkeypatch.setattr("govern.shutdown.act.held.os", types.SimpleNamespace(**known))

    def before(call: Any) -> None:
        told.append("act" if call.acts else "look")

    steps = checklist(step("disable_key", "1"), step("disable_key", "2"))
    run(steps, tmp_path / "j.jsonl", Direct(standin([1, 2]), before))
    assert told.count("line") == told.count("disk") == 5
    for place, word in enumerate(told):
        if word == "line":
            assert told[place + 1] == "disk", told
        if word == "act":
            assert told[place - 2 : place] == ["line", "disk"], told
