"""Tiny bills for tests, with only the cells that a test cares about.

A line of the classic Chinese export is known to the day, one of the API's (``timed``) to the
second.
"""

from __future__ import annotations

from pathlib import Path

HEADER = (
    "资源购买账号ID,资源购买账号,资源归属账号ID,资源归属账号,账单月份,账单日期,费用类型,产品Code,产品名称,"
    "商品Code,商品名称,资产/资源实例ID,资产/资源实例名称,资源组,实例标签,资源实例配置,资源实例规格,公网IP,"
    "私网IP,地域,可用区,计费项Code,计费规则说明,计费项,资源包抵扣量,用量,用量单位,目录价,目录价定价类型,"
    "价格单位,目录总价,优惠券抵扣金额,优惠金额,节省计划抵扣目录总价,应付金额,代金券抵扣金额,定价币种,主键,"
    "优惠后金额"
)
NAMES = HEADER.split(",")

#: The column of the Instance ID.
INSTANCE = "资产/资源实例ID"


def instance(
    key: str | int = "12345",
    workspace: str = "llm-a",
    channel: str = "app",
    model: str = "qwen-max",
) -> str:
    """The Instance ID of a call's output tokens."""
    return f"{key};{workspace};{model};output_token;{channel};0"


_USUAL = {
    "资源购买账号ID": "100",
    "资源归属账号ID": "100",
    "账单月份": "2026-09",
    "账单日期": "2026-09-05",
    "费用类型": "云资源按量费用",
    "产品Code": "sfm",
    "产品名称": "大模型服务平台百炼",
    "商品Code": "sfm_inference_public_cn",
    "商品名称": "百炼大模型推理",
    INSTANCE: instance(),
    "地域": "华北2（北京）",
    "计费项": "大模型文本消耗量",
    "用量": "1",
    "用量单位": "千tokens",
    "目录总价": "1.5",
    "应付金额": "1.2",
    "定价币种": "CNY",
}


def row(**cells: str) -> str:
    """One line of the bill; give cells by their column name, as written in the file."""
    unknown = set(cells) - set(NAMES)
    assert not unknown, unknown
    return ",".join(cells.get(name, _USUAL.get(name, "")) for name in NAMES)


def paid(amount: str, **cells: str) -> str:
    return row(应付金额=amount, **cells)


def call(
    key: str | int = "12345", workspace: str = "llm-a", channel: str = "app", **cells: str
) -> str:
    """A call by a key, in a workspace, over a channel."""
    return row(**{INSTANCE: instance(key, workspace, channel), **cells})


def charge(
    amount: str = "1",
    day: str = "2026-09-05",
    *,
    key: str = "7",
    workspace: str = "llm-a",
    ids: str = "",
    currency: str = "CNY",
    listed: str = "1.5",
    usage: str = "1",
    unit: str = "Token",
    payer: str = "100",
    region: str = "华北2（北京）",
) -> str:
    """A call with what policies are asked about; ``ids``: another Instance ID than a call's."""
    return row(
        **{
            INSTANCE: ids or instance(key, workspace),
            "应付金额": amount,
            "账单月份": day[:7],
            "账单日期": day,
            "定价币种": currency,
            "目录总价": listed,
            "用量": usage,
            "用量单位": unit,
            "资源购买账号ID": payer,
            "资源归属账号ID": payer,
            "地域": region,
        }
    )


#: The API's export, which tells instants.
API_HEADER = (
    "BillingCycle,AccountID,OwnerID,ProductCode,CommodityCode,InstanceID,Item,PretaxAmount,"
    "Currency,UsageStartTime,Region"
)
INFERENCE, TRAINING = "sfm_inference_public_cn", "sfm_training_public_cn"


def timed(
    at: str,
    instance: str = instance(),
    *,
    product: str = "sfm",
    code: str = INFERENCE,
    amount: str = "1",
    item: str = "PayAsYouGoBill",
    payer: str = "100",
    owner: str = "",
    currency: str = "CNY",
    region: str = "cn-beijing",
    month: str = "",
) -> str:
    """A charge at this instant, ``2026-09-05 10:31:00``; or of this day or month."""
    start = f"{month or at[:7]},{payer},{owner or payer},{product},{code},{instance}"
    return f"{start},{item},{amount},{currency},{at},{region}"


def other(at: str, payer: str = "100", *, month: str = "", amount: str = "1") -> str:
    """A charge of another product at this instant."""
    return timed(at, "i-1", product="ecs", code="ecs", payer=payer, month=month, amount=amount)


def timed_text(*lines: str) -> str:
    return "\n".join([API_HEADER, *lines, ""])


def timed_bill(folder: Path, *lines: str, name: str = "bill.csv") -> Path:
    """Write a bill of such lines below their header."""
    path = folder / name
    path.write_text(timed_text(*lines))
    return path


def bill(folder: Path, *rows: str, name: str = "bill.csv", end: str = "\n") -> Path:
    """Write a bill of these lines below the header."""
    path = folder / name
    path.write_bytes(end.join([HEADER, *rows, ""]).encode())
    return path


def keyed_lines(count: int) -> list[str]:
    """Different charges with a primary key each, over three days and three API keys."""
    return [
        row(
            **{
                "主键": f"k{number}",
                "账单日期": f"2026-09-0{number % 3 + 1}",
                INSTANCE: instance(str(number % 5)),
                "应付金额": f"{number}.{number:010d}",
            }
        )
        for number in range(count)
    ]
