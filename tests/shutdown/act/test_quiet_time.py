"""The quiet time before a key is deleted: every doubt keeps the key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apply_running import ACCOUNT, START, Clock, checklist, run, standin, step
from bills import instance, timed, timed_bill
from standin.direct import Direct

from govern.judge.audit.delays import Delays
from govern.judge.bill.summary import summarise
from govern.ledger.reading import Reading, read
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.directory import Directory
from govern.model.inventory import ApiKey, Inventory
from govern.model.journal import Journal
from govern.model.journal_line import read as journal_of
from govern.shutdown.act.quiet import Quiet, Wait
from govern.shutdown.proof.evidence import BillEvidence

DAY = timedelta(days=1)
DISABLE = step("disable_key", "1", state="done", by="lin", at=Moment(START, BILL_CLOCK))
DELETE = step("delete_key", "1", needs=("disable_key.1",), approved_by="wang")


@dataclass
class Asked:
    """A bill of one account, of September and October 2026, that was exported at ``exported``: of
    another key, and the ``uses`` of this one."""

    folder: Path
    exported: datetime
    now: datetime
    uses: tuple[tuple[int, datetime], ...] = ()

    def wait(self, *steps: Any, months: str = "09 10", **more: Any) -> Wait | None:
        written = checklist(*(steps or (DISABLE, DELETE)), account_ids=(ACCOUNT,)).checklist
        paths = []
        for month in months.split():
            rows = [
                timed(f"{at}", instance(key), payer=ACCOUNT)
                for key, at in ((9, datetime(2026, int(month), 1, 8)), *self.uses)
                if f"{at:%m}" == month
            ]
            name = f"{ACCOUNT}-{self.exported:%Y%m%d%H%M%S}_2026{month}_detail.csv"
            paths.append(str(timed_bill(self.folder, *rows, name=name)))
        terms, wrong = Delays(), more.pop("wrong", None)
        with read(paths, Reading(clock=BILL_CLOCK)) as ledger:
            summary = summarise(ledger, self.now)
            evidence = BillEvidence(ledger, summary, (ACCOUNT,), terms, self.now, wrong)
            return quiet(written, evidence, self.now, **more).wait(DELETE)


def quiet(written: Any, evidence: Any, now: datetime, **more: Any) -> Quiet:
    told: dict[str, Any] = {
        "checklist": written, "journal": None, "directory": Directory(()), "bill": evidence,
        "length": 7 * DAY, "settle": 2 * DAY, "grace": timedelta(minutes=15), "now": now,
        "clock": BILL_CLOCK,
    }  # fmt: skip
    return Quiet(**{**told, **more})


def test_a_bill_that_shows_the_whole_quiet_time_lets_the_key_go(tmp_path: Path) -> None:
    end = START + 7 * DAY
    assert Asked(tmp_path, end, end).wait() is None


def test_a_day_too_early_it_waits_until_it_is_over(tmp_path: Path) -> None:
    wait = Asked(tmp_path, START + 8 * DAY, START + 6 * DAY).wait()
    assert wait and wait.until == START + 7 * DAY
    assert "its quiet time ends at 2026-09-27 12:00" in wait.reason


def test_a_bill_that_ends_a_minute_too_early_keeps_it(tmp_path: Path) -> None:
    now = START + 9 * DAY
    wait = Asked(tmp_path, START + 7 * DAY - timedelta(minutes=1), now).wait(months="09")
    assert wait and (wait.until, wait.basis) == (now, "bill")


def test_a_month_that_is_missing_keeps_it(tmp_path: Path) -> None:
    """Disabled on the 28th, quiet until the 5th: September alone doesn't show it."""
    at = Moment(datetime(2026, 9, 28, 12), BILL_CLOCK)
    late = replace(DISABLE, at=at)
    asked = Asked(tmp_path, datetime(2026, 10, 8), datetime(2026, 10, 8))
    assert asked.wait(late, DELETE, months="09") is not None
    assert asked.wait(late, DELETE) is None


@pytest.mark.parametrize(
    ("after", "kept"),
    [(timedelta(minutes=14), False), (timedelta(minutes=15), True), (6 * DAY, True)],
)
def test_a_use_after_the_grace_time_keeps_it(tmp_path: Path, after: timedelta, kept: bool) -> None:
    now = START + 12 * DAY
    wait = Asked(tmp_path, now, now, ((1, START + after),)).wait()
    assert (wait is not None) is kept
    if wait:
        assert wait.reason.startswith("used after it was disabled")
        assert wait.until is None


def test_a_bill_that_is_not_trusted_keeps_it(tmp_path: Path) -> None:
    now = START + 12 * DAY
    wait = Asked(tmp_path, now, now).wait(wrong="1 row was rejected")
    assert wait and "1 row was rejected" in wait.reason


def test_without_a_bill_or_a_known_instant_it_is_kept() -> None:
    now = START + 30 * DAY
    written = checklist(DISABLE, DELETE).checklist
    wait = quiet(written, None, now).wait(DELETE)
    assert wait and "no bill was given" in wait.reason
    nobody = checklist(replace(DISABLE, state="todo", at=None), DELETE).checklist
    wait = quiet(nobody, None, now).wait(DELETE)
    assert wait and "isn't known" in wait.reason


def test_the_journal_is_believed_before_a_tick_and_that_before_an_inventory(
    tmp_path: Path,
) -> None:
    later, last = Moment(START + DAY, BILL_CLOCK), Moment(START + 2 * DAY, BILL_CLOCK)
    key = ApiKey("1", None, "llm-a", "cn-beijing", disabled=True, disabled_at=last)
    directory = Directory([Inventory(last, ACCOUNT, True, api_keys=(key,))])
    path = tmp_path / "j.jsonl"
    run(checklist(step("disable_key", "1")), path, Direct(standin([1])), clock=Clock(START))
    journal: Journal = journal_of(path.read_bytes(), "j")
    ticked = checklist(replace(DISABLE, at=later), DELETE).checklist
    alone = checklist(DELETE).checklist

    def at(written: Any, **more: Any) -> datetime:
        known = quiet(written, None, START, directory=directory, **more).disabled(DELETE)
        assert known
        return known.at

    assert at(ticked, journal=journal) == START
    assert at(ticked) == START + DAY
    assert at(alone) == START + 2 * DAY


def test_an_inventory_that_saw_it_enabled_since_keeps_it(tmp_path: Path) -> None:
    seen = Moment(START + 3 * DAY, BILL_CLOCK)
    key = ApiKey("1", None, "llm-a", "cn-beijing", disabled=False)
    directory = Directory([Inventory(seen, ACCOUNT, True, api_keys=(key,), path="i.yaml")])
    now = START + 12 * DAY
    wait = Asked(tmp_path, now, now).wait(directory=directory)
    assert wait and "the inventory i.yaml says it is enabled" in wait.reason


def test_a_longer_quiet_time_is_kept_to(tmp_path: Path) -> None:
    now = START + 12 * DAY
    assert Asked(tmp_path, now, now).wait(length=12 * DAY) is None
    wait = Asked(tmp_path, now, now).wait(length=13 * DAY)
    assert wait and wait.until == START + 13 * DAY
