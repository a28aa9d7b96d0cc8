"""A key on no step that was used after what the checklist's inputs showed makes it stale."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from bills import instance, other, timed, timed_bill

from govern.bill.exported import given
from govern.judge.check.check import Terms
from govern.ledger.reading import Reading, read
from govern.model.checklist import Checklist, Written
from govern.model.clock import BILL_CLOCK
from govern.shutdown.plan.draft import checklist_of
from govern.shutdown.proof.report import Question, prove


def use(at: str, key: str = "7", payer: str = "100", workspace: str = "llm-a") -> str:
    return timed(at, instance(key, workspace), payer=payer)


def made(
    folder: Path, *rows: str, wish: str = "workspace=llm-a", exported: str = "", as_of: int = 20
) -> Checklist:
    """The checklist of the 20th; the bill is older than that."""
    path = str(timed_bill(folder, *rows))
    told = given([f"{path}={exported}"] if exported else [])
    with read([path], Reading(exported_at=told)) as ledger:
        return checklist_of(ledger, [], Terms(as_of=datetime(2026, 9, as_of)), [wish], [])[0]


def stale(folder: Path, checklist: Checklist, *rows: str) -> bool:
    with read([str(timed_bill(folder, *rows))], Reading()) as ledger:
        question = Question(as_of=datetime(2026, 10, 1), clock=BILL_CLOCK)
        report = prove(Written(checklist, "c.yaml", "0" * 64), ledger, question)
    assert report.exit.code == 6
    told = "a stale checklist: it doesn't know" in report.exit.reason
    assert told == any("Make it again" in note for note in report.notes)
    return told


FIRST = use("2026-09-10 08:00:00")
#: The bill shows nothing after this second, on which another product was charged.
LAST = other("2026-09-11 12:00:00")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-09-11 11:59:59", False),
        ("2026-09-11 12:00:00", False),
        ("2026-09-11 12:00:01", True),
        # Between the bill and as_of: on no list today, whatever as_of says.
        ("2026-09-15 10:00:00", True),
        ("2026-09-25 10:00:00", True),
        # Somewhere in this minute, or this day: perhaps after what the bill showed.
        ("2026-09-11 12:00", True),
        ("2026-09-11 11:59", False),
        ("2026-09-11", True),
        ("2026-09-10", False),
    ],
)
def test_what_counts_is_the_reach_of_the_inputs_to_the_second(
    tmp_path: Path, at: str, expected: bool
) -> None:
    checklist = made(tmp_path, FIRST, LAST)
    assert stale(tmp_path, checklist, FIRST, LAST, use(at, "9")) is expected


@pytest.mark.parametrize(("at", "expected"), [("12:00:00", False), ("12:00:01", True)])
def test_a_known_export_instant_is_the_reach(tmp_path: Path, at: str, expected: bool) -> None:
    checklist = made(tmp_path, FIRST, exported="2026-09-14T12:00:00")
    later = [FIRST, other("2026-09-30 00:00:00"), use(f"2026-09-14 {at}", "9")]
    assert stale(tmp_path, checklist, *later) is expected


def test_an_export_of_november_doesn_t_show_october(tmp_path: Path) -> None:
    checklist = made(tmp_path, FIRST, exported="2026-11-05T12:00:00")
    assert stale(tmp_path, checklist, FIRST, use("2026-10-10 10:00:00", "9"))


def test_the_reach_of_one_payer_says_nothing_of_another(tmp_path: Path) -> None:
    rows = [FIRST, other("2026-09-18 00:00:00"), use("2026-09-12 08:00:00", "8", payer="200")]
    checklist = made(tmp_path, *rows, wish="all")
    assert not stale(tmp_path, checklist, *rows)
    assert not stale(tmp_path, checklist, *rows, use("2026-09-15 08:00:00", "9"))
    assert stale(tmp_path, checklist, *rows, use("2026-09-15 08:00:00", "9", payer="200"))
    # Nothing was known of this one.
    assert stale(tmp_path, checklist, *rows, use("2026-09-01 08:00:00", "9", payer="300"))


def test_a_key_that_no_wish_covers_or_that_has_a_step_makes_nothing_stale(tmp_path: Path) -> None:
    checklist = made(tmp_path, FIRST, LAST)
    late = "2026-09-15 10:00:00"
    assert not stale(tmp_path, checklist, FIRST, use(late, "9", workspace="llm-b"))
    assert not stale(tmp_path, checklist, FIRST, use(late, "7"))


def test_made_again_from_one_payer_s_bill_it_still_knows_the_other_s_reach(tmp_path: Path) -> None:
    both = [FIRST, LAST, use("2026-09-12 08:00:00", "8", payer="200")]
    old = made(tmp_path, *both, wish="all")
    later = other("2026-09-30 00:00:00")
    with read([str(timed_bill(tmp_path, FIRST, later))], Reading()) as ledger:
        again, _ = checklist_of(ledger, [], Terms(as_of=datetime(2026, 10, 1)), ["all"], [], old)
    assert [(one.account_id, one.reaches.wall) for one in again.reaches] == [
        ("100", datetime(2026, 9, 30)),
        ("200", datetime(2026, 9, 12, 8)),
    ]


def test_a_checklist_that_knows_no_reach_takes_every_key_for_unknown(tmp_path: Path) -> None:
    checklist = replace(made(tmp_path, FIRST, LAST), reaches=())
    assert stale(tmp_path, checklist, FIRST, LAST, use("2026-09-10 08:00:00", "9"))
