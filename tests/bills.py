"""Tiny bills for tests: a classic Chinese export with only the cells a test cares about."""

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
    "资产/资源实例ID": "12345;llm-a;qwen-max;output_token;app;0",
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
                "资产/资源实例ID": f"{number % 5};llm-a;qwen-max;output_token;app;0",
                "应付金额": f"{number}.{number:010d}",
            }
        )
        for number in range(count)
    ]
