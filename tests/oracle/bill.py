"""Reads a bill row by row with the csv module and Decimal, as section 2 of the contract says.

All shapes: `detail-zh`, `detail-en`, `detail-en-old` and `detail-tc` (classic detail exports), `v2`
(grouped headers, Chinese or English paths), `api` (OSS / BSS API layout), `focus`, and one that is
taught. One file at a time; rows of several files are simply put
one after the other (`read_bills`), so the files of a test must not overlap.

Open points about reading are listed, with those about judging, at the top of judge.py.
"""

from __future__ import annotations

import csv
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from pathlib import Path

BILL_CLOCK = timezone(timedelta(hours=8))
"""'Bill clock is UTC+8 unless the file or `--timezone` says otherwise.'"""

ID_PARTS = (
    "api_key_id",
    "workspace_id",
    "model",
    "meter",
    "tier",
    "channel",
    "free_quota_stop",
)
"""The columns of `where` that only the Instance ID carries."""

WHERE_COLUMNS = (
    "billing_account_id",
    "sub_account_id",
    "region_id",
    "service",
    "charge_category",
    "commodity_code",
    "api_key_id",
    "workspace_id",
    "model",
    "meter",
    "tier",
    "channel",
    "free_quota_stop",
    "billing_item",
    "billing_currency",
)

SERVICES = (
    "inference",
    "batch",
    "training",
    "deployment",
    "knowledge_base",
    "web_search",
    "coding_plan",
    "token_plan",
    "savings_plan",
    "resource_pack",
    "other",
)

CATEGORIES = ("usage", "purchase", "credit", "adjustment", "tax")


@dataclass(frozen=True)
class Charge:
    """One row that belongs to Model Studio. None: not carried; "": there and empty."""

    path: str
    line: int
    instance_id: str
    parsed: bool
    billing_account_id: str | None
    sub_account_id: str | None
    region_id: str | None
    service: str
    charge_category: str
    commodity_code: str | None
    api_key_id: str | None
    workspace_id: str | None
    model: str | None
    meter: str | None
    tier: str | None
    channel: str | None
    free_quota_stop: str | None
    billing_item: str | None
    billing_currency: str
    billing_month: str  # "2026-09"
    start: datetime
    end: datetime  # the same instant as start where the cell is exact (had seconds)
    width: str  # second | minute | day | month
    billed_cost: Decimal
    list_cost: Decimal | None  # None: the cell is empty
    usage: Decimal | None  # in the normalised unit; None: the cell is empty
    unit: str | None
    has_list_cost: bool  # False: the file has no such column
    has_usage: bool


@dataclass(frozen=True)
class OtherRow:
    path: str
    line: int
    billing_currency: str
    billed_cost: Decimal


@dataclass(frozen=True)
class Reject:
    path: str
    line: int
    column: str | None  # the header as the file spells it; None: the row as a whole
    kind: str  # fields | amount | currency | date | list_cost | usage
    value: str | None
    billing_currency: str | None
    billed_cost: Decimal | None  # 'A readable amount of a rejected row is in rejected_cost.'


@dataclass(frozen=True)
class TotalsRow:
    path: str
    line: int
    billing_currency: str | None
    billed_cost: Decimal | None


@dataclass
class Bill:
    path: str = ""
    shape: str = ""
    billed_cost_column: str = ""
    charges: list[Charge] = field(default_factory=list)
    others: list[OtherRow] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    totals_rows: list[TotalsRow] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """rows = charges + other products + rejected + duplicates + totals rows."""
        return len(self.charges) + len(self.others) + len(self.rejects) + len(self.totals_rows)


@dataclass(frozen=True)
class Totals:
    billing_currency: str
    billed_cost: Decimal
    other_cost: Decimal
    unparsed_cost: Decimal
    rejected_cost: Decimal | None


# ------------------------------------------------------------------------------------ the shapes

# canonical name -> the headers it may have, best first
DETAIL_ZH: dict[str, tuple[str, ...]] = {
    "billing_account_id": ("资源购买账号ID",),
    "sub_account_id": ("资源归属账号ID",),
    "billing_month": ("账单月份",),
    "billing_date": ("账单日期",),
    "category": ("费用类型",),
    "product_code": ("产品Code",),
    "product_name": ("产品名称",),
    "commodity_code": ("商品Code",),
    "product_detail": ("商品名称",),
    "instance_id": ("实例ID（出账粒度）", "资产/资源实例ID"),
    "region_name": ("地域",),
    "billing_item": ("计费项",),
    "usage": ("用量",),
    "usage_unit": ("用量单位",),
    "list_cost": ("目录总价",),
    "payable": ("应付金额",),
    "after_discount": ("优惠后金额",),
    "currency": ("定价币种",),
}

V2: dict[str, tuple[str, ...]] = {
    "billing_account_id": (
        "身份信息/资源购买账号ID",
        "IdentityDetails/ResourcePurchaseAccountId",
    ),
    "sub_account_id": (
        "身份信息/资源归属账号ID",
        "IdentityDetails/ResourceOwnerAccountId",
    ),
    "billing_month": ("账单信息/账单月份", "BillingDetails/BillingMonth"),
    "billing_date": ("账单信息/账单日期", "BillingDetails/BillingDate"),
    "consume_time": ("账单信息/消费时间",),
    "start_time": ("账单信息/服务开始时间",),
    "category": ("账单信息/费用类型", "BillingDetails/LineItemType"),
    "product_code": ("产品信息/产品Code", "ProductDetails/ProductCode"),
    "product_name": ("产品信息/产品名称", "ProductDetails/ProductName"),
    "commodity_code": ("产品信息/商品Code", "ProductDetails/CommodityCode"),
    "product_detail": ("产品信息/商品名称", "ProductDetails/CommodityName"),
    "instance_id": ("资源信息/实例ID（出账粒度）", "ResourceDetails/InstanceId"),
    "region_code": ("资源信息/地域Code", "ResourceDetails/RegionCode"),
    "region_name": ("资源信息/地域",),
    "billing_item": ("产品信息/计费项名称", "ProductDetails/BillingItemName"),
    "usage_before": ("用量信息/抵扣前用量",),
    "usage": ("用量信息/用量", "UsageDetails/Usage"),
    "usage_unit": ("用量信息/用量单位", "UsageDetails/UsageUnit"),
    "list_cost": ("费用信息/目录总价", "FeeDetails/GrossAmount"),
    "payable": (
        "应付信息/应付金额（含税）",
        "PayableDetails/TaxExclusivePayableAmount",
    ),
    "after_discount": ("优惠信息/优惠后金额",),
    "currency": ("定价信息/定价币种", "PricingDetails/Currency"),
}

API: dict[str, tuple[str, ...]] = {
    "billing_account_id": ("AccountID",),
    "sub_account_id": ("OwnerID",),
    "billing_month": ("BillingCycle",),
    "billing_date": ("BillingDate",),
    "start_time": ("UsageStartTime",),
    "category": ("Item",),
    "product_code": ("ProductCode",),
    "product_name": ("ProductName",),
    "commodity_code": ("CommodityCode",),
    "product_detail": ("ProductDetail",),
    "instance_id": ("InstanceID",),
    "region_name": ("Region",),
    "billing_item": ("BillingItem",),
    "usage": ("Usage",),
    "usage_unit": ("UsageUnit",),
    "list_cost": ("PretaxGrossAmount",),
    "payable": ("PretaxAmount",),
    "after_discount": ("AfterDiscountAmount",),
    "currency": ("Currency",),
}

DETAIL_EN: dict[str, tuple[str, ...]] = {
    "billing_account_id": ("Resource Purchase Account ID",),
    "sub_account_id": ("Resource Owner Account ID",),
    "billing_month": ("Billing Month",),
    "billing_date": ("Billing Date",),
    "consume_time": ("Consumption Time",),
    "start_time": ("Service Start Time",),
    "category": ("Fee Type",),
    "product_code": ("Product Code",),
    "product_name": ("Product Name",),
    "commodity_code": ("Commodity Code",),
    "product_detail": ("Commodity Name",),
    "instance_id": ("Instance ID (billing granularity)", "Instance ID"),
    "region_name": ("Region",),
    "billing_item": ("Billing Item", "Billable Item"),
    "usage": ("Usage",),
    "usage_unit": ("Usage Unit",),
    "list_cost": ("Catalogue Gross Amount",),
    "payable": ("Payable Amount",),
    "after_discount": ("Amount After Price Reduction",),
    "currency": ("Currency",),
}

DETAIL_EN_OLD: dict[str, tuple[str, ...]] = {
    "billing_account_id": ("Account ID",),
    "sub_account_id": ("Owner Account ID",),
    "billing_month": ("Billing Cycle",),
    "billing_date": ("Billing Date",),
    "start_time": ("Usage Start Time",),
    "category": ("Item",),
    "product_code": ("Product Code",),
    "product_name": ("Product Name",),
    "commodity_code": ("Commodity Code",),
    "product_detail": ("Product Detail",),
    "instance_id": ("Instance ID",),
    "region_name": ("Region",),
    "billing_item": ("Billing Item",),
    "usage": ("Usage",),
    "usage_unit": ("Usage Unit",),
    "list_cost": ("Pretax Gross Amount",),
    "payable": ("Pretax Amount",),
    "after_discount": ("Amount After Discount",),
    "currency": ("Currency",),
}

DETAIL_TC: dict[str, tuple[str, ...]] = {
    "billing_account_id": ("帳號ID",),
    "sub_account_id": ("Owner帳號ID",),
    "billing_month": ("賬期",),
    "billing_date": ("賬單日期",),
    "consume_time": ("消費時間",),
    "category": ("費用類型", "賬單類型"),
    "product_code": ("產品Code",),
    "product_name": ("產品",),
    "commodity_code": ("產品明細Code",),
    "product_detail": ("產品明細",),
    "instance_id": ("執行個體ID",),
    "region_name": ("地域",),
    "billing_item": ("計費項",),
    "usage": ("用量",),
    "usage_unit": ("用量單位",),
    "list_cost": ("目錄總價",),
    "payable": ("應付金額",),
    "after_discount": ("優惠後金額",),
    "currency": ("幣種",),
}

FOCUS: dict[str, tuple[str, ...]] = {
    "billing_account_id": ("BillingAccountId",),
    "sub_account_id": ("SubAccountId",),
    "billing_month": ("BillingPeriodStart",),
    "period_start": ("ChargePeriodStart",),
    "period_end": ("ChargePeriodEnd",),
    "category": ("ChargeCategory",),
    "product_name": ("ServiceName",),
    "commodity_code": ("x_CommodityCode",),
    "product_detail": ("x_CommodityName",),
    "instance_id": ("x_InstanceID", "ResourceId"),
    "region_code": ("RegionId",),
    "region_name": ("RegionName",),
    "billing_item": ("x_BillingItemName",),
    "usage": ("ConsumedQuantity",),
    "usage_unit": ("ConsumedUnit",),
    "priced_usage": ("PricingQuantity",),
    "priced_unit": ("PricingUnit",),
    "list_cost": ("ListCost",),
    "payable": ("BilledCost",),
    "currency": ("BillingCurrency",),
}

SHAPES = {
    "detail-zh": DETAIL_ZH,
    "detail-en": DETAIL_EN,
    "detail-en-old": DETAIL_EN_OLD,
    "detail-tc": DETAIL_TC,
    "v2": V2,
    "api": API,
    "focus": FOCUS,
}


def norm_header(text: str) -> str:
    """Facts 1.2: 'Normalise: NFKC, strip BOM/tab/space/case before matching.'"""
    return "".join(unicodedata.normalize("NFKC", text).replace("\ufeff", "").split()).casefold()


def shape_of(header: Sequence[str]) -> str:
    """Facts 1.1, column 'Detect by'."""
    names = {norm_header(name) for name in header}

    def has(name: str) -> bool:
        return norm_header(name) in names

    # The older English console's names are the API's with blanks between the words.
    spelled = {" ".join(name.replace("\ufeff", "").split()).casefold() for name in header}
    if has("账单信息/账单月份") or has("BillingDetails/BillingMonth"):
        return "v2"
    if has("BilledCost") and has("ChargePeriodStart"):
        return "focus"
    if has("Catalogue Gross Amount") or has("Amount After Price Reduction"):
        return "detail-en"
    if {"pretax amount", "pretax gross amount", "amount after discount"} & spelled:
        return "detail-en-old"
    if has("賬期"):
        return "detail-tc"
    if has("InstanceID") and (has("PretaxAmount") or has("AfterDiscountAmount")):
        return "api"
    if has("资源购买账号ID") and (has("应付金额") or has("优惠后金额")):
        return "detail-zh"
    raise ValueError(f"no known shape: {header!r}")


def columns_of(header: Sequence[str], shape: str) -> dict[str, int]:
    """canonical name -> position in this file, only for the columns that are there"""
    positions: dict[str, int] = {}
    for index, name in enumerate(header):
        positions.setdefault(norm_header(name), index)
    found: dict[str, int] = {}
    for canonical, spellings in SHAPES[shape].items():
        for spelling in spellings:
            if norm_header(spelling) in positions:
                found[canonical] = positions[norm_header(spelling)]
                break
    return found


# ------------------------------------------------------------------------------------ single cells

_NUMBER = re.compile(r"[+-]?((\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def read_number(text: str) -> Decimal | None:
    """A decimal number, exactly, or None. Facts 1.7: thousands commas, ¥, scientific notation."""
    bare = unicodedata.normalize("NFKC", text).strip().replace("¥", "", 1)
    if _NUMBER.fullmatch(bare) is None:
        return None
    return Decimal(bare.replace(",", ""))


_DATE = re.compile(
    r"(\d{4})[-/]?(\d{2})[-/]?(\d{2})"
    r"(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?(Z|[+-]\d{2}:\d{2})?)?"
)
_MONTH = re.compile(r"(\d{4})[-/]?(\d{2})")


def read_time(text: str) -> tuple[datetime, datetime, str] | None:
    """start, end and width of a cell with a date or an instant; None if it is impossible.

    'a cell with seconds is exact, HH:MM a minute wide'; a date is a day wide.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, offset = match.groups()
    clock = BILL_CLOCK
    if offset is not None and offset != "Z":
        sign = -1 if offset[0] == "-" else 1
        clock = timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6])))
    elif offset == "Z":
        clock = UTC
    try:
        start = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=clock,
        ).astimezone(BILL_CLOCK)
    except ValueError:
        return None
    if hour is None:
        return start, start + timedelta(days=1), "day"
    if second is None:
        return start, start + timedelta(minutes=1), "minute"
    return start, start, "second"


def read_month(text: str) -> date | None:
    match = _MONTH.fullmatch(text)
    if match is None:
        return None
    try:
        return date(int(match.group(1)), int(match.group(2)), 1)
    except ValueError:
        return None


def next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BILL_CLOCK)


UNITS: dict[str, tuple[str, int]] = {
    "token": ("tokens", 1),
    "tokens": ("tokens", 1),
    "千token": ("tokens", 1000),
    "千tokens": ("tokens", 1000),
    "ktoken": ("tokens", 1000),
    "ktokens": ("tokens", 1000),
    "1ktokens": ("tokens", 1000),
    "百万token": ("tokens", 1_000_000),
    "百万tokens": ("tokens", 1_000_000),
    "张": ("images", 1),
    "image": ("images", 1),
    "images": ("images", 1),
    "秒": ("seconds", 1),
    "second": ("seconds", 1),
    "seconds": ("seconds", 1),
    "万字": ("characters", 10_000),
    "字": ("characters", 1),
    "字符": ("characters", 1),
    "character": ("characters", 1),
    "characters": ("characters", 1),
    "次": ("calls", 1),
    "call": ("calls", 1),
    "calls": ("calls", 1),
}


def read_unit(text: str) -> tuple[str, int]:
    """'Units are normalised exactly: tokens (千tokens, KTokens, Token, …), images (张), seconds
    (秒), characters (万字), calls (次); unknown ones stay as they are.'"""
    return UNITS.get(norm_header(text), (text, 1))


REGIONS: dict[str, tuple[str, ...]] = {
    "cn-beijing": ("华北2（北京）", "华北2", "北京", "中国（北京）", "China (Beijing)", "Beijing"),
    "ap-southeast-1": ("新加坡", "亚太东南1（新加坡）", "Singapore"),
    "us-east-1": ("美国（弗吉尼亚）", "美东1（弗吉尼亚）", "弗吉尼亚", "US (Virginia)", "Virginia"),
    "cn-hongkong": ("中国香港", "中国（香港）", "香港", "China (Hong Kong)", "Hong Kong"),
    "eu-central-1": ("德国（法兰克福）", "法兰克福", "Germany (Frankfurt)", "Frankfurt"),
    "ap-northeast-1": ("日本（东京）", "东京", "Japan (Tokyo)", "Tokyo"),
}


def read_region(text: str) -> str:
    """'Regions given by name (华北2（北京）, China (Beijing), 新加坡, …) become region ids; an
    unknown name stays as it is.'"""
    for region_id, names in REGIONS.items():
        for name in (region_id, *names):
            if norm_header(text) == norm_header(name):
                return region_id
    return text


def read_category(text: str) -> str:
    """'charge_category (FOCUS): from 费用类型 / Item / ChargeCategory: refund, rounding, commission
    are adjustment; subscription fees are purchase; unknown wording is usage.'"""
    word = norm_header(text)
    if word in CATEGORIES:
        return word
    for mark in (
        "退", "refund", "抹零", "rounding", "佣金", "commission", "调账", "調賬", "adjustment",
    ):  # fmt: skip
        if mark in word:
            return "adjustment"
    for mark in ("订阅", "预付", "預付", "subscription"):
        if mark in word:
            return "purchase"
    return "usage"


def is_model_studio(product_code: str, commodity_code: str, product_name: str) -> bool:
    """'Model Studio row: product code sfm, or commodity code starting sfm_, or a product name of
    Model Studio (百炼, Model Studio).'"""
    return (
        product_code == "sfm"
        or commodity_code.startswith("sfm_")
        or "百炼" in product_name
        or "model studio" in product_name.casefold()
    )


def service_of_code(commodity_code: str) -> str | None:
    """What a commodity code says (facts 1.8), or None where it says nothing."""
    code = commodity_code.casefold()
    if not code.startswith("sfm_"):
        return None
    if "tokenplan" in code:  # before the packs: sfm_tokenplanteams_dp_cn
        return "token_plan"
    if "codingplan" in code:
        return "coding_plan"
    if "_spn_" in code:  # before inference: sfm_llminference_spn_public_cn
        return "savings_plan"
    if re.search(r"_dp\d*_", code):  # before inference: sfm_llminference_dp_cn
        return "resource_pack"
    if code.startswith("sfm_inference"):  # sfm_inference_public_cn, sfm_inferenceHH_public_cn
        return "inference"
    if code.startswith("sfm_training"):
        return "training"
    if code.startswith("sfm_deployment"):
        return "deployment"
    return None


_DETAIL_WORDS: tuple[tuple[str, str], ...] = (
    ("coding plan", "coding_plan"),
    ("token plan", "token_plan"),
    ("节省计划", "savings_plan"),
    ("savings plan", "savings_plan"),
    ("资源包", "resource_pack"),
    ("resource pack", "resource_pack"),
    ("resource plan", "resource_pack"),
    ("知识库", "knowledge_base"),
    ("knowledge base", "knowledge_base"),
    ("联网搜索", "web_search"),
    ("web search", "web_search"),
    ("训练", "training"),
    ("training", "training"),
    ("部署", "deployment"),
    ("deployment", "deployment"),
    ("批量", "batch"),
    ("batch", "batch"),
    ("推理", "inference"),
    ("inference", "inference"),
)


def service_of_detail(product_detail: str) -> str | None:
    for word, service in _DETAIL_WORDS:
        if word in product_detail.casefold():
            return service
    return None


# --------------------------------------------------------------------------------- the Instance ID

_BILLING_TYPE_ENDS = ("_token", "_number", "_duration", "_ratio", "_image", "_video", "_audio")
_RESOLUTION = re.compile(r"\d{3,4}[Pp]")
_TIER = re.compile(r"context_([^_]+)_(.*)")


@dataclass(frozen=True)
class InstanceParts:
    layout: str  # 6 | 5-flag | 5-channel | training
    api_key_id: str | None = None
    workspace_id: str | None = None
    model: str | None = None
    meter: str | None = None
    tier: str | None = None
    channel: str | None = None
    free_quota_stop: str | None = None
    region: str | None = None
    job: str | None = None


def _is_workspace(text: str) -> bool:
    """'the second must look like a workspace (llm-…, ws-…)'"""
    return text.startswith(("llm-", "ws-"))


def _meter_and_tier(text: str) -> tuple[str, str | None]:
    """'meter is the input/output type without its context_…_ tier, tier the tier (0-128k)'"""
    match = _TIER.fullmatch(text)
    if match is None:
        return text, None
    return match.group(2), match.group(1)


def parse_instance_id(text: str) -> InstanceParts | None:
    """The parts of an Instance ID, or None: 'Anything else is no known layout.'"""
    # 'workspace!region!job is training.'
    bangs = text.split("!")
    if len(bangs) == 3 and ";" not in text and _is_workspace(bangs[0]):
        return InstanceParts("training", workspace_id=bangs[0], region=bangs[1], job=bangs[2])

    # 'Parts by ;. the second must look like a workspace (llm-…, ws-…). The number of raw parts
    # decides.'
    parts = [part.strip() for part in text.split(";")]
    if len(parts) not in (5, 6, 7) or not _is_workspace(parts[1]):
        return None
    # 'Seven parts: a resolution part is taken out first.'
    if len(parts) == 7:
        places = [at for at in range(2, 7) if _RESOLUTION.fullmatch(parts[at])]
        if not places:
            return None
        del parts[4 if 4 in places else places[0]]
    # 'unless the fifth is a resolution (720P) and the fourth a billing type: then the resolution is
    # taken out'
    if (
        len(parts) == 6
        and parts[5] in ("0", "1", "")
        and _RESOLUTION.fullmatch(parts[4])
        and parts[3].endswith(_BILLING_TYPE_ENDS)
    ):
        del parts[4]

    # 'api_key_id is null where the layout carries no key and "" where the field is there and empty;
    # the same for every other part.'
    meter, tier = _meter_and_tier(parts[3])
    key: str | None = parts[0]

    # 'Six parts, the last 0, 1 or empty → key;workspace;model;meter;channel;flag, whatever the
    # meter looks like (1080P, images, times, …)'
    if len(parts) == 6:
        if parts[5] not in ("0", "1", ""):
            return None
        return InstanceParts("6", key, parts[1], parts[2], meter, tier, parts[4], parts[5])

    # '…; but a first part that is a billing type (ends in _token, …) means that there is no key.'
    if parts[0].endswith(_BILLING_TYPE_ENDS):
        key = None
    # 'Five parts → key;workspace;model;meter;flag if the last is 0 or 1'
    if parts[4] in ("0", "1"):
        return InstanceParts("5-flag", key, parts[1], parts[2], meter, tier, None, parts[4])
    # 'else key;workspace;model;meter;channel'
    return InstanceParts("5-channel", key, parts[1], parts[2], meter, tier, parts[4], None)


# -------------------------------------------------------------------------------------- single rows

Cells = Mapping[str, str]
"""canonical name -> stripped text; a column that the file doesn't have is absent"""


def charge_time(cells: Cells) -> tuple[datetime, datetime, str, str] | str:
    """start, end, width and billing month; or the name of the column at fault.

    'a charge is known to the minute, day or month, as its file gives it, and printed as the start
    of that (消费时间, else service or usage start, else billing date, else month). The billing
    month is its own column.'
    """
    month_text = cells.get("billing_month", "")
    month = read_month(month_text) or _month_of_instant(month_text)
    if month_text and month is None:
        return "billing_month"
    if "period_start" in cells:
        return _period(cells, month)
    for column in ("consume_time", "start_time", "billing_date"):
        text = cells.get(column, "")
        if not text:
            continue
        read = read_time(text)
        if read is None:
            return column
        start, end, width = read
        own_month = f"{start.year:04}-{start.month:02}"
        if month is not None:
            own_month = f"{month.year:04}-{month.month:02}"
        return start, end, width, own_month
    if month is None:
        return "billing_date"
    return (
        midnight(month),
        midnight(next_month(month)),
        "month",
        f"{month.year:04}-{month.month:02}",
    )


def _month_of_instant(text: str) -> date | None:
    """FOCUS gives the billing period's first instant."""
    read = read_time(text)
    return read[0].date().replace(day=1) if read else None


def _period(cells: Cells, month: date | None) -> tuple[datetime, datetime, str, str] | str:
    """'a FOCUS charge period of a day or a month makes its row as wide'"""
    first = read_time(cells["period_start"])
    last = read_time(cells.get("period_end", ""))
    if first is None:
        return "period_start"
    start, end, width = first
    if last is not None and start == midnight(start.date()):
        if last[0] == start + timedelta(days=1):
            end, width = last[0], "day"
        elif start.day == 1 and last[0] == midnight(next_month(start.date())):
            end, width = last[0], "month"
    held = month or start.date()
    return start, end, width, f"{held.year:04}-{held.month:02}"


def read_row(
    cells: Cells, path: str = "", line: int = 0, header: Mapping[str, str] | None = None
) -> Charge | OtherRow | Reject:
    """One row of the right width. `header`: canonical name -> header as the file spells it."""
    spelled = header or {}
    # 'billed_cost is the payable amount; only where a file has no such column, the amount after
    # price reduction.'
    paid = "payable" if "payable" in cells else "after_discount"
    billed = read_number(cells.get(paid, ""))
    currency = cells.get("currency", "")

    def reject(kind: str, column: str) -> Reject:
        return Reject(
            path,
            line,
            spelled.get(column, column),
            kind,
            cells.get(column),
            currency or None,
            billed,
        )

    # 'Rejected: …, no or impossible amount, no currency, no or impossible date, list cost or usage
    # that is there but can't be read.'
    if billed is None:
        return reject("amount", paid)
    if not currency:
        return reject("currency", "currency")
    time = charge_time(cells)
    if isinstance(time, str):
        return reject("date", time)
    list_cost: Decimal | None = None
    if cells.get("list_cost", ""):
        list_cost = read_number(cells["list_cost"])
        if list_cost is None:
            return reject("list_cost", "list_cost")
    usage: Decimal | None = None
    unit: str | None = None
    # 'usage is what was consumed: the quantity before deduction (抵扣前用量) where the row has it
    # (else 用量)'
    used = "usage_before" if cells.get("usage_before", "") else "usage"
    if cells.get(used, ""):
        usage = read_number(cells[used])
        if usage is None:
            return reject("usage", used)
        unit, factor = read_unit(cells.get("usage_unit", ""))
        with localcontext(prec=200):
            usage = usage * factor

    commodity_code = cells.get("commodity_code", "")
    product_name = cells.get("product_name", "")
    # 'Other rows are counted and summed as other products, shown, and not judged.'
    if not is_model_studio(cells.get("product_code", ""), commodity_code, product_name):
        return OtherRow(path, line, currency, billed)

    instance_id = cells.get("instance_id", "")
    parts = parse_instance_id(instance_id)

    # 'service, a closed list, from the commodity code, then the product detail'
    service = service_of_code(commodity_code) or service_of_detail(cells.get("product_detail", ""))
    # 'Where neither tells it, a known inference layout of the Instance ID makes it inference; else
    # it is other for sums, and unknown'
    if service is None and parts is not None and parts.layout != "training":
        service = "inference"
    if service is None:
        service = "other"
    # 'an inference charge whose meter contains _batch is batch'
    if service == "inference" and parts is not None and "_batch" in (parts.meter or ""):
        service = "batch"

    region_id: str | None = None
    for column in ("region_code", "region_name"):
        if column in cells and not region_id:
            region_id = read_region(cells[column])
    if not region_id and parts is not None and parts.region:
        region_id = parts.region

    # 'billing_account_id pays, sub_account_id owns (the payer where a file has no owner column)'
    payer = cells.get("billing_account_id")
    owner = cells.get("sub_account_id") or payer

    start, end, width, month = time
    return Charge(
        path=path,
        line=line,
        instance_id=instance_id,
        # 'No known layout: the money stays in every total, the charge is unparsed'
        parsed=parts is not None,
        billing_account_id=payer,
        sub_account_id=owner,
        region_id=region_id,
        service=service,
        charge_category=read_category(cells.get("category", "")),
        commodity_code=cells.get("commodity_code"),
        api_key_id=parts.api_key_id if parts else None,
        workspace_id=parts.workspace_id if parts else None,
        model=parts.model if parts else None,
        meter=parts.meter if parts else None,
        tier=parts.tier if parts else None,
        channel=parts.channel if parts else None,
        free_quota_stop=parts.free_quota_stop if parts else None,
        billing_item=cells.get("billing_item"),
        billing_currency=currency,
        billing_month=month,
        start=start,
        end=end,
        width=width,
        billed_cost=billed,
        list_cost=list_cost,
        usage=usage,
        unit=unit,
        has_list_cost="list_cost" in cells,
        has_usage="usage" in cells,
    )


def focus_cells(cells: Cells) -> Cells:
    """A cell that says NULL holds no value; the pricing quantity stands in for a consumed one."""
    told = {name: "" if cell in ("NULL", "null") else cell for name, cell in cells.items()}
    if not told.get("usage") and "priced_usage" in told:
        told["usage"] = told["priced_usage"]
        told["usage_unit"] = told.get("priced_unit", "")
    return told


TOTALS_WORDS = ("合计", "总计", "合計", "總計", "total")


def is_totals_row(row: Sequence[str]) -> bool:
    """'A totals row is one whose first filled cell is 合计, 总计, 合計, 總計 or Total'"""
    for cell in row:
        if cell.strip():
            return cell.strip().casefold() in TOTALS_WORDS
    return False


# -------------------------------------------------------------------------------------- whole files


def read_bill(path: str | Path, taught: Mapping[str, str] | None = None) -> Bill:
    """``taught``: the columns of a layout of no known shape, by canonical name."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    bill = Bill(path=str(path))
    header: list[str] | None = None
    columns: dict[str, int] = {}
    spelled: dict[str, str] = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        lines_before = 0
        for row in reader:
            # 'line counts physical lines of the file from 1, the header included; of a record over
            # several lines it is its first'
            line = lines_before + 1
            lines_before = reader.line_num
            if not row or (len(row) == 1 and not row[0].strip()):
                continue  # an empty line is no row
            if header is None:
                header = row
                if taught:
                    bill.shape = "taught"
                    there = {name: at for name, at in taught.items() if at in header}
                    columns = {name: header.index(column) for name, column in there.items()}
                else:
                    bill.shape = shape_of(header)
                    columns = columns_of(header, bill.shape)
                spelled = {name: header[at].strip() for name, at in columns.items()}
                paid = "payable" if "payable" in columns else "after_discount"
                bill.billed_cost_column = spelled[paid]
                continue
            if is_totals_row(row):
                cells = {name: row[at].strip() for name, at in columns.items() if at < len(row)}
                amount = cells.get("payable", cells.get("after_discount", ""))
                bill.totals_rows.append(
                    TotalsRow(str(path), line, cells.get("currency") or None, read_number(amount))
                )
                continue
            # 'Rejected: wrong field count'
            if len(row) != len(header):
                bill.rejects.append(Reject(str(path), line, None, "fields", None, None, None))
                continue
            # Facts 1.5: 'Account IDs may carry a trailing tab'
            cells = {name: row[at].strip() for name, at in columns.items()}
            if bill.shape == "focus":
                cells = focus_cells(cells)
            read = read_row(cells, str(path), line, spelled)
            if isinstance(read, Charge):
                bill.charges.append(read)
            elif isinstance(read, OtherRow):
                bill.others.append(read)
            else:
                bill.rejects.append(read)
    return bill


def read_bills(paths: Iterable[str | Path]) -> list[Charge]:
    """The charges of several files that have no row in common."""
    return [charge for path in paths for charge in read_bill(path).charges]


def totals(bill: Bill) -> list[Totals]:
    """Per currency; two currencies are never added."""
    with localcontext(prec=200):
        return _totals(bill)


def _totals(bill: Bill) -> list[Totals]:
    currencies = sorted(
        {charge.billing_currency for charge in bill.charges}
        | {row.billing_currency for row in bill.others}
        | {row.billing_currency for row in bill.rejects if row.billing_currency}
    )
    # 'rejected_cost is null where an amount can't be read.' A row whose currency is unknown too
    # could belong to any of them.
    result = []
    for currency in currencies:
        billed = Decimal(0)
        unparsed = Decimal(0)
        for charge in bill.charges:
            if charge.billing_currency == currency:
                billed += charge.billed_cost
                if not charge.parsed:
                    unparsed += charge.billed_cost
        other = Decimal(0)
        for row in bill.others:
            if row.billing_currency == currency:
                other += row.billed_cost
        rejected: Decimal | None = Decimal(0)
        for bad in bill.rejects:
            if bad.billing_currency not in (currency, None):
                continue
            if bad.billed_cost is None:
                rejected = None
            elif bad.billing_currency == currency and rejected is not None:
                rejected += bad.billed_cost
        result.append(Totals(currency, billed, other, unparsed, rejected))
    return result


def totals_rows_agree(bill: Bill) -> bool:
    """'it is compared, per currency, with all other rows of its file'"""
    with localcontext(prec=200):
        return _totals_rows_agree(bill)


def _totals_rows_agree(bill: Bill) -> bool:
    sums: dict[str, Decimal] = {}
    for charge in bill.charges:
        sums[charge.billing_currency] = (
            sums.get(charge.billing_currency, Decimal(0)) + charge.billed_cost
        )
    for row in bill.others:
        sums[row.billing_currency] = sums.get(row.billing_currency, Decimal(0)) + row.billed_cost
    for bad in bill.rejects:
        if bad.billing_currency is not None and bad.billed_cost is not None:
            sums[bad.billing_currency] = (
                sums.get(bad.billing_currency, Decimal(0)) + bad.billed_cost
            )
    for total in bill.totals_rows:
        currency = total.billing_currency
        if currency is None and len(sums) == 1:
            currency = next(iter(sums))
        if total.billed_cost is None or currency is None:
            return False
        if sums.get(currency, Decimal(0)) != total.billed_cost:
            return False
    return True
