"""No false proof from later bills: files, payers and months that show less than they seem to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest
from bills import TRAINING, other
from later_bills import charge, kept, moment, planned, proved, result, ticked

from govern.judge.audit import evidence as audit_evidence
from govern.ledger.ledger import Ledger
from govern.ledger.lookup import Search
from govern.model.checklist import Checklist
from govern.model.money import plain
from govern.shutdown.plan.tick import Word, tick

KEY = "disable_key.llm-a.7"
BEFORE = [charge("2026-09-05 10:00:00")]

#: An export of the console: payer, instant, month.
SEPTEMBER = "100200-20261004000000_202609_consumedetailbillv2.csv"
OCTOBER = "100200-20261104000000_202610_consumedetailbillv2.csv"
NOVEMBER = "100200-20261120000000_202611_consumedetailbillv2.csv"


def paid_by(account: str, rows: list[str]) -> list[str]:
    return [row.replace(",100,100,", f",{account},{account},") for row in rows]


def open_bill(checklist: Checklist) -> Checklist:
    """As it was, but nobody says that the final bill was looked at."""
    return tick(checklist, ["final_bill"], Word("todo", "lin", moment("2026-09-10")))[0]


# -- a file without a known export instant --------------------------------------------------------


def test_a_file_without_an_export_instant_is_not_believed_beyond_its_own_rows(
    tmp_path: Path,
) -> None:
    # The key was charged on the 25th as well; the September file ends on the 20th.
    checklist = ticked(planned(tmp_path, BEFORE, "api_key=7"), "2026-09-21T23:45:00")
    files = {
        "renamed.csv": [*BEFORE, other("2026-09-20 12:00:00")],
        "october.csv": [other("2026-10-15 12:00:00")],
    }
    report = proved(tmp_path, checklist, files, exported={"october.csv": "2026-11-04T00:00:00"})
    found = result(report, KEY)
    assert (found.state, report.exit.code) == ("waiting", 6)
    assert "2026-09 shows nothing after its own last row, 2026-09-20 12:00" in found.reason


def test_nor_is_the_instant_of_september_s_export_that_of_october_s_file(tmp_path: Path) -> None:
    checklist = ticked(planned(tmp_path, BEFORE, "api_key=7"), "2026-10-02T08:00:00")
    files = {
        "september.csv": [*BEFORE, other("2026-09-30 12:00:00")],
        "october.csv": [other("2026-10-03 12:00:00")],
    }
    told = {"september.csv": "2026-10-20T00:00:00"}
    report = proved(tmp_path, checklist, files, exported=told)
    assert result(report, KEY).state == "waiting"
    # An instant of its own decides.
    told["october.csv"] = "2026-10-20T00:00:00"
    report = proved(tmp_path, checklist, files, exported=told)
    assert result(report, KEY).proved_until == datetime(2026, 10, 18)


def test_a_straggler_in_october_s_export_says_nothing_of_september(tmp_path: Path) -> None:
    checklist = ticked(planned(tmp_path, BEFORE, "api_key=7"), "2026-09-21T08:00:00")
    files = {
        "renamed.csv": [*BEFORE, other("2026-09-20 12:00:00")],
        OCTOBER: [other("2026-09-29 12:00:00"), other("2026-10-15 12:00:00")],
    }
    assert result(proved(tmp_path, checklist, files), KEY).state == "waiting"


def test_an_early_export_beside_the_final_one_of_the_same_month_is_no_harm(tmp_path: Path) -> None:
    checklist = ticked(planned(tmp_path, BEFORE, "api_key=7"), "2026-09-10T08:00:00")
    rows = [*BEFORE, other("2026-09-08 12:00:00")]
    files = {"early.csv": rows, "late.csv": rows}
    told = {"early.csv": "2026-09-09T00:00:00", "late.csv": "2026-10-04T00:00:00"}
    # The later export holds the very rows of the earlier one: its instant counts all the same.
    report = proved(tmp_path, checklist, files, exported=told)
    assert result(report, KEY).proved_until == datetime(2026, 10, 1)
    assert report.exit.code == 0


# -- payers ---------------------------------------------------------------------------------------


TWO = [*BEFORE, charge("2026-09-05 11:00:00", "8", account="200")]


def test_a_final_month_of_one_payer_is_not_the_other_s(tmp_path: Path) -> None:
    checklist = open_bill(ticked(planned(tmp_path, TWO, "all"), "2026-09-29T08:00:00"))
    files = {
        "one.csv": [TWO[0], other("2026-09-30 12:00:00")],
        "two.csv": [TWO[1], other("2026-09-28 12:00:00", "200")],
    }
    told = {"one.csv": "2026-10-04T00:00:00"}
    report = proved(tmp_path, checklist, files, exported=told)
    assert result(report, "closing_proof.all").state == "waiting"
    assert result(report, "final_bill").state == "waiting"
    assert report.bill is not None and report.bill.months == (("2026-09", None),)
    months = [
        (payer.billing_account_id, payer.months, payer.reaches) for payer in report.bill.payers
    ]
    assert months == [
        ("100", (("2026-09", True),), datetime(2026, 10, 1)),
        ("200", (("2026-09", None),), datetime(2026, 9, 28, 12)),
    ]
    told["two.csv"] = "2026-10-04T00:00:00"
    report = proved(tmp_path, checklist, files, exported=told)
    assert report.exit.code == 0


def test_the_proof_of_two_payers_ends_where_the_lesser_one_s_does(tmp_path: Path) -> None:
    checklist = ticked(planned(tmp_path, TWO, "all"), "2026-09-06T08:00:00")
    files = {
        "one.csv": [TWO[0], other("2026-09-29 12:00:00")],
        "two.csv": [TWO[1], other("2026-09-20 12:00:00", "200")],
    }
    report = proved(tmp_path, checklist, files)
    assert result(report, "closing_proof.all").proved_until == datetime(2026, 9, 18, 12)


# -- an export without any row --------------------------------------------------------------------


def test_an_export_that_holds_only_its_header_proves_silence_of_its_month(tmp_path: Path) -> None:
    rows = paid_by("100200", BEFORE)
    checklist = ticked(planned(tmp_path, rows, "api_key=7"), "2026-10-02T08:00:00")
    files = {SEPTEMBER: rows, OCTOBER: [], NOVEMBER: []}
    report = proved(tmp_path, checklist, files)
    found = result(report, KEY)
    # November's export of the 20th, less 48 hours.
    assert (found.state, found.proved_until) == ("proved", datetime(2026, 11, 18))
    assert result(report, "final_bill").state == "proved"
    assert report.exit.code == 0
    assert report.bill is not None
    assert report.bill.months == (("2026-09", True), ("2026-10", True), ("2026-11", False))


def test_such_a_file_alone_is_enough_from_its_month_on(tmp_path: Path) -> None:
    rows = paid_by("100200", BEFORE)
    checklist = ticked(planned(tmp_path, rows, "api_key=7"), "2026-10-02T08:00:00")
    assert proved(tmp_path, checklist, {OCTOBER: []}).exit.code == 0
    # A stop in September needs September's bill.
    earlier = ticked(planned_again(tmp_path, rows), "2026-09-20T08:00:00")
    report = proved(tmp_path, earlier, {OCTOBER: []})
    assert "the bill begins on 2026-10-01" in result(report, KEY).reason


def planned_again(folder: Path, rows: list[str]):  # type: ignore[no-untyped-def]
    again = folder / "again"
    again.mkdir()
    return planned(again, rows, "api_key=7")


@pytest.mark.parametrize(
    "name",
    [
        # Another payer, no payer, no month, an instant within the month before settle.
        "100300-20261104000000_202610_consumedetailbillv2.csv",
        "bill_202610.csv",
        "100200-20261104000000_consumedetailbillv2.csv",
        "100200-20261004080000_202610_consumedetailbillv2.csv",
        "100200_1_consumeDetailBillV2_20261031.csv",
    ],
)
def test_a_header_without_a_name_that_tells_all_of_it_proves_nothing(
    tmp_path: Path, name: str
) -> None:
    rows = paid_by("100200", BEFORE)
    checklist = ticked(planned(tmp_path, rows, "api_key=7"), "2026-10-02T08:00:00")
    report = proved(tmp_path, checklist, {SEPTEMBER: rows, name: []})
    assert result(report, KEY).state == "waiting"
    assert report.exit.code == 6


# -- what is kept ---------------------------------------------------------------------------------


PLAYED = charge("2026-09-05 12:00:00", "", channel="bmp")


def test_a_workspace_that_is_kept_excuses_none_of_its_spend(tmp_path: Path) -> None:
    checklist = ticked(planned(tmp_path, [*BEFORE, PLAYED], "all"), "2026-09-10T08:00:00")
    checklist = kept(checklist, "retire_workspace.llm-a")
    later = charge("2026-09-15 10:00:00", "", channel="bmp")
    report = proved(tmp_path, checklist, {"b.csv": [*BEFORE, PLAYED, later, other("2026-09-25")]})
    found = result(report, "closing_proof.all")
    assert (found.state, report.exit.code) == ("failed", 1)
    assert result(report, "retire_workspace.llm-a").state == "kept"


def test_a_playground_that_is_kept_excuses_none_of_its_workspace_s_spend(tmp_path: Path) -> None:
    checklist = ticked(planned(tmp_path, [*BEFORE, PLAYED], "all"), "2026-09-10T08:00:00")
    checklist = kept(checklist, "stop_playground.llm-a")
    later = charge("2026-09-15 10:00:00", "", channel="bmp")
    report = proved(tmp_path, checklist, {"b.csv": [*BEFORE, PLAYED, later, other("2026-09-25")]})
    found = result(report, "closing_proof.all")
    assert (found.state, report.exit.code) == ("failed", 1)
    assert result(report, "stop_playground.llm-a").state == "kept"


def test_a_key_that_is_kept_excuses_its_own_spend_only(tmp_path: Path) -> None:
    rows = [*BEFORE, charge("2026-09-05 12:00:00", "8")]
    checklist = ticked(planned(tmp_path, rows, "all"), "2026-09-10T08:00:00")
    checklist = kept(checklist, "*.llm-a.8", "retire_workspace.llm-a")
    goes_on = charge("2026-09-15 10:00:00", "8")
    files = {"b.csv": [*rows, goes_on, other("2026-09-25")]}
    report = proved(tmp_path, checklist, files)
    assert result(report, "closing_proof.all").state == "proved"
    files["b.csv"].append(charge("2026-09-16 10:00:00", "9"))
    assert result(proved(tmp_path, checklist, files), "closing_proof.all").state == "failed"


# -- jobs -----------------------------------------------------------------------------------------


JOB = charge("2026-09-05 12:00:00", code=TRAINING)
MONTH_END = other("2026-09-30 12:00:00")


@pytest.mark.parametrize(
    ("at", "state"), [("2026-09-12 07:59:59", "proved"), ("2026-09-12 08:00:00", "failed")]
)
def test_training_that_was_to_be_cancelled_is_residual_until_settle_only(
    tmp_path: Path, at: str, state: str
) -> None:
    checklist = ticked(planned(tmp_path, [*BEFORE, JOB], "all"), "2026-09-10T08:00:00")
    late = charge(at, code=TRAINING, amount="20")
    files = {"b.csv": [*BEFORE, JOB, late, MONTH_END]}
    report = proved(tmp_path, checklist, files, exported={"b.csv": "2026-10-04T00:00:00"})
    (step,) = [one for one in report.steps if one.kind == "cancel_training"]
    assert step.state == result(report, "closing_proof.all").state == state
    final = result(report, "final_bill")
    assert final.state == state
    if state == "proved":
        assert "1 residual charge: 20 CNY" in final.reason
        assert [plain(one.billed_cost) for one in final.residual] == ["20"]


def test_training_that_nobody_was_to_cancel_is_told_wherever_something_is_proved(
    tmp_path: Path,
) -> None:
    checklist = ticked(planned(tmp_path, BEFORE, "workspace=llm-a"), "2026-09-10T08:00:00")
    new = [charge(f"2026-09-{day} 10:00:00", code=TRAINING, amount="10") for day in (12, 14)]
    files = {"b.csv": [*BEFORE, *new, MONTH_END]}
    report = proved(tmp_path, checklist, files, exported={"b.csv": "2026-10-04T00:00:00"})
    for id in ("retire_workspace.llm-a", "closing_proof.workspace.llm-a", "final_bill"):
        found = result(report, id)
        assert "2 residual charges: 20 CNY" in found.reason
        assert [plain(one.billed_cost) for one in found.residual] == ["20"]
        assert "no use after the stop" not in found.reason
    # The silence that is proved begins behind the last of them.
    assert "no use from 2026-09-14 10:00" in result(report, "retire_workspace.llm-a").reason


# -- evidence -------------------------------------------------------------------------------------


def test_the_lines_of_a_leak_are_its_own(tmp_path: Path) -> None:
    checklist = ticked(planned(tmp_path, BEFORE, "workspace=llm-a"), "2026-09-10T08:00:00")
    rows = [
        *BEFORE,
        charge("2026-09-10 08:05:00"),
        charge("2026-09-10 09:00:00", code=TRAINING),
        charge("2026-09-10 20:00:00"),
        charge("2026-09-11 20:00:00", amount="3", currency="USD"),
    ]
    report = proved(tmp_path, checklist, {"b.csv": rows})
    found = result(report, "retire_workspace.llm-a")
    lines = {one.currency: [line.line for line in one.evidence] for one in found.charges_after}
    # Line 1 is the header, 2 before the stop, 3 within the grace time, 4 a job's.
    assert lines == {"CNY": [5], "USD": [6]}
    assert [(plain(one.billed_cost), one.charges) for one in found.charges_after] == [
        ("1", 1),
        ("3", 1),
    ]
    assert [line.line for line in found.residual[0].evidence] == [3, 4]


# -- when to look again ---------------------------------------------------------------------------


def test_a_final_bill_that_waits_for_other_steps_says_until_when(tmp_path: Path) -> None:
    # 23:50 and the grace time end in October, of which there is no bill.
    checklist = ticked(planned(tmp_path, BEFORE, "api_key=7"), "2026-09-30T23:50:00")
    told = {"b.csv": "2026-10-04T00:00:00"}
    files = {"b.csv": [*BEFORE, MONTH_END]}
    report = proved(tmp_path, checklist, files, exported=told, as_of="2026-10-05T00:00:00")
    final = result(report, "final_bill")
    assert "the bill of 2026-09 is final; other steps still wait" in final.reason
    assert final.look_again_at == datetime(2026, 10, 3, 0, 5)


def test_a_final_bill_that_could_be_exported_now_is_looked_at_now(tmp_path: Path) -> None:
    checklist = open_bill(ticked(planned(tmp_path, BEFORE, "api_key=7"), "2026-09-10T08:00:00"))
    report = proved(
        tmp_path, checklist, {"b.csv": [*BEFORE, MONTH_END]}, as_of="2026-10-05T00:00:00"
    )
    assert result(report, "final_bill").look_again_at == datetime(2026, 10, 5)
    early = proved(
        tmp_path, checklist, {"b.csv": [*BEFORE, MONTH_END]}, as_of="2026-10-01T00:00:00"
    )
    assert result(early, "final_bill").look_again_at == datetime(2026, 10, 3, 12)


def test_a_word_that_came_before_the_bill_was_final_proves_nothing(tmp_path: Path) -> None:
    checklist = ticked(planned(tmp_path, BEFORE, "api_key=7"), "2026-09-10T08:00:00")
    found = result(proved(tmp_path, checklist, {"b.csv": [*BEFORE, MONTH_END]}), "final_bill")
    assert (found.state, found.basis) == ("waiting", None)
    # The bill is final long since: one that is exported now will do.
    assert found.look_again_at == datetime(2026, 12, 1)
    assert found.reason == (
        "ticked at 2026-09-10 08:00, before that bill was final; a bill of 2026-09 is needed that "
        "was exported after 2026-10-03 12:00 (by its name, or --exported-at)"
    )
    for at, state in (("2026-10-03T12:00:00", "waiting"), ("2026-10-03T12:00:01", "proved")):
        said, _ = tick(checklist, ["final_bill"], Word("done", "lin", moment(at)))
        found = result(proved(tmp_path, said, {"b.csv": [*BEFORE, MONTH_END]}), "final_bill")
        assert (found.state, found.basis) == (state, "person" if state == "proved" else None)


@pytest.mark.parametrize(
    ("at", "state"), [("2026-10-03T12:00:00", "waiting"), ("2026-10-03T12:00:01", "proved")]
)
def test_an_export_at_noon_sharp_is_not_final_yet(tmp_path: Path, at: str, state: str) -> None:
    checklist = open_bill(ticked(planned(tmp_path, BEFORE, "api_key=7"), "2026-09-10T08:00:00"))
    report = proved(tmp_path, checklist, {"b.csv": [*BEFORE, MONTH_END]}, exported={"b.csv": at})
    assert result(report, "final_bill").state == state


def test_the_lines_of_all_leaking_keys_come_from_one_look_into_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []

    class Counted(Search):
        def __init__(self, ledger: Ledger, groups: Iterable[int]) -> None:
            looks.append(list(groups))
            super().__init__(ledger, looks[-1])

    monkeypatch.setattr(audit_evidence, "Search", Counted)
    keys = [str(100 + number) for number in range(12)]
    before = [charge("2026-09-05 10:00:00", key) for key in keys]
    checklist = ticked(planned(tmp_path, before, "all"), "2026-09-10T08:00:00")
    after = [charge("2026-09-11 10:00:00", key) for key in keys]
    files = {"bill.csv": [*before, *after, other("2026-09-20 12:00:00")]}
    report = proved(tmp_path, checklist, files)
    # The header and the twelve lines before the stop come first.
    for number, key in enumerate(keys):
        (leak,) = result(report, f"disable_key.llm-a.{key}").charges_after
        assert [line.line for line in leak.evidence] == [14 + number]
    (all_of_them,) = result(report, "closing_proof.all").charges_after
    assert [line.line for line in all_of_them.evidence] == [14, 15, 16]
    assert len(looks) == 1
