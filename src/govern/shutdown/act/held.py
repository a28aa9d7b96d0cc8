"""The journal while a run holds it: locked, and each line on the disk before what follows it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from govern.model.clock import BILL_CLOCK, iso
from govern.model.errors import GovernError, usage
from govern.model.journal import SCHEMA, Intent, Journal, Outcome
from govern.model.journal_line import extended, line_of, read
from govern.shutdown.act.lock import open_locked


class HeldJournal:
    """One run's journal. ``clock``: the account's time, naive on the bill clock."""

    def __init__(self, handle: int, path: str) -> None:
        self._handle = handle
        self._path = path
        self._at = datetime.min
        self.clock: Callable[[], datetime] = lambda: datetime.now(BILL_CLOCK).replace(tzinfo=None)
        self.journal = self._again()

    def begin(self, account_id: str, **fields: str) -> None:
        """The line of this run. Raises wrong usage for another account's journal."""
        known = self.journal.account_id
        if known not in (None, account_id):
            raise usage(
                f"{self._path} is of account {known}, the credentials are of {account_id}: "
                "name another one with --journal"
            )
        self._cut()
        self._write("run", {"schema": SCHEMA, "account_id": account_id, **fields}, late=False)

    def intend(
        self,
        step: str,
        act: str,
        target: str,
        place: tuple[str | None, str | None],
        before: Mapping[str, Any],
        undoes: int | None = None,
    ) -> Intent:
        """Say what is going to be called; ``place``: region and workspace."""
        region_id, workspace_id = place
        fields: dict[str, Any] = {
            "step": step,
            "act": act,
            "target": target,
            "region_id": region_id,
            "workspace_id": workspace_id,
            "before": dict(before),
        }
        fields |= {} if undoes is None else {"undoes": undoes}
        self._write("intent", fields, late=False)
        return self.journal.intents[-1]

    def end(
        self,
        intent: Intent,
        outcome: str,
        basis: str | None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> Outcome:
        """Say what came of it."""
        fields = {
            "intent": intent.seq,
            "step": intent.step,
            "act": intent.act,
            "outcome": outcome,
            "basis": basis,
            "code": code,
            "request_id": request_id,
        }
        self._write("outcome", fields, late=True)
        last = self.of(intent).last
        assert last is not None
        return last

    def of(self, intent: Intent) -> Intent:
        """The intent as the journal has it now."""
        return next(known for known in self.journal.intents if known.seq == intent.seq)

    def _write(self, kind: str, fields: Mapping[str, Any], *, late: bool) -> None:
        """``late``: the second that ends then or next, so that a stop never comes too early."""
        now = self.clock()
        if late and now.microsecond:
            now += timedelta(seconds=1)
        self._at = max(self._at, now.replace(microsecond=0))
        known = self.journal
        head = {"seq": known.lines + 1, "at": iso(self._at, BILL_CLOCK), "kind": kind}
        line = line_of({**head, "prev": known.head, **fields}) + b"\n"
        try:
            self._untouched(known.size)
            left = line
            while left:
                left = left[os.write(self._handle, left) :]
            os.fsync(self._handle)
        except OSError as error:
            raise GovernError("file", f"{self._path}: {error.strerror or error}") from None
        self.journal = extended(known, line)

    def _untouched(self, size: int) -> None:
        """What another program changed or put into its place meanwhile is no longer this one."""
        mine = os.fstat(self._handle)
        try:
            there = os.stat(self._path)
        except FileNotFoundError:
            there = None
        if there is None or not os.path.samestat(mine, there) or mine.st_size != size:
            problem = "it was changed or replaced while this run held it; nothing more is called"
            raise GovernError("file", f"{self._path}: {problem}")

    def _again(self) -> Journal:
        os.lseek(self._handle, 0, os.SEEK_SET)
        parts = []
        while part := os.read(self._handle, 1 << 20):
            parts.append(part)
        return read(b"".join(parts), self._path)

    def _cut(self) -> None:
        """Take off a last line that was never finished, and so never acted upon."""
        if os.fstat(self._handle).st_size > self.journal.size:
            os.ftruncate(self._handle, self.journal.size)
            os.fsync(self._handle)


@contextmanager
def held(path: str) -> Iterator[HeldJournal]:
    """The journal for one run alone, made if it isn't there. Raises ``not_finished`` where another
    run holds it, ``journal`` for a damaged one, ``file``. The lock dies with the process."""
    handle = open_locked(path)
    try:
        yield HeldJournal(handle, path)
    finally:
        # A run that ended before its first line leaves no file behind.
        with suppress(OSError):
            if os.fstat(handle).st_size == 0:
                os.unlink(os.path.realpath(path))
        os.close(handle)
