"""The September bill of Qinghe (青禾科技), an invented company: the same bytes at every run.

    python make_bill.py            writes the bill
    python make_bill.py --check    ends with 1 if the bill on disk is another one

The story, which the tests know by hand:
- key 2000017 in llm-r4retired01 was forgotten when the workspace was retired on 1 September;
- somebody in llm-m1marketing plays in the console Playground (bmp) every working day;
- key 2000003 in llm-p1chatbot runs far above 500 CNY;
- llm-x1research uses a model that is on nobody's list, and trains and deploys one.
Around it stands what real bills hold: cache hits, free quota, speech rows without a channel, calls
without a key, rows of the older layout, plans and a refund, rounding, ecs and oss. llm-r5retired02
was shut down in time: only a correction of last month is left of it, and nothing is found there.

Prices, ids and people are invented. Column names and wordings are those that public readers of this
export show; its values for a deployment's or a plan's Instance ID are documented nowhere and are
made up here, as are the cells left empty.
"""

from __future__ import annotations

import csv
import io
import json
import random
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path

BILL = (
    Path(__file__).parent
    / "bills"
    / ("1902910424969427-20261004093000_202609_consumedetailbillv2.csv")
)

COLUMNS = (
    "标识信息/账单明细ID,标识信息/订单号,身份信息/资源购买账号ID,身份信息/资源购买账号,"
    "身份信息/资源归属账号ID,身份信息/资源归属账号,账单信息/服务主体,账单信息/账单月份,"
    "账单信息/账单日期,账单信息/费用类型,账单信息/交易类型,账单信息/消费时间,"
    "账单信息/服务开始时间,账单信息/服务结束时间,产品信息/产品Code,产品信息/产品名称,"
    "产品信息/商品Code,产品信息/商品名称,产品信息/计费项Code,产品信息/计费项名称,"
    "产品信息/选型配置,产品信息/规格,资源信息/实例ID（出账粒度）,资源信息/资源ID,"
    "资源信息/资源名称,资源信息/地域Code,资源信息/地域,资源信息/可用区,资源信息/实例标签,"
    "用量信息/抵扣前用量,用量信息/抵扣用量,用量信息/用量,用量信息/用量单位,用量信息/用量详情,"
    "时长信息/抵扣前时长,时长信息/抵扣时长,时长信息/时长,时长信息/时长单位,时长信息/时长详情,"
    "定价信息/官网目录价,定价信息/价格单位,定价信息/目录价用量阶梯,定价信息/用量阶梯累计规则,"
    "定价信息/目录价转换信息,定价信息/目录价因子,定价信息/定价币种,费用信息/计费公式,"
    "费用信息/目录总价,费用信息/计费辅助信息,费用信息/计费过程,费用信息/计费规则说明,"
    "订阅抵扣信息/订阅抵扣目录总价,优惠信息/优惠金额,优惠信息/优惠详情,优惠信息/优惠后金额,"
    "优惠券抵扣信息/优惠券抵扣金额,应付信息/应付金额（含税）"
).split(",")

PAYER = "1902910424969427"
REGIONS = {"cn-beijing": "华北2（北京）", "ap-southeast-1": "新加坡", "cn-hongkong": "中国香港"}

#: CNY per 1000 tokens, input and output.
PRICES = {
    "qwen3.5-plus": ("0.0008", "0.0048"),
    "qwen-max": ("0.0024", "0.0096"),
    "qwen-turbo": ("0.0003", "0.0006"),
    "text-embedding-v4": ("0.0005", "0"),
    "deepseek-v3.2": ("0.002", "0.003"),
    "MiniMax-M2.5": ("0.0021", "0.0084"),
}


@dataclass(frozen=True)
class Key:
    """An API key that is used: where, for what, and on how many minutes of the month."""

    id: str
    workspace: str
    region: str
    models: tuple[str, ...]
    minutes: int
    thousands: int
    channel: str = "app"


def keys() -> list[Key]:
    chat, search, mail = "llm-p1chatbot", "llm-p2search", "llm-p3mail"
    used = [
        Key("2000001", chat, "cn-beijing", ("qwen3.5-plus",), 300, 40),
        Key("2000002", chat, "cn-beijing", ("qwen-turbo",), 260, 60),
        Key("2000003", chat, "cn-beijing", ("qwen-max",), 420, 900),
        Key("2000004", chat, "ap-southeast-1", ("qwen3.5-plus",), 120, 30),
        Key("2000005", search, "cn-beijing", ("text-embedding-v4", "qwen-turbo"), 240, 80),
        Key("2000006", search, "ap-southeast-1", ("text-embedding-v4",), 120, 60),
        Key("2000007", mail, "cn-beijing", ("qwen-turbo",), 200, 20),
        Key("2000008", "llm-s1support", "cn-beijing", ("qwen3.5-plus",), 180, 25, "assistant-api"),
        Key("2000009", "llm-s1support", "cn-hongkong", ("qwen3.5-plus",), 60, 15, "assistant-api"),
        Key("2000010", "llm-x1research", "cn-beijing", ("MiniMax-M2.5",), 90, 35),
        Key("2000011", "llm-x1research", "cn-beijing", ("qwen-max", "deepseek-v3.2"), 80, 30),
        Key("2000017", "llm-r4retired01", "ap-southeast-1", ("qwen3.5-plus",), 64, 12),
    ]
    teams = ("llm-t1finance", "llm-t2legal", "ws-t3hr", "llm-m1marketing")
    small = [
        Key(f"20001{number:02d}", teams[number % 4], "cn-beijing", ("qwen-turbo",), 30, 8)
        for number in range(28)
    ]
    return used + small


def plain(amount: Decimal) -> str:
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def chosen(**options: str) -> str:
    """产品信息/选型配置: what was chosen, as JSON. Filled here where the Instance ID says less."""
    return json.dumps(
        [{"name": name, "value": value} for name, value in options.items()], ensure_ascii=False
    )


def served(when: str) -> dict[str, str]:
    """The minute that a charge of this minute was served in; nothing for whole days."""
    if len(when) == 10:
        return {}
    end = datetime.strptime(when, "%Y-%m-%d %H:%M") + timedelta(minutes=1)
    return {
        "账单信息/消费时间": when,
        "账单信息/服务开始时间": f"{when}:00",
        "账单信息/服务结束时间": f"{end:%Y-%m-%d %H:%M:%S}",
    }


class Bill:
    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []

    def add(self, instance_id: str, when: str, list_cost: Decimal, **cells: str) -> None:
        """A row; money that isn't given otherwise is paid as listed."""
        region = cells.pop("region", "cn-beijing")
        billed = cells.pop("billed", plain(list_cost))
        usual = {
            "身份信息/资源购买账号ID": PAYER,
            "身份信息/资源购买账号": "billing@qinghe.example",
            "身份信息/资源归属账号ID": PAYER,
            "身份信息/资源归属账号": "billing@qinghe.example",
            "账单信息/服务主体": "阿里云",
            "账单信息/账单月份": "202609",
            "账单信息/账单日期": when[:10].replace("-", ""),
            "账单信息/费用类型": "云资源按量费用",
            **served(when),
            "产品信息/产品Code": "sfm",
            "产品信息/产品名称": "大模型服务平台百炼",
            "产品信息/商品Code": "sfm_inference_public_cn",
            "产品信息/商品名称": "百炼大模型推理",
            "产品信息/计费项名称": "大模型文本消耗量",
            "资源信息/实例ID（出账粒度）": instance_id,
            "资源信息/地域Code": region,
            "资源信息/地域": REGIONS[region],
            "定价信息/定价币种": "CNY",
            "费用信息/目录总价": plain(list_cost),
            "订阅抵扣信息/订阅抵扣目录总价": "0",
            "优惠信息/优惠金额": plain(list_cost - Decimal(billed)),
            "优惠信息/优惠后金额": billed,
            "优惠券抵扣信息/优惠券抵扣金额": "0",
            "应付信息/应付金额（含税）": billed,
        }
        unknown = set(cells) - set(COLUMNS)
        assert not unknown, unknown
        self.rows.append({**usual, **cells})

    def tokens(
        self, instance_id: str, when: str, thousands: Decimal, price: str, **cells: str
    ) -> None:
        usage = {
            "用量信息/抵扣前用量": plain(thousands),
            "用量信息/抵扣用量": "0",
            "用量信息/用量": plain(thousands),
            "用量信息/用量单位": "千tokens",
            "定价信息/官网目录价": price,
            "定价信息/价格单位": "元/千tokens",
            "费用信息/计费公式": "用量*官网目录价",
        }
        self.add(instance_id, when, thousands * Decimal(price), **{**usage, **cells})

    def text(self) -> str:
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
        writer.writeheader()
        order = sorted(
            self.rows, key=lambda row: row.get("账单信息/消费时间") or row["账单信息/账单日期"]
        )
        for number, row in enumerate(order):
            row["标识信息/账单明细ID"] = f"202609_{number:06d}"
            writer.writerow(row)
        return out.getvalue()


def minute(rng: random.Random) -> str:
    day, hour, at = rng.randrange(1, 31), rng.randrange(7, 23), rng.randrange(60)
    return f"2026-09-{day:02d} {hour:02d}:{at:02d}"


def use(bill: Bill, rng: random.Random, key: Key) -> None:
    for _ in range(key.minutes):
        when = minute(rng)
        model = rng.choice(key.models)
        for meter, price in zip(("input_token", "output_token"), PRICES[model], strict=True):
            if price == "0":
                continue
            thousands = Decimal(rng.randrange(1, key.thousands * 2000)) / 1000
            tier = "" if model.startswith("text-") else "context_0-128k_"
            name = f"{key.id};{key.workspace};{model};{tier}{meter};{key.channel};0"
            bill.tokens(name, when, thousands, price, region=key.region)


def playground(bill: Bill, rng: random.Random) -> None:
    """Marketing plays in the console on working days; the console has no API key."""
    for day in range(1, 31):
        if day % 7 in (5, 6):  # 5 and 6 September 2026 are a weekend
            continue
        for _ in range(rng.randrange(2, 6)):
            when = f"2026-09-{day:02d} {rng.randrange(9, 18):02d}:{rng.randrange(60):02d}"
            for meter, price in (("input_token", "0.0024"), ("output_token", "0.0096")):
                thousands = Decimal(rng.randrange(1, 9000)) / 1000
                name = f";llm-m1marketing;qwen-max;context_0-128k_{meter};bmp;0"
                bill.tokens(name, when, thousands, price)


def small_things(bill: Bill, rng: random.Random) -> None:
    """Cache hits, speech, calls without a key, and ids of the older layout."""
    for _ in range(60):
        thousands = Decimal(rng.randrange(1, 30_000)) / 1000
        name = "2000001;llm-p1chatbot;qwen3.5-plus;context_0-128k_input_token_cache;app;0"
        bill.tokens(name, minute(rng), thousands, "0.00016")
    for number in range(40):
        # Observed: speech rows have no channel. A tenth is taken off the price.
        thousands = Decimal(rng.randrange(1000, 60_000)) / 1000
        key = "" if number % 8 == 0 else "2000008"
        bill.tokens(
            f"{key};llm-s1support;qwen-audio-3.1-tts-flash;tts_output_token;0",
            minute(rng),
            thousands,
            "0.01",
            billed=plain(thousands * Decimal("0.009")),
            **{
                "产品信息/计费项名称": "语音合成用量",
                "产品信息/选型配置": chosen(语音合成模型="qwen-audio-3.1-tts-flash"),
                "优惠信息/优惠详情": "折扣 9 折",
            },
        )
    for _ in range(36):
        # The key is empty, yet the channel says code: documented as usually from the console.
        when = minute(rng)
        for meter, price in (("input_token", "0.0003"), ("output_token", "0.0006")):
            thousands = Decimal(rng.randrange(1, 4000)) / 1000
            bill.tokens(f";llm-m1marketing;qwen-turbo;{meter};app;0", when, thousands, price)
    for day in range(1, 13):
        # billing type;workspace;model;meter;channel: documented for requests before 2025-12-16.
        meter, price = (("input_token", "0.0003"), ("output_token", "0.0006"))[day % 2]
        thousands = Decimal(rng.randrange(1, 9000)) / 1000
        name = f"text_token;llm-p3mail;qwen-turbo;{meter};app"
        bill.tokens(name, f"2026-09-{day:02d} 08:30", thousands, price)


def others(bill: Bill) -> None:
    """What else stands on such a bill: plans, training, deployment, refunds, other products."""
    code, detail, item = "产品信息/商品Code", "产品信息/商品名称", "产品信息/计费项名称"
    kind = "账单信息/费用类型"
    plan = {code: "sfm_tokenplanteams_dp_cn", detail: "Token Plan", item: ""}
    for when, fee, what in (
        ("2026-09-02", "198", "订阅预付费用"),
        ("2026-09-05", "-198", "订阅退订费用"),  # an unused seat was given back
    ):
        order = {"标识信息/订单号": f"2960{when[-2:]}7741", kind: what}
        bill.add("tokenplan-seat-4c1d", when, Decimal(fee), **plan, **order)
    bill.add(
        "2000018;llm-r5retired02;qwen-max;context_0-128k_output_token;app;0",
        "2026-09-03 10:00",
        Decimal("-3.2"),
        **{kind: "调账费用"},
    )
    bill.add(
        "codingplan-cn-8f2k",
        "2026-09-03",
        Decimal("200"),
        **{kind: "订阅预付费用", code: "sfm_codingplan_public_cn", detail: "Coding Plan", item: ""},
        **{"标识信息/订单号": "2960037742"},
    )
    bill.add(
        "llm-x1research!cn-beijing!ft-202609120910-a1b2",
        "2026-09-12 11:00",
        Decimal("86.4"),
        **{code: "sfm_training_public_cn", detail: "百炼大模型训练", item: "训练时长"},
    )
    for day in range(14, 31):
        bill.add(
            "ptu-qwen3-8b-ft-0260",
            f"2026-09-{day:02d} 00:00",
            Decimal("20"),
            **{code: "sfm_deployment_public_cn", detail: "百炼大模型部署", item: "部署时长"},
            **{"时长信息/抵扣前时长": "24", "时长信息/抵扣时长": "0"},
            **{"时长信息/时长": "24", "时长信息/时长单位": "小时"},
        )
    for number in range(12):
        bill.tokens(
            f"2000005;llm-p2search;qwen-turbo;input_token_batch;app;{number % 2}",
            f"2026-09-{number + 10:02d} 03:00",
            Decimal("1500"),
            "0.00015",
        )
    for number in range(3):
        # Free quota pays: the usage stands under what was deducted, and nothing is left to bill.
        bill.tokens(
            "2000001;llm-p1chatbot;qwen3.5-plus;context_0-128k_input_token;app;1",
            f"2026-09-01 00:0{5 + number}",
            Decimal(0),
            "0.0008",
            **{"用量信息/抵扣前用量": "1000", "用量信息/抵扣用量": "1000"},
        )
    bill.add(
        "2000003;llm-p1chatbot;qwen-max;output_token;app;0",
        "2026-09-28 12:00",
        Decimal("-12.5"),
        **{kind: "调账费用"},
    )
    # Month-end rounding drops what is below a fen (that it is one row for the product is inferred).
    owed = sum((Decimal(row["应付信息/应付金额（含税）"]) for row in bill.rows), Decimal(0))
    fen = owed.quantize(Decimal("0.01"), ROUND_FLOOR)
    bill.add("", "2026-09-30", fen - owed, **{kind: "抹零费用"})
    for day in range(1, 31):
        for product, name, cost in (
            ("ecs", "云服务器ECS", "31.68"),
            ("oss", "对象存储OSS", "2.0475"),
        ):
            bill.add(f"{product}-7xv3k", f"2026-09-{day:02d}", Decimal(cost),
                     **{"资源信息/实例标签": "key:team value:platform",
                        "产品信息/产品Code": product, "产品信息/产品名称": name, code: product,
                        detail: name, item: name})  # fmt: skip


def main() -> int:
    rng = random.Random(20260901)
    bill = Bill()
    for key in keys():
        use(bill, rng, key)
    playground(bill, rng)
    small_things(bill, random.Random(20260902))
    others(bill)
    data = ("\ufeff" + bill.text()).encode()
    if sys.argv[1:] == ["--check"]:
        return int(not BILL.exists() or BILL.read_bytes() != data)
    BILL.parent.mkdir(exist_ok=True)
    BILL.write_bytes(data)
    print(f"{BILL.name}: {len(bill.rows)} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
