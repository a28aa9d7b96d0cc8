"""Bills as somebody exports them: named or not, early, late, doubled, missing, day by day.

An export shows the rows of its month and payer that had arrived when it was made.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from bills import API_HEADER, HEADER, INSTANCE, row, timed

from worlds.world import START, Use, World

MONTHS = ("2026-08", "2026-09", "2026-10")

_V2 = (
    "标识信息/账单明细ID,身份信息/资源购买账号ID,身份信息/资源归属账号ID,账单信息/账单月份,"
    "账单信息/账单日期,账单信息/费用类型,账单信息/消费时间,产品信息/产品Code,产品信息/商品Code,"
    "产品信息/商品名称,资源信息/实例ID（出账粒度）,资源信息/地域Code,费用信息/目录总价,"
    "应付信息/应付金额（含税）,定价信息/定价币种"
)

COMMODITY = {
    "inference": "sfm_inference_public_cn",
    "batch": "sfm_inference_public_cn",
    "training": "sfm_training_public_cn",
    "deployment": "sfm_deployment_public_cn",
    "coding_plan": "sfm_codingplan_public_cn",
}


#: What a layout doesn't tell of an instant.
_CUT: dict[str, dict[str, int]] = {
    "api": {},
    "v2": {"second": 0},
    "detail": {"hour": 0, "minute": 0, "second": 0},
}


@dataclass(frozen=True)
class Export:
    """One file: the month (or one day) of a payer at an instant, and how its name tells that."""

    payer: str
    month: str
    made: datetime
    layout: str
    naming: str
    day: datetime | None = None

    def holds(self, use: Use) -> bool:
        return (
            use.payer == self.payer
            and f"{use.at:%Y-%m}" == self.month
            and use.arrives <= self.made
            and (self.day is None or use.at.date() == self.day.date())
        )


@dataclass(frozen=True)
class Bill:
    """The files of one run, and the instants that the user gives besides.

    ``starts``: where each use that it shows begins, as far as its layout tells.
    """

    paths: tuple[str, ...]
    told: tuple[str, ...]
    exports: tuple[Export, ...]
    starts: Mapping[int, datetime]

    def shows(self, use: Use) -> bool:
        return id(use) in self.starts

    def start(self, use: Use) -> datetime:
        return self.starts[id(use)]

    def is_final(self, payer: str, month: str) -> bool:
        """Whether an export of this payer's month is known to be made after noon of the 3rd."""
        begin = datetime.fromisoformat(f"{month}-01")
        final = (begin + timedelta(days=32)).replace(day=3, hour=12)
        known = [one for one in self.exports if (one.payer, one.month) == (payer, month)]
        return any(one.naming != "unnamed" and one.made > final for one in known)


def write(world: World, exports: Sequence[Export], folder: Path) -> Bill:
    paths, told = [], []
    starts: dict[int, datetime] = {}
    for number, export in enumerate(exports):
        path = folder / _name(export, number)
        rows = [use for use in world.uses if export.holds(use)]
        starts |= {id(use): use.at.replace(**_CUT[export.layout]) for use in rows}
        path.write_text("\n".join([_header(export), *_lines(world, export, rows), ""]))
        paths.append(str(path))
        if export.naming == "told":
            told.append(f"{path}={export.made:%Y-%m-%dT%H:%M:%S}+08:00")
    return Bill(tuple(paths), tuple(told), tuple(exports), starts)


def _name(export: Export, number: int) -> str:
    month = export.month.replace("-", "")
    if export.day:
        return f"{export.payer}_BillingItemDetail_{export.day:%Y%m%d}.csv"
    if export.naming == "named":
        return f"{export.payer}-{export.made:%Y%m%d%H%M%S}_{month}_consumedetailbillv2.csv"
    return f"bill-{number}.csv"


def _header(export: Export) -> str:
    return {"v2": _V2, "api": API_HEADER, "detail": HEADER}[export.layout]


def _lines(world: World, export: Export, rows: Iterable[Use]) -> list[str]:
    lines = [_line(export, use) for use in sorted(rows, key=lambda use: use.at)]
    for payer, at in world.others:
        other = Use(payer, payer, "", None, "ecs", "", at, at, Decimal(1))
        if export.holds(other):
            lines.append(_line(export, other))
    return lines


def _line(export: Export, use: Use) -> str:
    identity = sha256(repr(use).encode()).hexdigest()[:16]
    other = use.service == "ecs"
    product, name = ("ecs", "ECS") if other else ("sfm", "大模型服务平台百炼")
    commodity = COMMODITY.get(use.service, "ecs")
    what, item = (
        ("云资源按量费用", "PayAsYouGoBill")
        if use.is_usage
        else ("订阅预付费用", "SubscriptionOrder")
    )
    if export.layout == "api":
        return timed(
            f"{use.at:%Y-%m-%d %H:%M:%S}", instance_id(use), product=product, code=commodity,
            amount=str(use.cost), item=item, payer=use.payer, owner=use.owner,
            currency=use.currency, month=export.month,
        )  # fmt: skip
    if export.layout == "v2":
        cells = [identity, use.payer, use.owner, export.month, f"{use.at:%Y-%m-%d}", what,
                 f"{use.at:%Y-%m-%d %H:%M}", product, commodity, "", instance_id(use), "cn-beijing",
                 str(use.cost), str(use.cost), use.currency]  # fmt: skip
        return ",".join(cells)
    return row(
        资源购买账号ID=use.payer, 资源归属账号ID=use.owner, 账单月份=export.month,
        账单日期=f"{use.at:%Y-%m-%d}", 费用类型=what, 产品Code=product, 产品名称=name,
        商品Code=commodity, 商品名称="", 目录总价=str(use.cost), 应付金额=str(use.cost),
        定价币种=use.currency, 主键=identity, **{INSTANCE: instance_id(use)},
    )  # fmt: skip


def instance_id(use: Use) -> str:
    if use.service in ("inference", "batch"):
        meter = "output_token_batch" if use.service == "batch" else "output_token"
        return f"{use.key or ''};{use.workspace};qwen-max;{meter};{use.channel};0"
    if use.service == "training":
        return f"{use.workspace}!cn-beijing!{use.job}"
    return f"{use.service}-x1"


def seen_at(chance: random.Random, world: World, now: datetime, layout: str) -> list[Export]:
    """What somebody has at hand at ``now``: mostly whole, sometimes not."""
    found: list[Export] = []
    for payer in world.payers:
        if chance.random() < 0.1 and layout == "api":
            found += _day_by_day(chance, payer, now)
            continue
        for month in MONTHS:
            begin = datetime.fromisoformat(f"{month}-01")
            if begin >= now or chance.random() < 0.05:
                continue
            naming = chance.choice(["named", "named", "told", "unnamed"])
            made = now
            if chance.random() < 0.3:
                made = begin + (min(now, begin + timedelta(days=36)) - begin) * chance.random()
                made = made.replace(microsecond=0)
            found.append(Export(payer, month, made, layout, naming))
            if chance.random() < 0.1 and layout == "v2" and made < now:
                found.append(Export(payer, month, now, layout, chance.choice(["named", "unnamed"])))
    return found


def final(world: World, layout: str, now: datetime) -> list[Export]:
    """Every month of every payer, exported at ``now`` under the console's own name."""
    return [
        Export(payer, month, now, layout, "named")
        for payer in world.payers
        for month in MONTHS
        if datetime.fromisoformat(f"{month}-01") < now
    ]


def _day_by_day(chance: random.Random, payer: str, now: datetime) -> Iterable[Export]:
    day = START
    while day < now:
        if chance.random() > 0.01:
            yield Export(payer, f"{day:%Y-%m}", now, "api", "unnamed", day)
        day += timedelta(days=1)
