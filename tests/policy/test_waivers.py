"""Waiver files: what they grant, and where they are wrong."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govern.model.clock import Moment
from govern.model.errors import GovernError
from govern.model.policy import Limit, Pattern
from govern.model.waiver import Waiver
from govern.policy.waivers import load_waivers

from .files import faults_of, places, write

GOOD = """\
version: 1
waivers:
  - policy: max-spend-per-key
    subject: 12345
    reason: The launch of the autumn campaign
    owner: lin@example.com
    expires: 2026-12-01
  - {policy: no-playground, subject: 'llm-*', reason: a test, owner: me,
     expires: 2026-12-01T08:00:00+08:00, up_to: 800 CNY}
"""


def one_waiver(field: str, without: str = "") -> str:
    """A file with one good waiver; ``field``, on line 3, stands for the one of its name."""
    fields = {
        "policy": "a",
        "subject": "x",
        "reason": "r",
        "owner": "o",
        "expires": "2026-12-01",
    }
    fields.pop(field.partition(":")[0], None)
    fields.pop(without, None)
    rest = "".join(f"    {name}: {value}\n" for name, value in fields.items())
    return f"version: 1\nwaivers:\n  - {field}\n{rest}"


def test_a_waiver_means_what_it_says(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert load_waivers([path]) == [
        Waiver(
            policy="max-spend-per-key",
            subject=Pattern("12345"),
            reason="The launch of the autumn campaign",
            owner="lin@example.com",
            expires=Moment(datetime(2026, 12, 1)),
            file=path,
            line=3,
        ),
        Waiver(
            policy="no-playground",
            subject=Pattern("llm-*"),
            reason="a test",
            owner="me",
            expires=Moment(datetime(2026, 12, 1, 8), timezone(timedelta(hours=8))),
            up_to=Limit(Decimal(800), "CNY"),
            file=path,
            line=8,
        ),
    ]


@pytest.mark.parametrize(
    ("up_to", "amount", "unit"),
    [("0.5 USD", "0.5", "USD"), ("5 charges", "5", "charges"), ("100 tokens", "100", "tokens")],
)
def test_a_waiver_of_every_subject_says_up_to_what(
    tmp_path: Path, up_to: str, amount: str, unit: str
) -> None:
    (one,) = load_waivers([write(tmp_path, one_waiver("subject: '*'") + f"    up_to: {up_to}\n")])
    assert one.up_to == Limit(Decimal(amount), unit)


@pytest.mark.parametrize("subject", ["none", "''", "'9*'", "'???'", "010"])
def test_a_subject_that_picks_needs_no_amount(tmp_path: Path, subject: str) -> None:
    (one,) = load_waivers([write(tmp_path, one_waiver(f"subject: {subject}"))])
    assert one.subject == Pattern(subject.strip("'"))
    assert one.up_to is None


@pytest.mark.parametrize(
    ("field", "line", "column", "says"),
    [
        ("subject: '*'", 3, 14, "up_to: 800 CNY"),
        ("subject: '**'", 3, 14, "up_to: 800 CNY"),
        ("subject: '?*'", 3, 14, "up_to: 800 CNY"),
        ("subject: *", 3, 14, "quote a text that begins with *"),
        ("subject: [a]", 3, 14, "single value"),
        ("policy: Max Spend", 3, 13, "write max-spend"),
        ("policy: '*'", 3, 13, "an id is made of"),
        ("policy:", 3, 5, '"policy" is empty'),
        ("reason: ''", 3, 13, "empty"),
        ("owner: ' '", 3, 12, "empty"),
        ("expires: never", 3, 14, "2026-09-01"),
        ("expires: 2026-02-30", 3, 14, "no instant"),
        ("up_to: 800", 3, 12, "write 800 CNY"),
        ("up_to: 5 charge", 3, 12, "write 5 charges"),
        ("up_to: 5.5 charges", 3, 12, "whole numbers"),
        ("up_to: -1 CNY", 3, 12, "write 1 CNY"),
        ("up_to: [1 CNY]", 3, 12, "single value"),
        ("upto: 1 CNY", 3, 5, "did you mean up_to?"),
    ],
)
def test_a_wrong_field_is_told_with_its_place(
    tmp_path: Path, field: str, line: int, column: int, says: str
) -> None:
    path = write(tmp_path, one_waiver(field))
    (fault,) = faults_of(lambda: load_waivers([path]))
    assert (fault.line, fault.column) == (line, column)
    assert says in fault.message
    assert fault.excerpt == f"  - {field}"


@pytest.mark.parametrize("name", ["policy", "subject", "reason", "owner", "expires"])
def test_all_but_the_amount_is_required(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, one_waiver("up_to: 1 CNY", without=name))
    (fault,) = faults_of(lambda: load_waivers([path]))
    assert (fault.line, fault.column, fault.message) == (3, 5, f"{name} is missing")


def test_every_fault_of_every_file_is_told(tmp_path: Path) -> None:
    write(tmp_path, "version: 1\nwaivers:\n  - {policy: A, subject: x}\n", "a.yaml")
    write(tmp_path, "version: 3\nwaivers: x\n", "b.yaml")
    assert places(faults_of(lambda: load_waivers([str(tmp_path)]))) == [
        (3, 5),
        (3, 5),
        (3, 5),
        (3, 14),
        (1, 10),
        (2, 10),
    ]


def test_a_folder_means_its_files_that_hold_waivers(tmp_path: Path) -> None:
    write(tmp_path, "version: 1\npolicies: [{id: &x y}]\n", "a.yaml")
    write(tmp_path, "tests: []\nwaivers: []\n", "a.test.yaml")
    good = write(tmp_path, GOOD, "deep/w.yml")
    write(tmp_path, "version: 1\nwaivers: []\n", "none.yaml")
    assert [one.file for one in load_waivers([str(tmp_path), good])] == [good, good]


def test_a_file_that_is_named_must_hold_waivers(tmp_path: Path) -> None:
    path = write(tmp_path, "version: 1\npolicies: []\n")
    assert places(faults_of(lambda: load_waivers([path]))) == [(1, 1), (2, 1)]


def test_a_file_in_a_folder_that_cannot_be_understood_is_not_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "waivers: [")
    assert len(faults_of(lambda: load_waivers([str(tmp_path)]))) == 1


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, len(GOOD)), st.integers(0, 12), st.binary(max_size=4))
def test_a_spoiled_file_is_wrong_usage_or_a_waiver_and_never_a_crash(
    tmp_path: Path, at: int, length: int, put: bytes
) -> None:
    raw = GOOD.encode()
    path = write(tmp_path, raw[:at] + put + raw[at + length :])
    try:
        load_waivers([path])
    except GovernError as error:
        assert error.cause == "usage"
