"""A seeded builder of bills and policies: the same seed gives the same files.

    rng = random.Random(seed)
    rows = random_rows(rng, 40)
    written = write_bill(tmp_path / "b.csv", "v2", rows, rng, quirks=random_quirks(rng))
    policies = random_policies(rng, rows)
    write_policies(tmp_path / "p.yaml", policies)

The builder keeps away from the open points listed in judge.py where it can (no empty flag in a
six-part ID, no owner cell left empty, one fault per bad row, no ties in `limit_for`).
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import yaml

from . import judge as oracle
from .bill import (
    BILL_CLOCK,
    CATEGORIES,
    ID_PARTS,
    SERVICES,
    WHERE_COLUMNS,
    Charge,
    midnight,
    next_month,
    read_row,
)

SHAPES = (
    "detail-zh", "v2", "api", "detail-en", "detail-en-old", "detail-tc", "focus", "taught",
)  # fmt: skip

#: Those that the console and the API of China write; no govern.yaml must teach them.
EXPORTED = ("detail-zh", "v2", "api")

QUIRKS = (
    "bom",
    "crlf",
    "quote_all",
    "line_breaks",  # in tag cells
    "tabs",  # behind account and instance ids
    "blank_first_line",
    "bad_rows",
    "totals_row",  # agrees with the rest; not written together with bad_rows
    "english",  # v2 only: English paths (no time finer than the day)
    "header_name",  # detail-zh only: a newer name of the instance column
    "monthly",  # the file knows the month only
    "no_usage",  # the report has no usage columns
    "commas",  # thousands commas
)

BAD_KINDS = ("fields", "amount", "currency", "date", "list_cost", "usage")


@dataclass(frozen=True)
class Row:
    """One row as words, before it takes the shape of a file."""

    key: str
    billing_account_id: str
    sub_account_id: str
    product_code: str
    product_name: str
    commodity_code: str
    commodity_name: str
    category: str  # usage free subscription refund rounding commission adjustment unknown
    instance_id: str
    region: str
    billing_item_code: str
    billing_item: str
    usage: str
    unit: str
    list_cost: str
    billed_cost: str
    currency: str
    billing_month: str  # 2026-09
    start: datetime
    width: str  # second | minute | day


# ---------------------------------------------------------------------------------------- the rows

PAYERS = ("1902910424969427", "5001234567890123")
OWNERS = ("1902910424969427", "2003004005006007", "5001234567890123")
WORKSPACES = ("llm-a", "llm-b", "llm-33cfnl3dvbcx0dir", "ws-c")
KEYS = ("12345", "12346", "2965964", "90001", "010", "")
MODELS = (
    "qwen-max",
    "qwen-plus",
    "qwen-turbo",
    "qwen-turbo-latest",
    "qwen3.5-plus",
    "MiniMax-M2.5",
    "wanx2.1-t2v",
    "qwen3-8b-ft-202511132025-0260",
)
METERS = (
    "input_token",
    "output_token",
    "input_token_cache",
    "thinking_output_token",
    "input_token_batch",
    "context_0-128k_input_token",
    "context_0-128k_output_token",
    "context_128k-256k_input_token",
    "context_128k-256k_output_token_batch_chat",
    "image_number",
    "video_ratio_720p",
    "tts_output_token",
    "unheard_of_meter",
    "images",
    "times",
    "1080P",  # a video's resolution in the place of the meter
)
CHANNELS = ("app", "app", "bmp", "assistant-api", "somewhere-new", "")
BILLING_TYPES = ("text_token", "image_number", "video_duration", "cosy_audio")
REGIONS = (
    "华北2（北京）",
    "China (Beijing)",
    "cn-beijing",
    "新加坡",
    "Singapore",
    "ap-southeast-1",
    "US (Virginia)",
    "美国（弗吉尼亚）",
    "China (Hong Kong)",
    "Germany (Frankfurt)",
    "Japan (Tokyo)",
    "月球1（静海）",
)
UNITS = ("千tokens", "千Token", "Token", "KTokens", "张", "秒", "万字", "次", "个")
INFERENCE_CODES = (
    "sfm_inference_public_cn",
    "sfm_inference_public_cn",
    "sfm_inferenceHH_public_cn",
)
UNKNOWN_IDS = (
    "",
    "sfm-inst-0001",
    "a;b",
    "12345;default;qwen-max;output_token;app;0",
    "12345;llm-a;qwen-max;output_token;app;7",
    "1;llm-a;qwen-max;output_token;app;0;more",
    "kb-20260901",
)
FIRST_DAY = date(2026, 8, 24)
DAYS = 48  # up to 2026-10-10: three billing months, several weeks


def random_amount(rng: random.Random) -> Decimal:
    """Small change mostly; up to 10 decimals; nothing and next to nothing now and then."""
    kind = rng.random()
    if kind < 0.08:
        return Decimal(0)
    if kind < 0.14:
        return Decimal(rng.randrange(1, 10)).scaleb(-rng.choice((7, 9, 10)))
    digits = rng.choice((0, 1, 2, 2, 4, 6, 8, 10))
    whole = rng.choice((1, 10, 100, 1000, 20000))
    return Decimal(rng.randrange(1, whole * 10**digits + 1)).scaleb(-digits)


def spell_amount(rng: random.Random, amount: Decimal) -> str:
    """Plain, with trailing zeros, or in scientific notation."""
    kind = rng.random()
    if amount and abs(amount) < Decimal("0.00001") and kind < 0.5:
        return f"{amount.normalize():E}"
    text = format(amount, "f")
    if kind > 0.9:
        text = text + "00" if "." in text else text + ".00"
    return text


def random_instance_id(rng: random.Random) -> str:
    """One of the layouts of facts section 2, or of none of them."""
    key = rng.choice(KEYS)
    workspace = rng.choice(WORKSPACES)
    model = rng.choice(MODELS) if rng.random() > 0.03 else ""
    meter = rng.choice(METERS)
    channel = rng.choice(CHANNELS)
    flag = rng.choice("01")
    kind = rng.random()
    if kind < 0.50:
        parts = [key, workspace, model, meter, channel, flag]
    elif kind < 0.62:
        parts = [key, workspace, model, meter, channel]
    elif kind < 0.72:
        parts = [key, workspace, model, meter, flag]
    elif kind < 0.82:
        parts = [rng.choice(BILLING_TYPES), workspace, model, meter, channel]
    elif kind < 0.92:
        parts = [key, workspace, model, meter, channel, flag]
        parts.insert(rng.choice((3, 4)), rng.choice(("720P", "1080P", "480P")))
    else:
        return rng.choice(UNKNOWN_IDS)
    return ";".join(parts)


def random_row(rng: random.Random, number: int) -> Row:
    payer = rng.choices(PAYERS, (4, 1))[0]
    owner = rng.choice(OWNERS[:2]) if payer == PAYERS[0] else OWNERS[2]
    currency = rng.choices(("CNY", "USD"), (4, 1))[0]
    day = FIRST_DAY + timedelta(days=rng.randrange(DAYS))
    width = rng.choice(("second", "minute", "minute", "day"))
    start = datetime(day.year, day.month, day.day, tzinfo=BILL_CLOCK)
    if width != "day":
        # often on the edges of a day
        minute = rng.choice((0, 1, 1439, rng.randrange(1440), rng.randrange(1440)))
        start += timedelta(minutes=minute)
    if width == "second":
        start += timedelta(seconds=rng.choice((0, 1, 59)))
    first = day.replace(day=1)
    if rng.random() < 0.04:  # settled in the month after
        first = next_month(first)

    billed = random_amount(rng)
    listed = billed * rng.choice((1, 1, 1, 2)) + rng.choice((0, 0, 1)) * random_amount(rng)
    product_code, product_name = (
        "sfm",
        rng.choice(("大模型服务平台百炼", "Alibaba Cloud Model Studio")),
    )
    commodity_code, commodity_name = rng.choice(INFERENCE_CODES), "百炼大模型推理"
    category = "usage"
    instance_id = random_instance_id(rng)
    region = rng.choice(REGIONS)
    item_code, item = rng.choice(
        (("text_token", "大模型文本消耗量"), ("image_number", "大模型图片生成量"), ("", ""))
    )
    usage, unit = spell_amount(rng, random_amount(rng)), rng.choice(UNITS)
    if rng.random() < 0.1:
        usage = unit = ""

    kind = rng.random()
    if kind < 0.06:  # refund
        category, billed, listed = "refund", -billed, -listed
    elif kind < 0.09:  # rounding
        category, billed, listed = (
            "rounding",
            -Decimal(rng.randrange(1, 99)).scaleb(-10),
            Decimal(0),
        )
        usage = unit = ""
    elif kind < 0.11:
        category = rng.choice(("commission", "adjustment", "unknown"))
    elif kind < 0.13:  # within the free quota: used, and paid nothing
        category, billed, listed = "free", Decimal(0), Decimal(0)
    elif kind < 0.16:  # training
        workspace = rng.choice(WORKSPACES)
        region = rng.choice(("cn-beijing", "ap-southeast-1"))
        instance_id = f"{workspace}!{region}!ft-2026{number:04}"
        commodity_code, commodity_name = "sfm_training_public_cn", "百炼大模型训练"
    elif kind < 0.20:  # a purchase
        category = "subscription"
        commodity_code, commodity_name = rng.choice(
            (
                ("sfm_codingplan_public_cn", "百炼 Coding Plan"),
                ("sfm_codingplan_public_intl", "Coding Plan"),
                ("sfm_tokenplanteams_dp_cn", "Token Plan"),
                ("sfm_llminference_spn_public_cn", "百炼大模型推理节省计划"),
                ("sfm_llminference_dp_cn", "百炼大模型推理资源包"),
            )
        )
        instance_id = rng.choice(("", f"sfm-plan-{number}"))
        usage = unit = ""
    elif kind < 0.23:
        commodity_code, commodity_name = "sfm_deployment_public_cn", "百炼模型部署"
        instance_id = rng.choice((f"deploy-{number}", instance_id))
    elif kind < 0.27:  # known by its product name only
        product_code, product_name = "xyz", "大模型服务平台百炼"
        commodity_code, commodity_name = rng.choice(
            (("xyz_public_cn", "百炼大模型推理"), ("", "Model Studio Foundation Model Inference"))
        )
    elif kind < 0.30:  # known by its commodity code only
        product_code, product_name = "", "Something else"
    elif kind < 0.33:
        commodity_code, commodity_name = "sfm_mystery_public_cn", "神秘商品"
    elif kind < 0.40:  # another product
        product_code, product_name = rng.choice(
            (("ecs", "云服务器 ECS"), ("oss", "Object Storage"))
        )
        commodity_code, commodity_name = product_code, product_name
        instance_id = f"i-{number:08}"

    return Row(
        key=f"D2026{number:08}",
        billing_account_id=payer,
        sub_account_id=owner,
        product_code=product_code,
        product_name=product_name,
        commodity_code=commodity_code,
        commodity_name=commodity_name,
        category=category,
        instance_id=instance_id,
        region=region,
        billing_item_code=item_code,
        billing_item=item,
        usage=usage,
        unit=unit,
        list_cost=spell_amount(rng, listed) if rng.random() > 0.03 else "",
        billed_cost=spell_amount(rng, billed),
        currency=currency,
        billing_month=f"{first.year:04}-{first.month:02}",
        start=start,
        width=width,
    )


def random_rows(rng: random.Random, n: int) -> list[Row]:
    """Some bills are tidy (every Instance ID has a known layout), some know one currency only, so
    that not every second policy ends undecided."""
    tidy = rng.random() < 0.4
    one_currency = rng.random() < 0.4
    rows: list[Row] = []
    while len(rows) < n:
        row = random_row(rng, len(rows))
        if tidy and not all(charge.parsed for charge in charges_of([row])):
            continue
        rows.append(replace(row, currency="CNY") if one_currency else row)
    return rows


# ------------------------------------------------------------------------------------ writing bills

ZH_WORDS = {
    "usage": "云资源按量费用",
    "subscription": "订阅预付费用",
    "refund": "订阅退订费用",
    "rounding": "抹零费用",
    "commission": "佣金费用",
    "adjustment": "调账费用",
    "unknown": "神秘费用",
    "free": "免费额度",
}
EN_WORDS = {
    "usage": "Pay-As-You-Go",
    "subscription": "Subscription",
    "refund": "Refund",
    "rounding": "Rounding Adjustment",
    "commission": "Commission",
    "adjustment": "Adjustment",
    "unknown": "Mystery",
    "free": "Pay-As-You-Go",
}
API_WORDS = {
    "usage": "PayAsYouGoBill",
    "subscription": "SubscriptionOrder",
    "refund": "Refund",
    "rounding": "Adjustment",
    "commission": "Adjustment",
    "adjustment": "Adjustment",
    "unknown": "Mystery",
    "free": "PayAsYouGoBill",
}


TC_WORDS = {
    "usage": "後付費賬單",
    "subscription": "預付費訂單",
    "refund": "Refund",
    "rounding": "Rounding",
    "commission": "Commission",
    "adjustment": "調賬",
    "unknown": "Mystery",
    "free": "後付費賬單",
}
FOCUS_WORDS = {
    "usage": "Usage",
    "subscription": "Purchase",
    "refund": "Adjustment",
    "rounding": "Adjustment",
    "commission": "Adjustment",
    "adjustment": "Adjustment",
    "unknown": "Mystery",
    "free": "Usage",
}


def _names(text: str) -> list[str]:
    return text.split(", ")


DETAIL_ZH_HEADER = _names(
    "资源购买账号ID, 资源购买账号, 资源归属账号ID, 资源归属账号, 账单月份, 账单日期, 费用类型, "
    "产品Code, 产品名称, 商品Code, 商品名称, 资产/资源实例ID, 资产/资源实例名称, 资源组, "
    "实例标签, 资源实例配置, 资源实例规格, 公网IP, 私网IP, 地域, 可用区, 计费项Code, "
    "计费规则说明, 计费项, 资源包抵扣量, 用量, 用量单位, 目录价, 目录价定价类型, 价格单位, "
    "目录总价, 优惠券抵扣金额, 优惠金额, 节省计划抵扣目录总价, 应付金额, 代金券抵扣金额, "
    "定价币种, 主键, 优惠后金额"
)

V2_ZH_HEADER = _names(
    "标识信息/账单明细ID, 标识信息/订单号, 身份信息/资源购买账号ID, 身份信息/资源购买账号, "
    "身份信息/资源归属账号ID, 身份信息/资源归属账号, 账单信息/服务主体, 账单信息/账单月份, "
    "账单信息/账单日期, 账单信息/费用类型, 账单信息/交易类型, 账单信息/消费时间, "
    "账单信息/服务开始时间, 账单信息/服务结束时间, 产品信息/产品Code, 产品信息/产品名称, "
    "产品信息/商品Code, 产品信息/商品名称, 产品信息/计费项Code, 产品信息/计费项名称, "
    "产品信息/选型配置, 产品信息/规格, 资源信息/实例ID（出账粒度）, 资源信息/资源ID, "
    "资源信息/资源名称, 资源信息/地域Code, 资源信息/地域, 资源信息/可用区, 资源信息/实例标签, "
    "用量信息/抵扣前用量, 用量信息/抵扣用量, 用量信息/用量, 用量信息/用量单位, "
    "用量信息/用量详情, 定价信息/官网目录价, 定价信息/价格单位, 定价信息/定价币种, "
    "费用信息/计费公式, 费用信息/目录总价, 费用信息/计费规则说明, 订阅抵扣信息/订阅抵扣目录总价, "
    "优惠信息/优惠金额, 优惠信息/优惠详情, 优惠信息/优惠后金额, 优惠券抵扣信息/优惠券抵扣金额, "
    "应付信息/应付金额（含税）"
)

V2_EN_HEADER = _names(
    "LineItemDetails/OrderId, IdentityDetails/ResourcePurchaseAccountId, "
    "IdentityDetails/ResourcePurchaseAccount, IdentityDetails/ResourceOwnerAccountId, "
    "IdentityDetails/ResourceOwnerAccount, BillingDetails/ServiceEntity, "
    "BillingDetails/BillingMonth, BillingDetails/BillingDate, BillingDetails/LineItemType, "
    "ProductDetails/ProductCode, ProductDetails/ProductName, ProductDetails/CommodityCode, "
    "ProductDetails/CommodityName, ProductDetails/BillingItemCode, "
    "ProductDetails/BillingItemName, ResourceDetails/InstanceId, ResourceDetails/ResourceId, "
    "ResourceDetails/RegionCode, ResourceDetails/Zone, ResourceDetails/ResourceTag, "
    "UsageDetails/Usage, UsageDetails/UsageUnit, PricingDetails/Currency, "
    "FeeDetails/GrossAmount, DiscountDetails/DiscountAmount, "
    "PayableDetails/TaxExclusivePayableAmount"
)

API_HEADER = _names(
    "BillingCycle, CostUnit, AccountID, AccountName, OwnerID, OwnerAccountName, "
    "SubscriptionType, ProductCode, ProductName, ProductType, ProductDetail, PaymentTime, "
    "UsageStartTime, UsageEndTime, ServicePeriod, RecordID, RelatedRecordID, Item, BillingType, "
    "InstanceID, NickName, ResourceGroup, Tag, InstanceConfig, InstanceSpec, InternetIP, "
    "IntranetIP, Region, Zone, PretaxGrossAmount, InvoiceDiscount, DeductedByCoupons, "
    "PretaxAmount, DeductedByCashCoupons, DeductedByPrepaidCard, PaymentAmount, "
    "OutstandingAmount, BillingDate, Currency, CommodityCode, BillingItem, Usage, UsageUnit"
)

DETAIL_EN_HEADER = _names(
    "Resource Purchase Account ID, Resource Purchase Account, Resource Owner Account ID, "
    "Resource Owner Account, Billing Month, Billing Date, Consumption Time, Fee Type, "
    "Product Code, Product Name, Commodity Code, Commodity Name, "
    "Instance ID (billing granularity), Resource Group, Instance tag, Instance Configuration, "
    "Region, Zone, Billable Item, Usage, Usage Unit, List Price, Catalogue Gross Amount, "
    "Deducted by Coupon, Payable Amount, Currency, Primary Key, Amount After Price Reduction"
)

DETAIL_EN_OLD_HEADER = _names(
    "Billing Cycle, Cost Center, Account ID, Account Name, Owner Account ID, Owner Account Name, "
    "Product Code, Product Name, Commodity Code, Product Detail, Payment Time, Usage Start Time, "
    "Billing Date, Item, Billing Item, Instance ID, Tag, Instance Config, Region, Usage, "
    "Usage Unit, Pretax Gross Amount, Invoice Discount, Amount After Discount, Pretax Amount, "
    "Currency"
)

DETAIL_TC_HEADER = _names(
    "賬期, 財務單元, 帳號ID, Owner帳號ID, 產品, 產品Code, 產品明細, 產品明細Code, 賬單日期, "
    "消費時間, 賬單類型, 執行個體ID, 資源群組, 執行個體標籤, 執行個體配置, 地域, 計費項, 用量, "
    "用量單位, 目錄總價, 優惠後金額, 應付金額, 幣種"
)

FOCUS_HEADER = _names(
    "BillingAccountId, SubAccountId, BillingPeriodStart, BillingPeriodEnd, ChargePeriodStart, "
    "ChargePeriodEnd, ChargeCategory, ServiceName, ResourceId, ResourceName, Tags, RegionId, "
    "RegionName, ConsumedQuantity, ConsumedUnit, PricingQuantity, PricingUnit, ListCost, "
    "ContractedCost, BilledCost, BillingCurrency, x_InstanceID, x_CommodityCode, x_CommodityName, "
    "x_BillingItemCode, x_BillingItemName"
)

#: A layout that no shape knows, as somebody's own report might have it; what each column is.
TAUGHT = {
    "Payer": "billing_account_id",
    "Owner": "sub_account_id",
    "Period": "month",
    "When": "time",
    "Kind": "charge_category",
    "P-Code": "product_code",
    "P-Name": "product_name",
    "C-Code": "commodity_code",
    "C-Name": "commodity_name",
    "Thing": "instance_id",
    "Where": "region",
    "What": "billing_item",
    "Amount used": "usage",
    "In": "usage_unit",
    "Before discounts": "list_cost",
    "To pay": "billed_cost",
    "Money": "currency",
}
#: The same for the oracle, which has words of its own.
TAUGHT_CANONICAL = {
    {
        "month": "billing_month",
        "time": "start_time",
        "charge_category": "category",
        "commodity_name": "product_detail",
        "region": "region_name",
        "billed_cost": "payable",
    }.get(field, field): column
    for column, field in TAUGHT.items()
}  # fmt: skip

CONFIG = '[{"name": "文本生成模型规格", "value": "a, \\"b\\""}]'


def _clock_text(row: Row) -> str:
    """To the second or the minute, as the row knows it."""
    return row.start.strftime("%Y-%m-%d %H:%M:%S" if row.width == "second" else "%Y-%m-%d %H:%M")


def _detail_zh_cells(row: Row, rng: random.Random, monthly: bool) -> dict[str, str]:
    return {
        "资源购买账号ID": row.billing_account_id,
        "资源购买账号": "finops@example.com",
        "资源归属账号ID": row.sub_account_id,
        "资源归属账号": "team",
        "账单月份": row.billing_month,
        "账单日期": "" if monthly else row.start.strftime("%Y-%m-%d"),
        "费用类型": ZH_WORDS[row.category],
        "产品Code": row.product_code,
        "产品名称": row.product_name,
        "商品Code": row.commodity_code,
        "商品名称": row.commodity_name,
        "资产/资源实例ID": row.instance_id,
        "实例标签": "key:test1 value:test1; key:test2 value:test2",
        "资源实例配置": CONFIG,
        "地域": row.region,
        "计费项Code": row.billing_item_code,
        "计费项": row.billing_item,
        "用量": row.usage,
        "用量单位": row.unit,
        "目录总价": row.list_cost,
        "应付金额": row.billed_cost,
        "优惠金额": "0",
        "定价币种": row.currency,
        "主键": row.key,
        "优惠后金额": row.billed_cost,
    }


def _v2_zh_cells(row: Row, rng: random.Random, monthly: bool) -> dict[str, str]:
    consumed = started = ended = ""
    if not monthly and row.width != "day":
        ended = (row.start + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
        if rng.random() < 0.7:
            consumed = _clock_text(row)
            started = row.start.strftime("%Y-%m-%d 00:00:00")  # 消费时间 goes first
        else:
            started = _clock_text(row)
    by_code = rng.random() < 0.5
    return {
        "标识信息/账单明细ID": row.key,
        "身份信息/资源购买账号ID": row.billing_account_id,
        "身份信息/资源购买账号": "finops@example.com",
        "身份信息/资源归属账号ID": row.sub_account_id,
        "账单信息/账单月份": row.billing_month.replace("-", ""),
        "账单信息/账单日期": "" if monthly else row.start.strftime("%Y%m%d"),
        "账单信息/费用类型": ZH_WORDS[row.category],
        "账单信息/消费时间": consumed,
        "账单信息/服务开始时间": started,
        "账单信息/服务结束时间": ended,
        "产品信息/产品Code": row.product_code,
        "产品信息/产品名称": row.product_name,
        "产品信息/商品Code": row.commodity_code,
        "产品信息/商品名称": row.commodity_name,
        "产品信息/计费项Code": row.billing_item_code,
        "产品信息/计费项名称": row.billing_item,
        "产品信息/选型配置": CONFIG,
        "资源信息/实例ID（出账粒度）": row.instance_id,
        "资源信息/地域Code": row.region if by_code else "",
        "资源信息/地域": row.region,
        "资源信息/实例标签": "key:test1 value:test1; key:test2 value:test2",
        "用量信息/抵扣前用量": row.usage,
        "用量信息/用量": "0" if row.category == "free" and row.usage else row.usage,
        "用量信息/用量单位": row.unit,
        "定价信息/定价币种": row.currency,
        "费用信息/目录总价": row.list_cost,
        "优惠信息/优惠后金额": row.billed_cost,
        "应付信息/应付金额（含税）": row.billed_cost,
    }


def _v2_en_cells(row: Row, rng: random.Random, monthly: bool) -> dict[str, str]:
    return {
        "IdentityDetails/ResourcePurchaseAccountId": row.billing_account_id,
        "IdentityDetails/ResourceOwnerAccountId": row.sub_account_id,
        "BillingDetails/BillingMonth": row.billing_month.replace("-", ""),
        "BillingDetails/BillingDate": "" if monthly else row.start.strftime("%Y%m%d"),
        "BillingDetails/LineItemType": EN_WORDS[row.category],
        "ProductDetails/ProductCode": row.product_code,
        "ProductDetails/ProductName": row.product_name,
        "ProductDetails/CommodityCode": row.commodity_code,
        "ProductDetails/CommodityName": row.commodity_name,
        "ProductDetails/BillingItemCode": row.billing_item_code,
        "ProductDetails/BillingItemName": row.billing_item,
        "ResourceDetails/InstanceId": row.instance_id,
        "ResourceDetails/RegionCode": row.region,
        "ResourceDetails/ResourceTag": "key:test1 value:test1; key:test2 value:test2",
        "UsageDetails/Usage": row.usage,
        "UsageDetails/UsageUnit": row.unit,
        "PricingDetails/Currency": row.currency,
        "FeeDetails/GrossAmount": row.list_cost,
        "PayableDetails/TaxExclusivePayableAmount": row.billed_cost,
    }


def _api_cells(row: Row, rng: random.Random, monthly: bool) -> dict[str, str]:
    fine = not monthly and row.width != "day"
    return {
        "BillingCycle": row.billing_month,
        "AccountID": row.billing_account_id,
        "AccountName": "finops@example.com",
        "OwnerID": row.sub_account_id,
        "SubscriptionType": "Subscription" if row.category == "subscription" else "PayAsYouGo",
        "ProductCode": row.product_code,
        "ProductName": row.product_name,
        "ProductDetail": row.commodity_name,
        "UsageStartTime": _clock_text(row) if fine else "",
        "UsageEndTime": (row.start + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
        if fine
        else "",
        "RecordID": row.key,
        "Item": API_WORDS[row.category],
        "InstanceID": row.instance_id,
        "Tag": "key1:value1;key2:value2",
        "InstanceConfig": CONFIG,
        "Region": row.region,
        "PretaxGrossAmount": row.list_cost,
        "PretaxAmount": row.billed_cost,
        "BillingDate": "" if monthly else row.start.strftime("%Y-%m-%d"),
        "Currency": row.currency,
        "CommodityCode": row.commodity_code,
        "BillingItem": row.billing_item,
        "Usage": row.usage,
        "UsageUnit": row.unit,
    }


def _detail_en_cells(row: Row, rng: random.Random, monthly: bool) -> dict[str, str]:
    return {
        "Resource Purchase Account ID": row.billing_account_id,
        "Resource Owner Account ID": row.sub_account_id,
        "Billing Month": row.billing_month,
        "Billing Date": "" if monthly else row.start.strftime("%Y-%m-%d"),
        "Consumption Time": "" if monthly or row.width == "day" else _clock_text(row),
        "Fee Type": EN_WORDS[row.category],
        "Product Code": row.product_code,
        "Product Name": row.product_name,
        "Commodity Code": row.commodity_code,
        "Commodity Name": row.commodity_name,
        "Instance ID (billing granularity)": row.instance_id,
        "Instance tag": "key:test1 value:test1; key:test2 value:test2",
        "Instance Configuration": CONFIG,
        "Region": row.region,
        "Billable Item": row.billing_item,
        "Usage": row.usage,
        "Usage Unit": row.unit,
        "Catalogue Gross Amount": row.list_cost,
        "Payable Amount": row.billed_cost,
        "Currency": row.currency,
        "Primary Key": row.key,
        "Amount After Price Reduction": "7",
    }


def _detail_en_old_cells(row: Row, rng: random.Random, monthly: bool) -> dict[str, str]:
    return {
        "Billing Cycle": row.billing_month,
        "Account ID": row.billing_account_id,
        "Owner Account ID": row.sub_account_id,
        "Product Code": row.product_code,
        "Product Name": row.product_name,
        "Commodity Code": row.commodity_code,
        "Product Detail": row.commodity_name,
        "Usage Start Time": "" if monthly or row.width == "day" else _clock_text(row),
        "Billing Date": "" if monthly else row.start.strftime("%Y-%m-%d"),
        "Item": API_WORDS[row.category],
        "Billing Item": row.billing_item,
        "Instance ID": row.instance_id,
        "Tag": "key1:value1;key2:value2",
        "Instance Config": CONFIG,
        "Region": row.region,
        "Usage": row.usage,
        "Usage Unit": row.unit,
        "Pretax Gross Amount": row.list_cost,
        "Amount After Discount": "7",
        "Pretax Amount": row.billed_cost,
        "Currency": row.currency,
    }


def _detail_tc_cells(row: Row, rng: random.Random, monthly: bool) -> dict[str, str]:
    return {
        "賬期": row.billing_month,
        "帳號ID": row.billing_account_id,
        "Owner帳號ID": row.sub_account_id,
        "產品": row.product_name,
        "產品Code": row.product_code,
        "產品明細": row.commodity_name,
        "產品明細Code": row.commodity_code,
        "賬單日期": "" if monthly else row.start.strftime("%Y-%m-%d"),
        "消費時間": "" if monthly or row.width == "day" else _clock_text(row),
        "賬單類型": TC_WORDS[row.category],
        "執行個體ID": row.instance_id,
        "執行個體標籤": "key:test1 value:test1; key:test2 value:test2",
        "執行個體配置": CONFIG,
        "地域": row.region,
        "計費項": row.billing_item,
        "用量": row.usage,
        "用量單位": row.unit,
        "目錄總價": row.list_cost,
        "優惠後金額": "7",
        "應付金額": row.billed_cost,
        "幣種": row.currency,
    }


def _focus_cells(row: Row, rng: random.Random, monthly: bool) -> dict[str, str]:
    """A charge period is a day or a month; quantities stand where Alibaba writes them."""
    first = datetime.fromisoformat(f"{row.billing_month}-01T00:00:00+08:00")
    start = row.start.replace(hour=0, minute=0, second=0)
    end = start + timedelta(days=1)
    if monthly:
        start, end = first, midnight(next_month(first.date()))
    priced = rng.random() < 0.7
    return {
        "BillingAccountId": row.billing_account_id,
        "SubAccountId": row.sub_account_id,
        "BillingPeriodStart": _instant(first, rng),
        "ChargePeriodStart": _instant(start, rng),
        "ChargePeriodEnd": _instant(end, rng),
        "ChargeCategory": FOCUS_WORDS[row.category],
        "ServiceName": row.product_name,
        "Tags": "key:test1 value:test1; key:test2 value:test2",
        "RegionId": rng.choice(("NULL", row.region)),
        "RegionName": row.region,
        "ConsumedQuantity": "NULL" if priced else row.usage,
        "ConsumedUnit": "NULL" if priced else row.unit,
        "PricingQuantity": row.usage if priced else "5",
        "PricingUnit": row.unit if priced else "次",
        "ListCost": row.list_cost or "NULL",
        "ContractedCost": "NULL",
        "BilledCost": row.billed_cost,
        "BillingCurrency": row.currency,
        "x_InstanceID": row.instance_id,
        "x_CommodityCode": row.commodity_code,
        "x_CommodityName": row.commodity_name,
        "x_BillingItemName": row.billing_item,
    }


def _instant(at: datetime, rng: random.Random) -> str:
    """In UTC as the specification asks for, or on the bill clock without a zone."""
    if rng.random() < 0.5:
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return at.strftime("%Y-%m-%d %H:%M:%S")


def _taught_cells(row: Row, rng: random.Random, monthly: bool) -> dict[str, str]:
    when = row.start.strftime("%Y-%m-%d") if row.width == "day" else _clock_text(row)
    told = {
        "billing_account_id": row.billing_account_id,
        "sub_account_id": row.sub_account_id,
        "month": row.billing_month,
        "time": "" if monthly else when,
        "charge_category": EN_WORDS[row.category],
        "product_code": row.product_code,
        "product_name": row.product_name,
        "commodity_code": row.commodity_code,
        "commodity_name": row.commodity_name,
        "instance_id": row.instance_id,
        "region": row.region,
        "billing_item": row.billing_item,
        "usage": row.usage,
        "usage_unit": row.unit,
        "list_cost": row.list_cost,
        "billed_cost": row.billed_cost,
        "currency": row.currency,
    }
    return {column: told[field] for column, field in TAUGHT.items()} | {"Notes": "a; b"}


@dataclass(frozen=True)
class _Layout:
    header: Sequence[str]
    cells: Callable[[Row, random.Random, bool], dict[str, str]]
    amount: str
    currency: str
    list_cost: str
    usage: str
    unit: str
    times: tuple[str, ...]  # finest first, the billing month last
    tag: str
    ids: tuple[str, ...]


_LAYOUTS = {
    "detail-zh": _Layout(
        DETAIL_ZH_HEADER, _detail_zh_cells, "应付金额", "定价币种", "目录总价", "用量", "用量单位",
        ("账单日期", "账单月份"), "实例标签",
        ("资源购买账号ID", "资源归属账号ID", "资产/资源实例ID"),
    ),
    "v2": _Layout(
        V2_ZH_HEADER, _v2_zh_cells, "应付信息/应付金额（含税）", "定价信息/定价币种",
        "费用信息/目录总价", "用量信息/抵扣前用量", "用量信息/用量单位",
        ("账单信息/消费时间", "账单信息/服务开始时间", "账单信息/账单日期", "账单信息/账单月份"),
        "资源信息/实例标签",
        ("身份信息/资源购买账号ID", "身份信息/资源归属账号ID", "资源信息/实例ID（出账粒度）"),
    ),
    "v2-english": _Layout(
        V2_EN_HEADER, _v2_en_cells, "PayableDetails/TaxExclusivePayableAmount",
        "PricingDetails/Currency", "FeeDetails/GrossAmount", "UsageDetails/Usage",
        "UsageDetails/UsageUnit", ("BillingDetails/BillingDate", "BillingDetails/BillingMonth"),
        "ResourceDetails/ResourceTag",
        (
            "IdentityDetails/ResourcePurchaseAccountId",
            "IdentityDetails/ResourceOwnerAccountId",
            "ResourceDetails/InstanceId",
        ),
    ),
    "api": _Layout(
        API_HEADER, _api_cells, "PretaxAmount", "Currency", "PretaxGrossAmount", "Usage",
        "UsageUnit", ("UsageStartTime", "BillingDate", "BillingCycle"), "Tag",
        ("AccountID", "OwnerID", "InstanceID"),
    ),
    "detail-en": _Layout(
        DETAIL_EN_HEADER, _detail_en_cells, "Payable Amount", "Currency",
        "Catalogue Gross Amount", "Usage", "Usage Unit",
        ("Consumption Time", "Billing Date", "Billing Month"), "Instance tag",
        (
            "Resource Purchase Account ID", "Resource Owner Account ID",
            "Instance ID (billing granularity)",
        ),
    ),
    "detail-en-old": _Layout(
        DETAIL_EN_OLD_HEADER, _detail_en_old_cells, "Pretax Amount", "Currency",
        "Pretax Gross Amount", "Usage", "Usage Unit",
        ("Usage Start Time", "Billing Date", "Billing Cycle"), "Tag",
        ("Account ID", "Owner Account ID", "Instance ID"),
    ),
    "detail-tc": _Layout(
        DETAIL_TC_HEADER, _detail_tc_cells, "應付金額", "幣種", "目錄總價", "用量", "用量單位",
        ("消費時間", "賬單日期", "賬期"), "執行個體標籤",
        ("帳號ID", "Owner帳號ID", "執行個體ID"),
    ),
    "focus": _Layout(
        FOCUS_HEADER, _focus_cells, "BilledCost", "BillingCurrency", "ListCost",
        "ConsumedQuantity", "ConsumedUnit", ("ChargePeriodStart", "BillingPeriodStart"), "Tags",
        ("BillingAccountId", "SubAccountId", "x_InstanceID"),
    ),
    "taught": _Layout(
        [*TAUGHT, "Notes"], _taught_cells, "To pay", "Money", "Before discounts", "Amount used",
        "In", ("When", "Period"), "Notes", ("Payer", "Owner", "Thing"),
    ),
}  # fmt: skip

BAD_AMOUNTS = ("", "abc", "1.2.3", "--", "NaN", "12 CNY?")
BAD_DATES = ("2026-02-30", "soon", "2026-13-01", "20260931")


@dataclass(frozen=True)
class Written:
    """What write_bill put into the file, for a test that wants to say what was there."""

    shape: str
    quirks: frozenset[str]
    rows: int  # the good ones
    bad: tuple[str, ...]  # kinds of the bad rows, in the order of the file
    totals_rows: int


def random_quirks(rng: random.Random) -> frozenset[str]:
    """Any mixture; the ones that take something away from the bill are rare."""
    rare = {"monthly": 0.08, "no_usage": 0.08, "bad_rows": 0.25, "english": 0.4}
    return frozenset(name for name in QUIRKS if rng.random() < rare.get(name, 0.3))


def _grouped(text: str) -> str:
    """1234567.8 → 1,234,567.8"""
    if "E" in text or not text or text == "NULL":
        return text
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, dot, rest = digits.partition(".")
    return f"{sign}{int(whole):,}{dot}{rest}"


def _spoil(kind: str, cells: dict[str, str], layout: _Layout, rng: random.Random) -> dict[str, str]:
    """One fault in one row ('fields' is done to the finished line)."""
    bad = dict(cells)
    if kind == "amount":
        bad[layout.amount] = rng.choice(BAD_AMOUNTS)
    elif kind == "currency":
        bad[layout.currency] = ""
    elif kind == "list_cost":
        bad[layout.list_cost] = "n/a"
    elif kind == "usage":
        bad[layout.usage] = "many"
    elif kind == "date":
        if rng.random() < 0.3:
            for column in layout.times:
                bad[column] = ""
        else:
            # the column that decides; in a file of months the month itself
            deciding = next(
                (column for column in layout.times[:-1] if bad.get(column)), layout.times[-1]
            )
            bad[deciding] = rng.choice(BAD_DATES)
    return bad


def write_bill(
    path: Path,
    shape: str,
    rows: Sequence[Row],
    rng: random.Random,
    *,
    quirks: Iterable[str] = (),
) -> Written:
    quirks = frozenset(quirks)
    assert quirks <= set(QUIRKS), quirks
    layout = _LAYOUTS["v2-english" if shape == "v2" and "english" in quirks else shape]
    header = list(layout.header)
    if "no_usage" in quirks:
        gone = (layout.usage, layout.unit, "PricingQuantity", "PricingUnit")
        header = [name for name in header if name not in gone]

    # each line: (kind of fault or None, cells)
    lines: list[tuple[str | None, dict[str, str]]] = []
    for row in rows:
        cells = layout.cells(row, rng, "monthly" in quirks)
        if "line_breaks" in quirks and rng.random() < 0.5:
            cells[layout.tag] = cells[layout.tag].replace(";", ";\n", 1)
        if "tabs" in quirks:
            for name in layout.ids:
                if rng.random() < 0.7:
                    cells[name] += "\t"
        if "commas" in quirks and rng.random() < 0.7:
            cells[layout.amount] = _grouped(cells[layout.amount])
            cells[layout.list_cost] = _grouped(cells[layout.list_cost])
        lines.append((None, cells))
    good = len(lines)
    if "bad_rows" in quirks and rows:
        for _ in range(rng.randrange(1, 4)):
            kind = rng.choice(BAD_KINDS)
            if kind == "usage" and "no_usage" in quirks:
                kind = "amount"
            template = layout.cells(rng.choice(rows), rng, "monthly" in quirks)
            place = rng.randrange(len(lines) + 1)
            lines.insert(place, (kind, _spoil(kind, template, layout, rng)))

    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        quoting=csv.QUOTE_ALL if "quote_all" in quirks else csv.QUOTE_MINIMAL,
        lineterminator="\r\n" if "crlf" in quirks else "\n",
    )
    if "blank_first_line" in quirks:
        text.write("\r\n" if "crlf" in quirks else "\n")
    shown = list(header)
    if "header_name" in quirks:
        newer = rng.choice(("实例 ID（出账粒度）", "实例ID（出账粒度）"))
        shown = [newer if name == "资产/资源实例ID" else name for name in header]
    writer.writerow(shown)
    for fault, cells in lines:
        values = [cells.get(name, "") for name in header]
        if fault == "fields":
            values = values[:-3] if rng.random() < 0.5 else [*values, "x", "y"]
        writer.writerow(values)

    totals_rows = 0
    if "totals_row" in quirks and "bad_rows" not in quirks:
        with localcontext(prec=200):
            for currency in sorted({row.currency for row in rows}):
                total = sum(
                    (Decimal(row.billed_cost) for row in rows if row.currency == currency),
                    Decimal(0),
                )
                cells = {header[0]: rng.choice(("合计", "总计", "Total"))}
                cells[layout.amount] = format(total, "f")
                cells[layout.currency] = currency
                writer.writerow([cells.get(name, "") for name in header])
                totals_rows += 1

    path.write_bytes(text.getvalue().encode("utf-8-sig" if "bom" in quirks else "utf-8"))
    bad = tuple(kind for kind, _ in lines if kind is not None)
    return Written(shape, quirks, good, bad, totals_rows)


# ------------------------------------------------------------------------------------ the policies


def charges_of(rows: Iterable[Row]) -> list[Charge]:
    """The charges a bill of these rows would have, with times as fine as the rows know them."""
    found = []
    for row in rows:
        read = read_row(
            {
                "billing_account_id": row.billing_account_id,
                "sub_account_id": row.sub_account_id,
                "billing_month": row.billing_month,
                "start_time": row.start.strftime("%Y-%m-%d")
                if row.width == "day"
                else _clock_text(row),
                "category": ZH_WORDS[row.category],
                "product_code": row.product_code,
                "product_name": row.product_name,
                "commodity_code": row.commodity_code,
                "product_detail": row.commodity_name,
                "instance_id": row.instance_id,
                "region_name": row.region,
                "billing_item": row.billing_item,
                "usage": row.usage,
                "usage_unit": row.unit,
                "list_cost": row.list_cost,
                "payable": row.billed_cost,
                "currency": row.currency,
            }
        )
        if isinstance(read, Charge):
            found.append(read)
    return found


_STRANGERS = {
    "api_key_id": "99999",
    "workspace_id": "llm-nowhere",
    "model": "qwen-nothing",
    "meter": "no_meter",
    "tier": "9k-10k",
    "channel": "fax",
    "free_quota_stop": "1",
    "billing_account_id": "1",
    "sub_account_id": "2",
    "region_id": "cn-nowhere",
    "commodity_code": "sfm_nothing_cn",
    "billing_item": "nothing",
    "billing_currency": "JPY",
}

_PART_OR_ANY = (*ID_PARTS, *WHERE_COLUMNS)


def random_pattern(rng: random.Random, column: str, values: Sequence[str | None]) -> str:
    """A pattern for a where: mostly something that occurs."""
    if column == "service":
        return rng.choice([value for value in values if value] or list(SERVICES))
    if column == "charge_category":
        return rng.choice(CATEGORIES)
    kind = rng.random()
    if kind < 0.08:
        return "none"
    if kind < 0.16:
        return ""
    if kind < 0.22:
        return "*"
    if kind < 0.30:
        return _STRANGERS[column]
    value = rng.choice(list(values)) if values else _STRANGERS[column]
    if value is None:
        return "none"
    if value and kind < 0.50:
        cut = rng.randrange(1, len(value) + 1)
        return value[:cut] + "*"
    if value and kind < 0.58:
        cut = rng.randrange(len(value))
        return value[:cut] + "?" + value[cut + 1 :]
    if value and kind < 0.62:
        return "*" + value[rng.randrange(len(value)) :]
    return value


def random_condition(rng: random.Random, column: str, values: Sequence[str | None]) -> Any:
    patterns = [random_pattern(rng, column, values) for _ in range(rng.choice((1, 1, 2, 3)))]
    patterns = list(dict.fromkeys(patterns))
    condition: Any = patterns[0] if len(patterns) == 1 and rng.random() < 0.7 else patterns
    return {"not": condition} if rng.random() < 0.3 else condition


def random_instant(rng: random.Random) -> str:
    day = FIRST_DAY + timedelta(days=rng.randrange(DAYS))
    kind = rng.random()
    if kind < 0.5:
        return day.isoformat()
    clock = rng.choice(("00:00:00", "12:00:00", "23:59:30", "00:01:00"))
    if kind < 0.75:
        return f"{day.isoformat()}T{clock}+08:00"
    return f"{day.isoformat()}T{clock}Z"


def random_limit_amounts(rng: random.Random, measure: str) -> str | list[str]:
    number = rng.choice(("0", "0.0000001", "0.5", "1", "10", "50", "100", "500", "2000", "10000"))
    if measure == "charges":
        return rng.choice(("0", "1", "2", "3", "5", "20"))
    if measure == "usage":
        return f"{number} {rng.choice(('tokens', 'tokens', 'images', 'seconds', 'calls'))}"
    if rng.random() < 0.55:
        return [f"{number} CNY", f"{rng.choice(('0', '1', '20', '300'))} USD"]
    return f"{number} {rng.choice(('CNY', 'CNY', 'CNY', 'USD'))}"


def _sharpen(rng: random.Random, policy: dict[str, Any], charges: Sequence[Charge]) -> None:
    """Put the limit exactly on, or just beside, what some subject spends."""
    ((measure, amounts),) = policy["limit"].items()
    units = [oracle.read_amount(measure, text)[0] for text in oracle.as_list(amounts)]
    probe = dict(policy)
    probe["limit"] = {measure: ["0"] if measure == "charges" else [f"0 {unit}" for unit in units]}
    probe.pop("limit_for", None)
    found = list(oracle.judge(charges, [probe])[0].findings)
    if not found:
        return
    sharp = []
    for text, unit in zip(oracle.as_list(amounts), units, strict=True):
        mine = [finding.observed for finding in found if finding.unit == unit]
        if mine:
            near = rng.choice(mine)
            if measure != "charges":
                beside = Decimal(rng.choice(("0", "0", "0.0000000001", "0.3", "7")))
                near = max(Decimal(0), near - beside) if rng.random() < 0.6 else near + beside
            text = oracle.plain(near) + ("" if measure == "charges" else f" {unit}")
        sharp.append(text)
    policy["limit"] = {measure: sharp if isinstance(amounts, list) else sharp[0]}


def _random_limit_for(
    rng: random.Random, policy: dict[str, Any], charges: Sequence[Charge]
) -> dict[str, Any]:
    """At most one literal and one prefix pattern over the subjects that occur: no ties."""
    ((measure, amounts),) = policy["limit"].items()
    columns = oracle.per_columns(policy)
    names = sorted(
        {
            name
            for charge in charges
            if (name := oracle.subject_id(policy, oracle.group_of(charge, columns)))
        }
    )
    result: dict[str, Any] = {}
    if names and rng.random() < 0.8:
        result[rng.choice(names)] = None
    if names and rng.random() < 0.6:
        name = rng.choice(names)
        result[name[: rng.randrange(1, len(name) + 1)] + "*"] = None
    if not result or rng.random() < 0.2:
        result["*"] = None
    for pattern in result:
        if measure == "charges":
            result[pattern] = rng.choice(("0", "1", "2", "10"))
            continue
        units = [oracle.read_amount(measure, text)[0] for text in oracle.as_list(amounts)]
        new = [f"{rng.choice(('0', '0.5', '25', '250', '2500'))} {unit}" for unit in units]
        result[pattern] = new if len(new) > 1 and rng.random() < 0.5 else rng.choice(new)
    return result


def random_policy(
    rng: random.Random,
    number: int,
    charges: Sequence[Charge],
    values: dict[str, list[str | None]],
) -> dict[str, Any]:
    policy: dict[str, Any] = {"id": f"policy-{number}", "title": f"Random policy {number}"}
    if rng.random() < 0.3:
        policy["description"] = "Why, and whom to ask."
    if rng.random() < 0.7:
        policy["severity"] = rng.choice(("info", "low", "medium", "high", "critical"))
    if rng.random() < 0.3:
        policy["owner"] = "finops@example.com"
    if rng.random() < 0.2:
        policy["enabled"] = rng.choice(("true", "true", "false"))

    if rng.random() < 0.3:
        policy["per"] = rng.sample(WHERE_COLUMNS, rng.choice((1, 2, 2, 3)))
    else:
        policy["per"] = rng.choice(tuple(oracle.PER_COLUMNS))

    where: dict[str, Any] = {}
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        column = rng.choice(_PART_OR_ANY)
        where[column] = random_condition(rng, column, values[column])
    if rng.random() < 0.35:  # away from the unparsed plans
        where["service"] = "inference" if rng.random() < 0.6 else ["inference", "batch"]
    if where or rng.random() < 0.1:
        policy["where"] = where
    if rng.random() < 0.75:
        policy["every"] = rng.choice(("day", "week", "month", "total"))

    if rng.random() < 0.35:
        policy["from"] = random_instant(rng)
    if rng.random() < 0.25:
        policy["before"] = random_instant(rng)
    if (
        "from" in policy
        and "before" in policy
        and oracle.read_instant(policy["from"]) >= oracle.read_instant(policy["before"])
    ):
        del policy["before"]

    if rng.random() < 0.15:
        policy["forbid"] = "charges"
    else:
        measure = rng.choice(("billed_cost", "billed_cost", "list_cost", "usage", "charges"))
        policy["limit"] = {measure: random_limit_amounts(rng, measure)}
        if measure in ("billed_cost", "list_cost") and rng.random() < 0.4:
            units = oracle.read_limit(policy)[1]
            if len(units) == 1:
                where["billing_currency"] = next(iter(units))
                policy["where"] = where
        if rng.random() < 0.5:
            _sharpen(rng, policy, charges)
        if rng.random() < 0.3 and policy["per"] != "bill":
            policy["limit_for"] = _random_limit_for(rng, policy, charges)
    if rng.random() < 0.5:
        policy["stop"] = rng.choice(("ask", "stop_playground", "disable_key", "retire_workspace"))
    return policy


def random_policies(rng: random.Random, rows: Sequence[Row], n: int = 8) -> list[dict[str, Any]]:
    """Valid policies over the values that occur in the rows, and some that don't; all text."""
    charges = charges_of(rows)
    values: dict[str, list[str | None]] = {}
    for column in WHERE_COLUMNS:
        occurring = {
            getattr(charge, column) for charge in charges if charge.parsed or column not in ID_PARTS
        }
        values[column] = sorted(occurring, key=lambda value: (value is not None, value or ""))
    return [random_policy(rng, number, charges, values) for number in range(n)]


class _TextDumper(
    yaml.emitter.Emitter,
    yaml.serializer.Serializer,
    yaml.representer.SafeRepresenter,
    yaml.resolver.BaseResolver,
):
    """Every scalar is text and stands bare where YAML allows it: `010`, `no`, `none`."""

    def __init__(self, stream: Any, **_: Any) -> None:
        yaml.emitter.Emitter.__init__(self, stream, allow_unicode=True, width=1000)
        yaml.serializer.Serializer.__init__(self)
        yaml.representer.SafeRepresenter.__init__(self, sort_keys=False)
        yaml.resolver.BaseResolver.__init__(self)

    def ignore_aliases(self, data: Any) -> bool:
        return True  # aliases and anchors are refused


def _represent_text(dumper: _TextDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if not text else None)


_TextDumper.add_representer(str, _represent_text)


def dump_policies(policies: Sequence[dict[str, Any]]) -> str:
    stream = io.StringIO()
    dumper = _TextDumper(stream)
    dumper.open()
    dumper.represent({"version": "1", "policies": list(policies)})
    dumper.close()
    return stream.getvalue()


def write_policies(path: Path, policies: Sequence[dict[str, Any]]) -> None:
    path.write_text(dump_policies(policies), encoding="utf-8")
