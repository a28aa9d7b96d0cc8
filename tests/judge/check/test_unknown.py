"""Why a policy is undecided, in words: each charge is counted under one reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from govern.judge.check.unknown import Slack, because

UNPARSED = "Instance ID of no known layout (instance_ids: in govern.yaml can teach it)"
UNTOLD = "neither commodity nor Instance ID tells the service"
STRADDLING = "not known exactly enough to be before or after from/before"
SUMMED = " (a ledger keeps sums by day: judge the bill itself)"
UNLISTED = "of keys or workspaces that the inventory doesn't list, and it doesn't show everything"


def slack(charges: int = 0, unlisted: int = 0, untold: int = 0, summed: int = 0) -> Slack:
    return Slack(Decimal(0), charges, unlisted, untold, summed)


@pytest.mark.parametrize(
    ("floating", "mine", "reasons"),
    [
        (slack(1), slack(), [f"1 matching charge has an {UNPARSED}"]),
        (slack(3), slack(), [f"3 matching charges have an {UNPARSED}"]),
        (slack(3, untold=3), slack(), [f"of 3 charges {UNTOLD}"]),
        (slack(3, unlisted=3), slack(), [f"3 charges are {UNLISTED}"]),
        (slack(), slack(2), [f"2 charges are {STRADDLING}"]),
        (slack(), slack(1, summed=1), [f"1 charge is {STRADDLING}{SUMMED}"]),
        (slack(), slack(1, unlisted=1), [f"1 charge is {UNLISTED}"]),
        (
            slack(9, unlisted=2, untold=3),
            slack(7, unlisted=1),
            [
                f"4 matching charges have an {UNPARSED}",
                f"of 3 charges {UNTOLD}",
                f"6 charges are {STRADDLING}",
                f"3 charges are {UNLISTED}",
            ],
        ),
    ],
)
def test_each_charge_stands_under_one_reason(
    floating: Slack, mine: Slack, reasons: list[str]
) -> None:
    told = f"undecided: {' and '.join(reasons)}, which could break the limit"
    assert because(floating, mine) == told


def test_what_is_added_is_added_field_by_field() -> None:
    one = Slack(Decimal("0.5"), 5, 1, 2, 3)
    assert one.plus(Slack(Decimal("1.5"), 10, 20, 30, 40)) == Slack(Decimal("2.0"), 15, 21, 32, 43)
