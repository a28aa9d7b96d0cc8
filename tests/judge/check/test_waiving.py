"""Which finding is excused by which waiver: the pure law on literals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from govern.judge.check.waiving import WaiverUse, apply, covers
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.finding import Finding, Subject
from govern.model.policy import Limit, Pattern
from govern.model.waiver import Waiver

AS_OF = datetime(2026, 10, 1)


def finding(key: str | None = "12345", *, policy: str = "cap", observed: str = "600") -> Finding:
    return Finding(
        policy=policy,
        title="",
        severity="high",
        message="",
        subject=Subject("api_key", (("api_key_id", key),)),
        every="month",
        start=datetime(2026, 9, 1),
        end=datetime(2026, 10, 1),
        measure="billed_cost",
        observed=Decimal(observed),
        limit=Decimal(500),
        unit="CNY",
        charges=1,
        first_charge=datetime(2026, 9, 5),
        last_charge=datetime(2026, 9, 5),
        costs=(),
        policy_file="p.yaml",
        policy_line=1,
        stop="",
    )


def waiver(
    subject: str | None = "12345",
    *,
    policy: str = "cap",
    expires: datetime = datetime(2026, 12, 1),
    up_to: Limit | None = None,
    line: int = 1,
) -> Waiver:
    return Waiver(policy, Pattern(subject), "why", "lin", Moment(expires), "w.yaml", line, up_to)


def uses(*waivers: Waiver, of: tuple[Finding, ...] = (finding(),)) -> list[WaiverUse]:
    return apply(waivers, of, ["cap"], AS_OF, BILL_CLOCK)[1]


@pytest.mark.parametrize(
    ("one", "covered"),
    [
        (waiver(), True),
        (waiver("*"), True),
        (waiver("123*"), True),
        (waiver("1234"), False),
        (waiver(policy="other"), False),
        (waiver("1234", policy="other"), False),
    ],
)
def test_a_waiver_covers_its_policy_s_findings_about_its_subject(
    one: Waiver, covered: bool
) -> None:
    assert covers(one, finding()) is covered


def test_none_is_the_subject_without_a_key() -> None:
    assert covers(waiver("none"), finding(None))
    assert not covers(waiver("none"), finding("12345"))
    assert not covers(waiver("12345"), finding(None))


@pytest.mark.parametrize(
    ("amount", "unit", "covered"),
    [
        ("600", "CNY", True),
        ("600.01", "CNY", True),
        ("599.99", "CNY", False),
        ("600", "USD", False),
        ("1000000", "USD", False),
    ],
)
def test_up_to_an_amount_covers_that_amount_and_no_more(
    amount: str, unit: str, covered: bool
) -> None:
    assert covers(waiver(up_to=Limit(Decimal(amount), unit)), finding()) is covered


@pytest.mark.parametrize(
    ("expires", "excused", "state"),
    [
        (AS_OF + timedelta(seconds=1), True, "used"),
        (AS_OF, False, "expired"),
        (AS_OF - timedelta(seconds=1), False, "expired"),
    ],
)
def test_a_waiver_is_over_at_the_very_instant_of_its_end(
    expires: datetime, excused: bool, state: str
) -> None:
    judged, (use,) = apply([waiver(expires=expires)], [finding()], ["cap"], AS_OF, BILL_CLOCK)
    assert (judged[0].waiver is not None, use.state) == (excused, state)
    assert (use.findings, use.expires) == (int(excused), expires)


def test_an_end_with_a_zone_is_compared_on_the_bill_s_clock() -> None:
    # 16:30 UTC on 30 September is half an hour after midnight in UTC+8.
    ends = Moment(datetime(2026, 9, 30, 16, 30), UTC)
    one = Waiver("cap", Pattern("*"), "why", "lin", ends, "w.yaml", 7)
    (judged,), (use,) = apply([one], [finding()], ["cap"], AS_OF, BILL_CLOCK)
    assert judged.waiver == {
        "subject": "*",
        "reason": "why",
        "owner": "lin",
        "expires": "2026-10-01T00:30:00+08:00",
        "file": "w.yaml",
        "line": 7,
    }
    assert use.document(BILL_CLOCK) == {
        "policy": "cap",
        "subject": "*",
        "state": "used",
        "findings": 1,
        "expires": "2026-10-01T00:30:00+08:00",
        "owner": "lin",
        "file": "w.yaml",
        "line": 7,
    }


def test_the_most_exact_waiver_excuses_and_the_others_stay_unused() -> None:
    found = uses(waiver("*", line=1), waiver("12345", line=2), waiver("123*", line=3))
    assert [(use.waiver.line, use.state, use.findings) for use in found] == [
        (1, "unused", 0),
        (2, "used", 1),
        (3, "unused", 0),
    ]


def test_where_the_most_exact_is_over_the_next_one_excuses() -> None:
    found = uses(waiver("*"), waiver("12345", expires=AS_OF))
    assert [use.state for use in found] == ["used", "expired"]


def test_one_waiver_excuses_many_and_leaves_the_others() -> None:
    of = (finding("12345"), finding("777"), finding("12345"), finding("12345", policy="other"))
    judged, (use,) = apply([waiver()], of, ["cap", "other"], AS_OF, BILL_CLOCK)
    assert [one.waiver is not None for one in judged] == [True, False, True, False]
    assert [one.subject.id for one in judged] == ["12345", "777", "12345", "12345"]
    assert (use.state, use.findings) == ("used", 2)


def test_a_waiver_of_a_policy_that_isn_t_there_says_so_even_if_it_is_over() -> None:
    found = uses(waiver(policy="gone"), waiver(policy="gone", expires=AS_OF))
    assert [use.state for use in found] == ["unknown_policy", "unknown_policy"]
