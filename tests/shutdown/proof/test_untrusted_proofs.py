"""In a run that isn't trusted no step is proved by a bill, in any format; a leak stays a leak."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from later_bills import result
from test_verify import BEFORE, KEY, charge, moment, other, planned, proved, ticked

from govern.report import FORMATS
from govern.report.page import Page
from govern.shutdown.plan.tick import Word, tick
from govern.shutdown.proof.narrative import document

REJECTED = charge("2026-09-08 10:00:00").replace(",1,CNY,", ",abc,CNY,")
#: Three rows of 1 CNY.
WRONG_TOTAL = "Total,,,,,,,9,CNY,,"


@pytest.mark.parametrize(
    ("rows", "asked", "why"),
    [
        ([*BEFORE, REJECTED, other()], {}, "1 row was rejected"),
        ([*BEFORE, other(), WRONG_TOTAL], {}, "says 9 CNY, the rows sum to 3"),
        # It reaches 2026-09-20 12:00, and as_of is 2026-09-21 00:00.
        ([*BEFORE, other()], {"max_bill_age": timedelta(hours=11)}, "than max_bill_age allows"),
    ],
)
def test_no_step_is_proved_by_a_bill_that_cannot_be_trusted(
    tmp_path: Path, rows: list[str], asked: dict[str, object], why: str
) -> None:
    report = proved(tmp_path, ticked(planned(tmp_path)), rows, **asked)
    found = result(report, KEY)
    assert report.exit.code == 4
    assert (found.state, found.proved_until) == ("waiting", None)
    assert found.reason.startswith("no proof, since the bill can't be trusted: ")
    assert why in found.reason
    # The stop, 15 minutes of grace, and 48 hours.
    assert found.reason.endswith("; then a bill that reaches 2026-09-12 08:15 decides")
    assert found.look_again_at == datetime(2026, 9, 12, 8, 15)
    assert not [one.id for one in report.steps if one.state == "proved" and one.basis == "bill"]


def test_rejected_rows_that_are_allowed_leave_the_bill_trusted(tmp_path: Path) -> None:
    rows = [*BEFORE, REJECTED, other()]
    report = proved(tmp_path, ticked(planned(tmp_path)), rows, max_rejects=1)
    assert (result(report, KEY).state, result(report, KEY).basis) == ("proved", "bill")


def test_a_leak_is_a_leak_in_a_bill_that_cannot_be_trusted(tmp_path: Path) -> None:
    rows = [*BEFORE, charge("2026-09-11 09:00:00"), REJECTED, other()]
    report = proved(tmp_path, ticked(planned(tmp_path)), rows)
    assert (result(report, KEY).state, report.exit.code) == ("failed", 4)


def test_a_final_bill_with_a_rejected_row_is_no_final_proof(tmp_path: Path) -> None:
    # Nothing but the final bill waits for a bill: all else is kept, or on a word.
    checklist = planned(tmp_path)
    checklist = tick(checklist, ["*"], Word("kept", "wang", moment("2026-09-10"), reason="why",
                     until=moment("2027-01-01")))[0]  # fmt: skip
    checklist = ticked(checklist, "tell_owners.*", "final_bill")
    asked = {"exported": "2026-10-04T00:00:00", "as_of": "2026-10-05T00:00:00"}
    trusted = result(proved(tmp_path, checklist, [*BEFORE, other()], **asked), "final_bill")
    assert (trusted.state, trusted.basis) == ("proved", "bill")
    report = proved(tmp_path, checklist, [*BEFORE, REJECTED, other()], **asked)
    found = result(report, "final_bill")
    assert (found.state, report.exit.code) == ("waiting", 4)
    assert "the bill can't be trusted: 1 row was rejected" in found.reason
    assert found.look_again_at == datetime(2026, 10, 5)


@pytest.mark.parametrize("format", ["json", "ndjson", "csv", "table", "markdown"])
def test_every_format_says_waiting_and_why(tmp_path: Path, format: str) -> None:
    report = proved(tmp_path, ticked(planned(tmp_path)), [*BEFORE, REJECTED, other()])
    shown = " ".join(FORMATS[format].render(document(report), Page(400)).split())
    assert "the bill can't be trusted: 1 row was rejected" in shown
    assert re.search("waiting", shown, re.IGNORECASE)
