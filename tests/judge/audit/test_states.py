"""Every state of the audit, on bills small enough to be judged by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from bills import instance, other, timed, timed_bill
from kept import both, without_rows

from govern.bill.exported import given
from govern.judge.audit.audit import audit
from govern.judge.audit.narrative import sections
from govern.judge.audit.question import Question
from govern.ledger.reading import Reading
from govern.model.audit import Audited, AuditReport
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.directory import Directory
from govern.model.errors import GovernError
from govern.model.inventory import ApiKey, Inventory, Resource
from govern.model.money import plain

KEY = instance("7")


def charge(at: str, instance: str = KEY, **words: str) -> str:
    return timed(at, instance, **words)


def audited(
    folder: Path, rows: list[str], *, exported: str | None = None, **asked: object
) -> AuditReport:
    path = timed_bill(folder, *rows)
    told = given([f"{path}={exported}"] if exported else [])
    question = Question(as_of=datetime(2026, 10, 5), **asked)  # type: ignore[arg-type]
    of_bill, of_ledger = both(
        [path], lambda ledger: audit(ledger, question), Reading(exported_at=told)
    )
    same_or_cautious(of_bill, of_ledger)
    return of_bill  # type: ignore[no-any-return]


def same_or_cautious(of_bill: AuditReport, of_ledger: AuditReport) -> None:
    """A ledger says the same, or that a day is divided and the bill itself is needed."""

    def by_subject(report: AuditReport) -> dict[tuple[str | None, ...], Audited]:
        return {
            (one.kind, one.sub_account_id, one.workspace_id, one.api_key_id): one
            for one in (*report.keys, *report.workspaces)
        }

    kept_ones = by_subject(of_ledger)
    for subject, one in by_subject(of_bill).items():
        other = kept_ones.pop(subject, None)
        if other is None:
            # Not shown, as --still-charging asks: a leak that a ledger can't tell.
            assert one.state == "leaking"
            continue
        if other.state == "settling" and "the bill itself is needed" in other.reason:
            continue
        mine, theirs = (
            without_rows(one.document(BILL_CLOCK)),
            without_rows(other.document(BILL_CLOCK)),
        )
        for cost, kept in zip(mine["costs"], theirs["costs"], strict=True):
            if kept["per_day"] is None:
                cost["per_day"] = None
        assert mine == theirs


def stopped(instant: str, key: str = "7") -> tuple[tuple[str, Moment], ...]:
    return ((key, Moment(datetime.fromisoformat(instant), BILL_CLOCK)),)


def key_of(report: AuditReport, id: str = "7") -> Audited:
    (found,) = [key for key in report.keys if key.api_key_id == id]
    return found


# The bill reaches 2026-09-20 12:00 by a row of another product; a day before is 09-19 12:00.
REACH = other("2026-09-20 12:00:00")
STOP = "2026-09-10 08:00:00"
KEY_BEFORE = charge("2026-09-09 10:00:00")


@pytest.mark.parametrize(
    ("last", "state"),
    [("2026-09-19 12:00:00", "charging"), ("2026-09-19 11:59:59", "quiet")],
)
def test_without_a_stop_the_last_24_hours_decide(tmp_path: Path, last: str, state: str) -> None:
    assert key_of(audited(tmp_path, [charge(last), REACH])).state == state


@pytest.mark.parametrize(
    ("after", "state"),
    [
        # A charge at the end of the grace time, 08:15, leaks; one second before is residual.
        (["2026-09-10 08:15:00"], "leaking"),
        (["2026-09-10 08:14:59"], "stopped"),
        (["2026-09-10 08:00:00"], "stopped"),
        ([], "stopped"),
    ],
)
def test_after_a_stop_the_grace_time_decides(tmp_path: Path, after: list[str], state: str) -> None:
    rows = [charge("2026-09-09 10:00:00"), *map(charge, after), REACH]
    found = key_of(audited(tmp_path, rows, stopped_at=stopped(STOP)))
    assert found.state == state
    assert bool(found.charges_after) == (state == "leaking")
    if state == "stopped":
        # 2026-09-20 12:00 less 48 hours.
        assert found.proved_until == datetime(2026, 9, 18, 12)


@pytest.mark.parametrize(
    ("reach", "state"), [("2026-09-12 08:15:00", "stopped"), ("2026-09-12 08:14:59", "settling")]
)
def test_silence_is_proof_from_stop_and_grace_and_settle_on(
    tmp_path: Path, reach: str, state: str
) -> None:
    rows = [charge("2026-09-09 10:00:00"), other(reach)]
    found = key_of(audited(tmp_path, rows, stopped_at=stopped(STOP)))
    assert found.state == state
    if state == "settling":
        assert found.look_again_at == datetime(2026, 9, 12, 8, 15)
        assert "2026-09-12 08:15" in found.reason


def test_settle_may_be_shorter_and_is_then_warned_about(tmp_path: Path) -> None:
    rows = [charge("2026-09-09 10:00:00"), other("2026-09-10 09:15:00")]
    short = ("1h", timedelta(hours=1))
    report = audited(tmp_path, rows, stopped_at=stopped(STOP), settle=short)
    assert key_of(report).state == "stopped"
    assert any("less than 48h" in note for note in report.notes)


def test_a_final_month_needs_no_settle_time(tmp_path: Path) -> None:
    rows = [charge("2026-09-09 10:00:00"), other("2026-09-30 00:00:00")]
    late = stopped("2026-09-30 20:00:00")
    open_month = audited(tmp_path, rows, exported="2026-10-01T10:00:00", stopped_at=late)
    assert key_of(open_month).state == "settling"
    final = audited(tmp_path, rows, exported="2026-10-03T12:00:01", stopped_at=late)
    assert key_of(final).state == "stopped"
    assert key_of(final).proved_until == datetime(2026, 10, 1)


def test_an_export_of_september_says_nothing_of_october(tmp_path: Path) -> None:
    rows = [charge("2026-09-09 10:00:00"), other("2026-09-30 00:00:00")]
    in_october = stopped("2026-10-02 08:00:00")
    report = audited(tmp_path, rows, exported="2026-10-30T10:00:00", stopped_at=in_october)
    assert key_of(report).state == "settling"
    assert "add 2026-10" in key_of(report).reason


def test_a_missing_month_proves_nothing(tmp_path: Path) -> None:
    rows = [charge("2026-07-09 10:00:00"), other("2026-09-30 00:00:00")]
    report = audited(tmp_path, rows, stopped_at=stopped("2026-07-20 08:00:00"))
    assert key_of(report).state == "settling"
    assert "misses 2026-08-01 to 2026-09-01" in key_of(report).reason


def test_a_day_wide_charge_on_the_day_of_the_stop_is_neither(tmp_path: Path) -> None:
    rows = [charge("2026-09-10"), REACH]
    found = key_of(audited(tmp_path, rows, stopped_at=stopped(STOP)))
    assert found.state == "settling"
    assert "a finer bill is needed" in found.reason
    # A day later nobody can mistake it.
    found = key_of(audited(tmp_path, [charge("2026-09-11"), REACH], stopped_at=stopped(STOP)))
    assert found.state == "leaking"


def test_refunds_and_corrections_are_no_use_and_stay_in_the_sum(tmp_path: Path) -> None:
    rows = [
        charge("2026-09-09 10:00:00", amount="5"),
        charge("2026-09-15 10:00:00", amount="-2", item="Refund"),
        REACH,
    ]
    found = key_of(audited(tmp_path, rows, stopped_at=stopped(STOP)))
    assert found.state == "stopped"
    assert [(cost.currency, plain(cost.billed_cost)) for cost in found.costs] == [("CNY", "3")]


def test_a_charge_of_nothing_is_use_all_the_same(tmp_path: Path) -> None:
    rows = [charge("2026-09-09 10:00:00"), charge("2026-09-15 10:00:00", amount="0"), REACH]
    found = key_of(audited(tmp_path, rows, stopped_at=stopped(STOP)))
    assert found.state == "leaking"
    assert plain(found.charges_after[0].billed_cost) == "0"


def test_what_leaks_is_counted_per_currency(tmp_path: Path) -> None:
    rows = [
        charge("2026-09-11 10:00:00", amount="0.1"),
        charge("2026-09-12 10:00:00", amount="0.2"),
        charge("2026-09-13 10:00:00", amount="7", currency="USD"),
        REACH,
    ]
    found = key_of(audited(tmp_path, rows, stopped_at=stopped(STOP)))
    told = [(one.currency, plain(one.billed_cost), one.charges) for one in found.charges_after]
    assert told == [("CNY", "0.3", 2), ("USD", "7", 1)]
    assert found.evidence[0][0].line == 2


def test_per_day_is_the_cost_of_the_last_full_24_hours(tmp_path: Path) -> None:
    rows = [
        charge("2026-09-19 11:59:59", amount="100"),
        charge("2026-09-19 12:00:00", amount="0.25"),
        charge("2026-09-20 11:00:00", amount="0.5"),
        REACH,
    ]
    (cost,) = key_of(audited(tmp_path, rows)).costs
    assert (plain(cost.billed_cost), plain(cost.per_day or Decimal(-1))) == ("100.75", "0.75")


def test_a_batch_may_still_run_after_the_stop(tmp_path: Path) -> None:
    batch = "7;llm-a;qwen-max;output_token_batch;app;0"
    rows = [charge("2026-09-09 10:00:00"), charge("2026-09-10 20:00:00", batch), REACH]
    found = key_of(audited(tmp_path, rows, stopped_at=stopped(STOP)))
    assert found.state == "stopped"
    assert found.residual[0].charges == 1
    # The silence that is proved begins behind the batch.
    assert found.silent_from is not None
    assert found.silent_from >= datetime(2026, 9, 10, 20)


def test_a_charge_that_could_be_its_own_keeps_it_settling(tmp_path: Path) -> None:
    rows = [charge("2026-09-09 10:00:00"), charge("2026-09-15 10:00:00", "mystery"), REACH]
    found = key_of(audited(tmp_path, rows, stopped_at=stopped(STOP)))
    assert found.state == "settling"
    assert "no known layout" in found.reason
    # A deployment's charge is nobody's key.
    rows[1] = charge("2026-09-15 10:00:00", "mystery", code="sfm_deployment_public_cn")
    assert key_of(audited(tmp_path, rows, stopped_at=stopped(STOP))).state == "stopped"


def test_a_workspace_can_be_stopped_as_a_whole(tmp_path: Path) -> None:
    rows = [charge("2026-09-12 10:00:00"), REACH]
    report = audited(tmp_path, rows, stopped_at=stopped(STOP, "llm-a/"))
    (workspace,) = report.workspaces
    assert workspace.state == "leaking"
    assert report.exit.code == 1


def test_a_bare_id_in_two_workspaces_is_wrong_usage(tmp_path: Path) -> None:
    rows = [charge("2026-09-09 10:00:00"), charge("2026-09-09 10:00:00", KEY.replace("-a", "-b"))]
    with pytest.raises(GovernError, match="occurs in 2 workspaces; write llm-a/7 or llm-b/7"):
        audited(tmp_path, [*rows, REACH], stopped_at=stopped(STOP))


def test_a_key_that_nobody_knows_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(GovernError, match="no such key in the bill or inventory"):
        audited(tmp_path, [charge("2026-09-09 10:00:00")], stopped_at=stopped(STOP, "8"))


def directory(**fields: object) -> Directory:
    key = ApiKey("7", workspace_id="llm-a", **fields)  # type: ignore[arg-type]
    return Directory([Inventory(None, "100", True, api_keys=(key,))])


def moment(text: str) -> Moment:
    return Moment(datetime.fromisoformat(text), BILL_CLOCK)


def test_the_inventory_knows_when_a_key_was_stopped(tmp_path: Path) -> None:
    known = directory(disabled=True, disabled_at=moment(STOP))
    rows = [charge("2026-09-09 10:00:00"), charge("2026-09-11 10:00:00"), REACH]
    found = key_of(audited(tmp_path, rows, directory=known))
    assert (found.state, found.stop_source) == ("leaking", "inventory")


def test_an_interval_counts_from_its_end(tmp_path: Path) -> None:
    known = directory(
        disabled=True, disabled_after=moment("2026-09-08T00:00:00"), disabled_at=moment(STOP)
    )
    # In between: neither leak nor proof.
    rows = [charge("2026-09-09 10:00:00"), REACH]
    found = key_of(audited(tmp_path, rows, directory=known))
    assert found.state == "stopped"
    assert "what was charged in between is undecided" in found.reason


def test_a_listed_key_without_charges_is_unused(tmp_path: Path) -> None:
    known = Directory([Inventory(None, "100", True, api_keys=(ApiKey("8", workspace_id="llm-z"),))])
    found = key_of(audited(tmp_path, [charge("2026-09-09 10:00:00"), REACH], directory=known), "8")
    assert found.state == "unused"
    assert "no proof" in found.reason


def test_the_exit_code_tells_leaks_and_on_request_all_charges(tmp_path: Path) -> None:
    rows = [charge("2026-09-20 10:00:00"), REACH]
    assert audited(tmp_path, rows).exit.code == 0
    assert audited(tmp_path, rows, still_charging=True).exit.code == 1
    leak = stopped("2026-09-10T08:00:00")
    assert audited(tmp_path, rows, stopped_at=leak).exit.code == 1
    assert audited(tmp_path, rows, stopped_at=leak, fail_on="never").exit.code == 0
    assert audited(tmp_path, [REACH]).exit.code == 3


def test_two_currencies_after_a_stop_are_told_apart_and_each_leak_is_shown(tmp_path: Path) -> None:
    rows = [
        charge("2026-09-10 08:05:00", amount="9"),
        charge("2026-09-11 10:00:00", amount="0.1"),
        charge("2026-09-11 11:00:00", amount="7", currency="USD"),
        REACH,
    ]
    found = key_of(audited(tmp_path, rows, stopped_at=stopped(STOP)))
    assert [(one.currency, plain(one.billed_cost)) for one in found.charges_after] == [
        ("CNY", "0.1"),
        ("USD", "7"),
    ]
    assert [(one.currency, plain(one.billed_cost)) for one in found.residual] == [("CNY", "9")]
    # Line 2 lies within the grace time: it is no line of the leak.
    assert [line.line for line, _, _ in found.evidence] == [3, 4]


BATCH = "7;llm-a;qwen-max;output_token_batch;app;0"


@pytest.mark.parametrize(
    ("ends", "state"),
    [
        # Both batches had ended an hour before this charge.
        (["2026-09-11T08:00:00", "2026-09-11T09:00:00"], "leaking"),
        # Of one nobody knows: it may still be running.
        (["2026-09-11T08:00:00", None], "stopped"),
        ([], "stopped"),
    ],
)
def test_a_batch_leaks_only_if_all_of_them_are_known_to_have_ended(
    tmp_path: Path, ends: list[str | None], state: str
) -> None:
    jobs = tuple(
        Resource(f"b-{at}", workspace_id="llm-a", ended_at=moment(end) if end else None)
        for at, end in enumerate(ends)
    )
    known = Directory([Inventory(None, "100", True, batches=jobs)])
    rows = [charge("2026-09-09 10:00:00"), charge("2026-09-11 10:00:00", BATCH), REACH]
    found = key_of(audited(tmp_path, rows, stopped_at=stopped(STOP), directory=known))
    assert found.state == state


def test_a_key_in_two_workspaces_is_stopped_where_it_is_named(tmp_path: Path) -> None:
    rows = [charge("2026-09-11 10:00:00"), charge("2026-09-11 10:00:00", KEY.replace("-a", "-b"))]
    report = audited(tmp_path, [*rows, REACH], stopped_at=stopped(STOP, "llm-b/7"))
    states = {key.workspace_id: key.state for key in report.keys}
    assert states == {"llm-a": "quiet", "llm-b": "leaking"}
    # A key that is in one workspace needs no more than its id.
    report = audited(tmp_path, [rows[0], REACH], stopped_at=stopped(STOP))
    assert [key.state for key in report.keys] == ["leaking"]
    # Its workspace is another subject: nobody said that it stopped.
    assert [one.state for one in report.workspaces] == ["quiet"]


def test_of_several_payers_each_has_a_reach_of_its_own(tmp_path: Path) -> None:
    theirs = [one.replace(",100,", ",200,").replace("7;", "8;") for one in (KEY_BEFORE, REACH)]
    near = other("2026-09-11 12:00:00")
    report = audited(
        tmp_path,
        [KEY_BEFORE, near, *theirs],
        stopped_at=(*stopped(STOP), *stopped(STOP, "8")),
    )
    assert (key_of(report, "7").state, key_of(report, "8").state) == ("settling", "stopped")
    assert "the bill reaches 2026-09-11 12:00" in key_of(report, "7").reason
    # What is said of the whole bill is what is shown of each of them.
    assert report.covered_until == datetime(2026, 9, 11, 12)
    (head, *_) = sections(report)
    assert any(
        "of account 100 up to 2026-09-11 12:00, of account 200 up to 2026-09-20 12:00" in sentence
        for sentence in head.sentences
    )


def test_a_key_that_two_payers_paid_for_needs_both_bills(tmp_path: Path) -> None:
    paid_by_both = [KEY_BEFORE, KEY_BEFORE.replace(",100,100,", ",200,100,")]
    rows = [*paid_by_both, REACH, other("2026-09-11 12:00:00").replace(",100,", ",200,")]
    found = key_of(audited(tmp_path, rows, stopped_at=stopped(STOP)))
    assert found.state == "settling"
    rows[-1] = other("2026-09-18 12:00:00").replace(",100,", ",200,")
    found = key_of(audited(tmp_path, rows, stopped_at=stopped(STOP)))
    assert (found.state, found.proved_until) == ("stopped", datetime(2026, 9, 16, 12))


def test_the_last_lines_of_a_month_summary_are_told_as_a_month(tmp_path: Path) -> None:
    report = audited(tmp_path, [charge("2026-09")])
    assert "last used in 2026-09" in key_of(report).reason
    assert [width for *_, width in key_of(report).evidence] == ["month"]
