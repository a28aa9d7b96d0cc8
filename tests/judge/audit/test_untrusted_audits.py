"""In a run that isn't trusted no key is ``stopped``, in any format; what leaks stays a leak."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from test_states import KEY_BEFORE, REACH, STOP, audited, charge, key_of, other, stopped

from govern.judge.audit.narrative import document
from govern.report import FORMATS
from govern.report.page import Page

REJECTED = charge("2026-09-08 10:00:00", amount="abc")
LATE = charge("2026-09-11 09:00:00", amount="abc")
#: The rows sum to 2, the totals row says 3.
WRONG_TOTAL = "Total,,,,,,,3,CNY,,"

UNTRUSTED = [
    ([KEY_BEFORE, REJECTED, REACH], {}, "1 row was rejected"),
    # Even a charge after the stop may be among the rejected rows.
    ([KEY_BEFORE, LATE, REACH], {}, "1 row was rejected"),
    ([KEY_BEFORE, REACH, WRONG_TOTAL], {}, "the totals row says 3 CNY, the rows sum to 2"),
    # It reaches 2026-09-20 12:00, and as_of is 2026-10-05 00:00.
    (
        [KEY_BEFORE, REACH],
        {"max_bill_age": timedelta(days=14)},
        "the bill reaches 2026-09-20 12:00: older than max_bill_age allows",
    ),
]


@pytest.mark.parametrize(("rows", "asked", "why"), UNTRUSTED)
def test_no_key_is_stopped_by_a_bill_that_cannot_be_trusted(
    tmp_path: Path, rows: list[str], asked: dict[str, object], why: str
) -> None:
    report = audited(tmp_path, rows, stopped_at=stopped(STOP), **asked)
    found = key_of(report)
    assert report.exit.code == 4
    assert (found.state, found.proved_until) == ("settling", None)
    assert found.reason.startswith("no proof, since the bill can't be trusted: ")
    assert why in found.reason
    # The stop, 15 minutes of grace, and 48 hours.
    assert found.reason.endswith("; then a bill that reaches 2026-09-12 08:15 decides")
    assert found.look_again_at == datetime(2026, 9, 12, 8, 15)


def test_the_same_bill_without_its_fault_proves_the_silence(tmp_path: Path) -> None:
    report = audited(tmp_path, [KEY_BEFORE, REACH], stopped_at=stopped(STOP))
    assert (key_of(report).state, report.exit.code) == ("stopped", 0)


def test_rejected_rows_that_are_allowed_leave_the_bill_trusted(tmp_path: Path) -> None:
    rows = [KEY_BEFORE, REJECTED, REACH]
    report = audited(tmp_path, rows, stopped_at=stopped(STOP), max_rejects=1)
    assert (key_of(report).state, report.exit.code) == ("stopped", 0)


def test_what_leaks_or_can_not_be_decided_yet_stays_so(tmp_path: Path) -> None:
    leak = charge("2026-09-10 09:00:00")
    report = audited(tmp_path, [KEY_BEFORE, leak, REJECTED, REACH], stopped_at=stopped(STOP))
    assert (key_of(report).state, report.exit.code) == ("leaking", 4)
    near = [KEY_BEFORE, REJECTED, other("2026-09-11 12:00:00")]
    found = key_of(audited(tmp_path, near, stopped_at=stopped(STOP)))
    assert (found.state, found.look_again_at) == ("settling", datetime(2026, 9, 12, 8, 15))


@pytest.mark.parametrize("format", ["json", "ndjson", "csv", "table", "markdown"])
def test_every_format_says_settling_and_why(tmp_path: Path, format: str) -> None:
    report = audited(tmp_path, [KEY_BEFORE, REJECTED, REACH], stopped_at=stopped(STOP))
    shown = " ".join(FORMATS[format].render(document(report), Page(400)).split())
    assert "settling" in shown
    assert "the bill can't be trusted: 1 row was rejected" in shown.replace("\\'", "'")
    # A state stands in quotes, between commas, or behind a count.
    assert not re.search(r'"stopped"|,stopped,|\d stopped\b', shown)
