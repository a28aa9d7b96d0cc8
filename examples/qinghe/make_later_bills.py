"""Qinghe's later bills: Model Studio is retired in October 2026, and the bills show how it went.

    python make_later_bills.py            writes the bills into later/
    python make_later_bills.py --check    ends with 1 if a bill on disk is another one

The story, which the tests know by hand:
- on 8 October at 18:00 all keys are disabled and the deployment is taken offline, so people say;
- charges of the last minutes arrive late: the bill exported on 9 October at 09:00 lacks some;
- key 2000004 works in Singapore, and was forgotten there: it calls until it is disabled in earnest,
  on 13 October at 10:00; the bill exported on 12 October shows it;
- the bill of October becomes final; in November only other products are left.
"""

from __future__ import annotations

import csv
import io
import random
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from make_bill import COLUMNS, PAYER, PRICES, Bill, Key, keys

LATER = Path(__file__).parent / "later"
STOP = datetime(2026, 10, 8, 18)
FORGOTTEN = "2000004"
STOPPED_IN_EARNEST = datetime(2026, 10, 13, 10)

#: (instant of export, month of the file).
EXPORTS = (
    (datetime(2026, 10, 9, 9), "202610"),
    (datetime(2026, 10, 12, 9), "202610"),
    (datetime(2026, 10, 23, 9), "202610"),
    (datetime(2026, 11, 4, 9, 30), "202610"),
    (datetime(2026, 11, 20, 9), "202611"),
)


@dataclass(frozen=True)
class Arrived:
    """A row of the bill, and when it is there to be exported."""

    row: dict[str, str]
    at: datetime


def path_of(exported: datetime, month: str) -> Path:
    return LATER / f"{PAYER}-{exported:%Y%m%d%H%M%S}_{month}_consumedetailbillv2.csv"


class Later:
    """The rows of one month, each with the instant from which on exports have it."""

    def __init__(self, month: str) -> None:
        self.month = month
        self.rows: list[Arrived] = []

    def take(self, bill: Bill, at: datetime) -> None:
        """Everything that ``bill`` holds is there from ``at`` on."""
        self.rows += [Arrived({**row, "账单信息/账单月份": self.month}, at) for row in bill.rows]
        bill.rows.clear()

    def text(self, exported: datetime) -> str:
        """The export: ids are those of the whole month, so that each export has the same ones."""
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
        writer.writeheader()
        order = sorted(
            self.rows,
            key=lambda one: (
                one.row.get("账单信息/消费时间") or _dashed(one.row["账单信息/账单日期"])
            ),
        )
        for number, one in enumerate(order):
            if one.at <= exported:
                writer.writerow({**one.row, "标识信息/账单明细ID": f"{self.month}_{number:06d}"})
        return out.getvalue()


def _dashed(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def call(later: Later, rng: random.Random, key: Key, when: datetime, late: timedelta) -> None:
    bill = Bill()
    model = key.models[0]
    for meter, price in zip(("input_token", "output_token"), PRICES[model], strict=True):
        if price == "0":
            continue
        thousands = Decimal(rng.randrange(1, key.thousands * 2000)) / 1000
        tier = "" if model.startswith("text-") else "context_0-128k_"
        name = f"{key.id};{key.workspace};{model};{tier}{meter};{key.channel};0"
        bill.tokens(name, f"{when:%Y-%m-%d %H:%M}", thousands, price, region=key.region)
    later.take(bill, when + late)


def october() -> Later:
    rng = random.Random(20261001)
    later = Later("202610")
    usual = timedelta(minutes=10)
    for key in keys():
        for day in (1, 4, 7):
            when = datetime(2026, 10, day, rng.randrange(7, 23), rng.randrange(60))
            call(later, rng, key, when, usual)
    known = {key.id: key for key in keys()}
    # Minutes before the stop; these rows arrive only the next day.
    for number, id in enumerate(("2000001", "2000003", "2000005", "2000017")):
        call(later, rng, known[id], STOP - timedelta(minutes=9 - number), timedelta(hours=20))
    # Within the grace time after it: neither a leak nor proof.
    call(later, rng, known["2000003"], STOP + timedelta(minutes=7), usual)
    when = STOP + timedelta(hours=15)
    while when < STOPPED_IN_EARNEST:
        call(later, rng, known[FORGOTTEN], when, usual)
        when += timedelta(hours=11)
    deployed = {
        "产品信息/商品Code": "sfm_deployment_public_cn",
        "产品信息/商品名称": "百炼大模型部署",
        "产品信息/计费项名称": "部署时长",
        "时长信息/时长": "1",
        "时长信息/时长单位": "小时",
    }
    when = datetime(2026, 10, 6)
    while when < STOP:
        bill = Bill()
        bill.add("ptu-qwen3-8b-ft-0260", f"{when:%Y-%m-%d %H:%M}", Decimal("0.8"), **deployed)
        later.take(bill, when + timedelta(hours=2))
        when += timedelta(hours=1)
    others(later, datetime(2026, 10, 1), 31)
    return later


def others(later: Later, first: datetime, days: int) -> None:
    """Other products go on, and show how far a bill reaches."""
    for day in range(days):
        when = first + timedelta(days=day)
        for product, name, cost in (
            ("ecs", "云服务器ECS", "31.68"),
            ("oss", "对象存储OSS", "2.0475"),
        ):
            bill = Bill()
            bill.add(
                f"{product}-7xv3k",
                f"{when:%Y-%m-%d}",
                Decimal(cost),
                **{"产品信息/产品Code": product, "产品信息/产品名称": name},
                **{"产品信息/商品Code": product, "产品信息/商品名称": name},
                **{"产品信息/计费项名称": name},
            )
            later.take(bill, when + timedelta(days=1, hours=4))


def november() -> Later:
    later = Later("202611")
    others(later, datetime(2026, 11, 1), 19)
    return later


def main() -> int:
    months = {"202610": october(), "202611": november()}
    wrong = 0
    for exported, month in EXPORTS:
        path = path_of(exported, month)
        data = ("\ufeff" + months[month].text(exported)).encode()
        if sys.argv[1:] == ["--check"]:
            wrong |= int(not path.exists() or path.read_bytes() != data)
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        print(f"{path.name}: {data.count(bytes([10])) - 1} rows")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
