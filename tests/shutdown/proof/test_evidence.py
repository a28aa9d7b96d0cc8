"""What a later bill shows: by whose horizon, from which row of a day on, and up to where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from bills import bill, row

from govern.bill.exported import given
from govern.judge.audit.delays import Delays
from govern.judge.bill.summary import summarise
from govern.ledger.clauses import NOTHING, USAGE, same
from govern.ledger.reading import Reading, read
from govern.model.verification import StepResult
from govern.shutdown.plan.scope import Scope
from govern.shutdown.proof.evidence import BillEvidence

AS_OF = datetime(2026, 9, 21)
STOP = datetime(2026, 9, 5, 8)
KEY = Scope(USAGE & same("api_key_id", "12345"))


def used(at: str, account: str = "100") -> str:
    return row(账单日期=at, 资源购买账号ID=account, 资源归属账号ID=account)


def elsewhere(at: str, account: str) -> str:
    """A row of another product: up to there the bill shows this payer."""
    cells = {"账单日期": at, "资源购买账号ID": account, "产品Code": "ecs", "产品名称": "云服务器"}
    return row(**cells, **{"商品Code": "ecs", "商品名称": "云服务器", "资产/资源实例ID": "i-1"})


@contextmanager
def evidence(folder: Path, account_ids: Sequence[str], *rows: str) -> Iterator[BillEvidence]:
    with read([str(bill(folder, *rows))], Reading()) as ledger:
        yield BillEvidence(ledger, summarise(ledger, AS_OF), account_ids, Delays(), AS_OF)


FAR, NEAR = "2026-09-20 12:00:00", "2026-09-06 12:00:00"


@pytest.mark.parametrize(
    ("account_ids", "word"), [(("100",), "stopped"), (("200",), "settling"), ((), "settling")]
)
def test_silence_is_shown_by_the_bills_of_who_pays_and_without_a_name_by_all(
    tmp_path: Path, account_ids: Sequence[str], word: str
) -> None:
    rows = [elsewhere(FAR, "100"), elsewhere(NEAR, "200")]
    with evidence(tmp_path, account_ids, *rows) as shown:
        assert shown.silence([], STOP).word == word


def test_of_two_payers_of_which_one_has_no_bill_nothing_is_shown(tmp_path: Path) -> None:
    with evidence(tmp_path, ("100", "200"), elsewhere(FAR, "100")) as shown:
        state = shown.silence([], STOP)
        assert (state.word, state.proved_until) == ("settling", None)
        assert "holds nothing of account 200" in state.reason
        assert shown.shows(STOP) == STOP


def test_a_charge_after_the_stop_is_a_leak_whoever_s_bill_is_missing(tmp_path: Path) -> None:
    rows = [used("2026-09-05 09:00:00"), elsewhere(FAR, "100")]
    with evidence(tmp_path, ("100", "200"), *rows) as shown:
        (uses,) = shown.uses([(KEY, STOP)])
        assert shown.silence(uses, STOP).word == "leaking"


def test_only_the_rows_of_the_day_that_lie_after_the_stop_are_used_against_it(
    tmp_path: Path,
) -> None:
    times = ("07:00:00", "08:05:00", "09:00:00")
    rows = [used(f"2026-09-05 {time}") for time in times] + [elsewhere(FAR, "100")]
    with evidence(tmp_path, ("100",), *rows) as shown:
        shown.divide([STOP])
        (uses,) = shown.uses([(KEY, STOP)])
        assert sorted((use.first, use.charges) for use in uses) == [
            (datetime(2026, 9, 5, 8, 5), 1),
            (datetime(2026, 9, 5, 9), 1),
        ]
        state = shown.silence(uses, STOP)
        assert [use.first.hour for use in state.leaks] == [9]
        assert [use.first.hour for use in state.residual] == [8]


def test_what_may_be_the_steps_own_is_told_apart_from_what_is(tmp_path: Path) -> None:
    rows = [used("2026-09-05 09:00:00"), elsewhere(FAR, "100")]
    doubtful = Scope(NOTHING, KEY.certain)
    with evidence(tmp_path, ("100",), *rows) as shown:
        (certain,), (perhaps,) = shown.uses([(KEY, STOP), (doubtful, STOP)])
        assert (certain.perhaps, perhaps.perhaps) == (False, True)
        assert shown.silence([perhaps], STOP).word == "settling"


def test_a_bill_shows_what_arrived_up_to_its_last_row(tmp_path: Path) -> None:
    with evidence(tmp_path, ("100",), elsewhere(FAR, "100")) as shown:
        assert shown.shows(STOP) == datetime(2026, 9, 20, 12)


def test_of_two_payers_the_bill_that_shows_least_counts(tmp_path: Path) -> None:
    rows = [elsewhere(FAR, "100"), elsewhere(NEAR, "200")]
    with evidence(tmp_path, ("100", "200"), *rows) as shown:
        assert shown.shows(STOP) == datetime(2026, 9, 6, 12)


def test_a_month_is_final_whatever_the_next_one_is(tmp_path: Path) -> None:
    october = elsewhere("2026-10-04 12:00:00", "100").replace("2026-09,", "2026-10,")
    path = bill(tmp_path, elsewhere(FAR, "100"), october)
    now = datetime(2026, 10, 6)
    how = Reading(exported_at=given([f"{path}=2026-10-05T00:00:00"]))
    with read([str(path)], how) as ledger:
        shown = BillEvidence(ledger, summarise(ledger, now), ("100",), Delays(), now)
        assert (shown.final("2026-09"), shown.final("2026-10")) == (True, False)


def test_a_month_is_final_only_if_it_is_for_every_payer(tmp_path: Path) -> None:
    now = datetime(2026, 10, 6)
    first = bill(tmp_path, elsewhere(FAR, "100"), name="a.csv")
    second = bill(tmp_path, elsewhere(FAR, "200"), name="b.csv")
    for at, final in (("2026-09-25T00:00:00", False), ("2026-10-05T00:00:00", True)):
        told = given([f"{first}=2026-10-05T00:00:00", f"{second}={at}"])
        with read([str(first), str(second)], Reading(exported_at=told)) as ledger:
            summary = summarise(ledger, now)
            shown = BillEvidence(ledger, summary, ("100", "200"), Delays(), now)
            assert shown.final("2026-09") is final
            missing = BillEvidence(ledger, summary, ("100", "300"), Delays(), now)
            assert not missing.final("2026-09")


def test_of_many_bill_lines_the_earliest_are_shown(tmp_path: Path) -> None:
    times = ("11:00:00", "09:00:00", "10:00:00")
    rows = [used(f"2026-09-05 {time}") for time in times] + [elsewhere(FAR, "100")]
    with evidence(tmp_path, ("100",), *rows) as shown:
        shown.divide([STOP])
        (uses,) = shown.uses([(KEY, STOP)])
        bare = StepResult("s", "disable_key", "t", "failed", "bill", "")
        leaking = replace(bare, charges_after=shown.charges(uses))
        for most, lines in ((1, [3]), (2, [3, 4]), (9, [3, 4, 2])):
            (result,) = shown.with_lines([leaking], most)
            assert [line.line for line in result.charges_after[0].evidence] == lines
