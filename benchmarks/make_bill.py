"""Large made-up bills for the benchmarks; the same words write the same bytes.

    python benchmarks/make_bill.py classic 1000000 100000 /tmp/bill.csv

``classic``: the classic layout, some 450 bytes a row and no quote. ``tagged``: the same with a
quoted JSON cell in each row. ``v2``: the upgraded layout as consoles export it, 61 columns and two
JSON cells, times to the minute, some 1,150 bytes a row.

A month's rows, sorted by day as exports are; of several files each is a day of one of three
accounts. A group is an Instance ID on a day: so many groups need a thirtieth of so many Instance
IDs. Numbers are drawn by linear congruences of the row's
number, so that the engine that writes the file decides nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping

import duckdb

CLASSIC = (
    "资源购买账号ID,资源购买账号,资源归属账号ID,资源归属账号,账单月份,账单日期,费用类型,产品Code,产品名称,"
    "商品Code,商品名称,资产/资源实例ID,资产/资源实例名称,资源组,实例标签,资源实例配置,资源实例规格,公网IP,"
    "私网IP,地域,可用区,计费项Code,计费规则说明,计费项,资源包抵扣量,用量,用量单位,目录价,目录价定价类型,"
    "价格单位,目录总价,优惠券抵扣金额,优惠金额,节省计划抵扣目录总价,应付金额,代金券抵扣金额,定价币种,主键,"
    "优惠后金额"
).split(",")

V2 = (
    "标识信息/账单明细ID,标识信息/订单号,身份信息/客户名称,身份信息/资源购买账号ID,身份信息/资源购买账号,"
    "身份信息/资源归属账号ID,身份信息/资源归属账号,账单信息/服务主体,账单信息/账单月份,账单信息/账单日期,"
    "账单信息/费用类型,账单信息/交易类型,账单信息/消费时间,账单信息/服务开始时间,账单信息/服务结束时间,"
    "产品信息/产品Code,产品信息/产品名称,产品信息/商品Code,产品信息/商品名称,产品信息/计费项Code,"
    "产品信息/计费项名称,产品信息/选型配置,产品信息/规格,资源信息/资源ID,资源信息/实例ID（出账粒度）,"
    "资源信息/资源名称,资源信息/地域Code,资源信息/地域,资源信息/可用区,时长信息/抵扣前时长,时长信息/抵扣时长,"
    "时长信息/时长,时长信息/时长单位,时长信息/时长详情,用量信息/抵扣前用量,用量信息/抵扣用量,用量信息/用量,"
    "用量信息/用量单位,用量信息/用量详情,定价信息/官网目录价,定价信息/价格单位,定价信息/目录价用量阶梯,"
    "定价信息/用量阶梯累计规则,定价信息/目录价转换信息,定价信息/目录价因子,定价信息/定价币种,"
    "费用信息/目录总价,费用信息/计费公式,费用信息/计费辅助信息,费用信息/计费过程,费用信息/计费规则说明,"
    "订阅抵扣信息/订阅抵扣目录总价,订阅抵扣信息/订阅抵扣后金额,订阅抵扣信息/订阅抵扣金额,"
    "订阅抵扣信息/订阅抵扣详情,优惠信息/优惠金额,优惠信息/优惠后金额,优惠信息/优惠详情,"
    "优惠券抵扣信息/优惠券抵扣金额,优惠券抵扣信息/优惠券抵扣详情,应付信息/应付金额（含税）"
).split(",")

DAYS = 30

#: What a row's number makes of it. Prices are units of 10^-10 CNY for a token of a thousandth.
_DRAWN = f"""
    SELECT number, 1 + number * {DAYS} // $rows AS day,
           ((number * 1103515245 + 12345) % 2147483648) // 8 % $ids AS id,
           1 + (number * 69621 + 7) % 2147483647 % 9999998 AS tokens,
           (number * 48271 + 11) % 2147483647 % 1440 AS minute,
           $file AS file
    FROM range($first, $last) AS made (number)
"""

_USED = "concat(tokens // 1000, '.', lpad((tokens % 1000)::VARCHAR, 3, '0'))"
_COST = "concat(tokens * 8 // 10000000, '.', lpad((tokens * 8 % 10000000)::VARCHAR, 7, '0'), '000')"
_KEY = "printf('%032x', number)"
_DAY = "printf('2026-09-%02d', day)"
_DAY_OF_FILE = "(DATE '2024-01-01' + (file // 3)::INTEGER)::VARCHAR"
_TIME = f"concat({_DAY}, printf(' %02d:%02d:00', minute // 60, minute % 60))"
_INSTANCE = (
    "concat(1000000 + id // 8, ';llm-', printf('%016x', id // 8 % 40), ';qwen3.', "
    "(id // 8 * 7 + id // 2) % 20, '-plus;context_0-128k_', "
    "CASE id % 2 WHEN 0 THEN 'input' ELSE 'output' END, '_token;', "
    "CASE id // 8 % 50 WHEN 0 THEN 'bmp' ELSE 'app' END, ';0')"
)


def _words(cells: Mapping[str, str]) -> dict[str, str]:
    return {name: f"'{text}'" for name, text in cells.items()}


_CLASSIC_CELLS = {
    **_words(
        {
            "资源购买账号ID": "1902910424969427",
            "资源购买账号": "main",
            "资源归属账号ID": "1902910424969427",
            "资源归属账号": "main",
            "账单月份": "2026-09",
            "费用类型": "云资源按量费用",
            "产品Code": "sfm",
            "产品名称": "大模型服务平台百炼",
            "商品Code": "sfm_inference_public_cn",
            "商品名称": "百炼大模型推理",
            "资源组": "默认资源组",
            "地域": "华北2（北京）",
            "计费项Code": "text_token",
            "计费规则说明": "按量计费",
            "计费项": "大模型文本消耗量",
            "资源包抵扣量": "0",
            "用量单位": "千tokens",
            "目录价": "0.0008",
            "目录价定价类型": "目录价",
            "价格单位": "元/千tokens",
            "优惠券抵扣金额": "0",
            "优惠金额": "0",
            "节省计划抵扣目录总价": "0",
            "代金券抵扣金额": "0",
            "定价币种": "CNY",
        }
    ),
    "账单日期": _DAY,
    "资产/资源实例ID": _INSTANCE,
    "用量": _USED,
    "目录总价": _COST,
    "应付金额": _COST,
    "主键": _KEY,
    "优惠后金额": _COST,
}

_TAG = """concat('"{""team"":""t', id % 17, '"",""project"":""p', id % 5, '""}"')"""

_V2_CELLS = {
    **_words(
        {
            "身份信息/资源购买账号ID": "1902910424969427",
            "身份信息/资源购买账号": "main",
            "身份信息/资源归属账号ID": "1902910424969427",
            "身份信息/资源归属账号": "main",
            "账单信息/服务主体": "通义云启（杭州）信息技术有限公司",
            "账单信息/账单月份": "202609",
            "账单信息/费用类型": "云资源按量费用",
            "账单信息/交易类型": "后付费",
            "产品信息/产品Code": "sfm",
            "产品信息/产品名称": "大模型服务平台百炼",
            "产品信息/商品Code": "sfm_inference_public_cn",
            "产品信息/商品名称": "百炼大模型推理",
            "产品信息/计费项Code": "token_number",
            "产品信息/计费项名称": "大模型文本消耗量",
            "资源信息/地域Code": "cn-beijing",
            "资源信息/地域": "华北2（北京）",
            "时长信息/抵扣前时长": "0",
            "时长信息/抵扣时长": "0",
            "用量信息/抵扣用量": "0",
            "用量信息/用量单位": "千tokens",
            "定价信息/官网目录价": "0.0008",
            "定价信息/价格单位": "元/千tokens",
            "定价信息/定价币种": "CNY",
            "费用信息/计费公式": "官网目录价*用量",
            "费用信息/计费过程": '"{""priceExpressInfo"":{""priceExpression"":'
            '""baseprice_factor*quantity_factor"",""precision"":""10"",""round"":""4""}}"',
            "费用信息/计费规则说明": "https://help.aliyun.com/zh/model-studio/"
            "billing-for-model-studio",
            "优惠信息/优惠金额": "0",
            "优惠券抵扣信息/优惠券抵扣金额": "0",
        }
    ),
    "标识信息/账单明细ID": f"concat('202609_0g00v1_031_', {_KEY})",
    "账单信息/账单日期": "printf('202609%02d', day)",
    "账单信息/消费时间": _TIME,
    "账单信息/服务开始时间": _TIME,
    "账单信息/服务结束时间": _TIME,
    "资源信息/实例ID（出账粒度）": _INSTANCE,
    "用量信息/抵扣前用量": _USED,
    "用量信息/用量": _USED,
    "用量信息/用量详情": f"""concat('"{{""用量"":""', {_USED}, '"",""抵扣前用量"":""', {_USED}, """
    """'"",""抵扣用量"":""0""}"')""",
    "费用信息/目录总价": _COST,
    "优惠信息/优惠后金额": _COST,
    "应付信息/应付金额（含税）": _COST,
}

LAYOUTS = {
    "classic": (CLASSIC, _CLASSIC_CELLS),
    "tagged": (CLASSIC, {**_CLASSIC_CELLS, "实例标签": _TAG}),
    "v2": (V2, _V2_CELLS),
}

#: What the hand-written peers need of a layout: ten columns to group by, the time, three numbers.
NEEDED = {
    "classic": (
        *(
            "资源购买账号ID",
            "资源归属账号ID",
            "账单月份",
            "费用类型",
            "产品Code",
            "商品Code",
            "地域",
        ),
        *("计费项", "用量单位", "定价币种", "资产/资源实例ID", "账单日期"),
        *("应付金额", "目录总价", "用量"),
    ),
    "v2": (
        *("身份信息/资源购买账号ID", "身份信息/资源归属账号ID", "账单信息/账单月份"),
        *("账单信息/费用类型", "产品信息/产品Code", "产品信息/商品Code", "资源信息/地域Code"),
        *("产品信息/计费项名称", "用量信息/用量单位", "定价信息/定价币种"),
        *("资源信息/实例ID（出账粒度）", "账单信息/消费时间"),
        *("应付信息/应付金额（含税）", "费用信息/目录总价", "用量信息/抵扣前用量"),
    ),
}
NEEDED["tagged"] = NEEDED["classic"]


def make(
    layout: str,
    rows: int,
    groups: int,
    path: str,
    *,
    files: int = 1,
    progress: Callable[[str], None] = lambda message: None,
) -> None:
    """Write a bill; of several files, ``path`` is the folder that they are written into."""
    header, cells = LAYOUTS[layout]
    told = [cells.get(name, "''") for name in header]
    if files > 1:
        told = [_of_file(cell) for cell in told]
    line = ", ',', ".join(told)
    values = {"rows": rows, "ids": max(1, groups // DAYS)}
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = true")
    for number in range(files):
        first, last = rows * number // files, rows * (number + 1) // files
        target = path
        if files > 1:
            os.makedirs(path, exist_ok=True)
            target = os.path.join(path, f"bill-{number:05d}.csv")
        sql = _DRAWN
        for name, value in {**values, "file": number, "first": first, "last": last}.items():
            sql = sql.replace(f"${name}", str(value))
        # Delimited by what no row holds and quoted by nothing, lines come out as they are made.
        connection.execute(
            f"COPY (SELECT '\ufeff{','.join(header)}' AS line UNION ALL "
            f"SELECT concat({line}) FROM ({sql})) TO '{target}' "
            "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
        )
    connection.close()


def _of_file(cell: str) -> str:
    """The cell in a file that is one of many: of the file's own day and account."""
    if cell == "'1902910424969427'":
        return "(1902910424969427 + file % 3)::VARCHAR"
    if cell == "'2026-09'":
        return f"left({_DAY_OF_FILE}, 7)"
    return cell.replace(_DAY, _DAY_OF_FILE)


if __name__ == "__main__":
    given = sys.argv[1:]
    make(given[0], int(given[1]), int(given[2]), given[3], files=int((*given, "1")[4]))
