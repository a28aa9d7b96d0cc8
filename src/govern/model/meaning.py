"""What the words of a bill mean: product, service, charge category, region, unit, currency.

Each function is called once per distinct wording, never per row.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal


def _fold(text: str) -> str:
    return re.sub(r"[\s_\-]+", "", unicodedata.normalize("NFKC", text)).casefold()


def is_model_studio(product_code: str, commodity_code: str, *names: str) -> bool:
    """Whether a row belongs to Model Studio: by product code, commodity code, or product name."""
    if product_code.strip().casefold() == "sfm" or commodity_code.strip().startswith("sfm_"):
        return True
    return any("百炼" in name or "百煉" in name or "modelstudio" in _fold(name) for name in names)


# Words of a commodity code between its underscores, read in this order: a savings plan for
# inference is a savings plan. The codes are documented in Alibaba's pages or observed; `batch`,
# `knowledge` and `search` are inferred, since no commodity code is published for those services.
_BY_CODE: tuple[tuple[str, str], ...] = (
    (r".*codingplan.*", "coding_plan"),
    (r".*tokenplan.*", "token_plan"),
    (r"spn", "savings_plan"),
    (r"dp\d*", "resource_pack"),
    (r".*batch.*", "batch"),
    (r".*inference.*", "inference"),
    (r".*(training|finetun).*", "training"),
    (r".*deployment.*", "deployment"),
    (r".*knowledge.*", "knowledge_base"),
    (r".*search.*", "web_search"),
)
_BY_DETAIL: tuple[tuple[str, str], ...] = (
    (r"codingplan", "coding_plan"),
    (r"tokenplan", "token_plan"),
    (r"savingsplan|节省计划|節省計劃", "savings_plan"),
    (r"资源包|資源包|資源套件|resource(pack|plan)", "resource_pack"),
    (r"batch|批量", "batch"),
    (r"推理|inference", "inference"),
    (r"训练|訓練|调优|調優|training|finetun", "training"),
    (r"部署|deploy", "deployment"),
    (r"知识库|知識庫|knowledge", "knowledge_base"),
    (r"搜索|搜尋|search", "web_search"),
)


def service_of(commodity_code: str, product_detail: str) -> str:
    """The service, a word of the closed list, by commodity code and then by product detail.

    ``other`` where neither tells it: then the Instance ID may. Whether an inference charge is a
    batch is told by its meter: see :func:`refined_service`.
    """
    code = commodity_code.strip().casefold()
    if code.startswith("sfm_"):
        words = code.split("_")[1:]
        for pattern, service in _BY_CODE:
            if any(re.fullmatch(pattern, word) for word in words):
                return service
    detail = _fold(product_detail)
    for pattern, service in _BY_DETAIL:
        if re.search(pattern, detail):
            return service
    return "other"


def refined_service(service: str, meter: str | None) -> str:
    """An inference charge whose meter contains ``_batch`` is batch inference."""
    return "batch" if service == "inference" and "_batch" in (meter or "") else service


# Wordings: the V2 fee types (observed; 免费额度, the free quota, in a public repository), the API's
# Item values (documented), FOCUS (documented), the English fee types (documented on the page of the
# upgraded bill's fields), the traditional Chinese bill types (documented on its page of the bill
# flow), and the older console's names (inferred from its documentation).
_CATEGORIES: dict[str, str] = {
    "云资源按量费用": "usage",
    "免费额度": "usage",
    "按量付费": "usage",
    "后付费账单": "usage",
    "payasyougobill": "usage",
    "payasyougo": "usage",
    "payasyougofee": "usage",
    "payasyougofees": "usage",
    "后付费": "usage",
    "後付費": "usage",
    "後付費賬單": "usage",
    "隨用隨付": "usage",
    "usage": "usage",
    "订阅预付费用": "purchase",
    "订阅后付费用": "purchase",
    "预付费订单": "purchase",
    "订阅订单": "purchase",
    "subscriptionorder": "purchase",
    "subscription": "purchase",
    "预付费": "purchase",
    "預付費": "purchase",
    "預付費訂單": "purchase",
    "subscriptionpayasyougofee": "purchase",
    "subscriptionpayasyougofees": "purchase",
    "subscriptionupfrontfee": "purchase",
    "subscriptionupfrontfees": "purchase",
    "subscriptioncoveragefee": "purchase",
    "subscriptioncoveragefees": "purchase",
    "purchase": "purchase",
    "订阅退订费用": "adjustment",
    "subscriptionrefundfee": "adjustment",
    "subscriptionrefundfees": "adjustment",
    "退款": "adjustment",
    "refund": "adjustment",
    "佣金费用": "adjustment",
    "commission": "adjustment",
    "commissionfee": "adjustment",
    "调账费用": "adjustment",
    "调账": "adjustment",
    "調賬": "adjustment",
    "調帳": "adjustment",
    "adjustment": "adjustment",
    "抹零费用": "adjustment",
    "抹零": "adjustment",
    "rounding": "adjustment",
    "roundingadjustment": "adjustment",
    "credit": "credit",
    "tax": "tax",
}


def charge_category_of(wording: str) -> tuple[str, bool]:
    """The FOCUS charge category, and whether the wording is known. Unknown wording is usage."""
    folded = _fold(wording)
    if not folded:
        return "usage", True
    known = _CATEGORIES.get(folded)
    return (known, True) if known else ("usage", False)


#: Model Studio's regions and the names that bills use for them (documented on its region page;
#: those in traditional Chinese, and the older English ones with a number, are inferred).
REGIONS: dict[str, tuple[str, ...]] = {
    "cn-beijing": (
        *("华北2（北京）", "华北2", "中国（北京）", "北京", "China (Beijing)", "Beijing"),
        *("華北2（北京）", "華北2", "中國（北京）", "China North 2 (Beijing)"),
    ),
    "ap-southeast-1": (
        *("新加坡", "亚太东南1（新加坡）", "Singapore", "Asia Pacific SE 1 (Singapore)"),
        "亞太東南1（新加坡）",
    ),
    "us-east-1": (
        *("美国（弗吉尼亚）", "美国东部1（弗吉尼亚）", "US (Virginia)", "Virginia"),
        *("美國（維吉尼亞）", "美國（弗吉尼亞）", "US East 1 (Virginia)"),
    ),
    "cn-hongkong": (
        *("中国香港", "中国（香港）", "香港", "China (Hong Kong)", "Hong Kong"),
        *("中國香港", "中國（香港）"),
    ),
    "eu-central-1": (
        *("德国（法兰克福）", "欧洲中部1（法兰克福）", "Germany (Frankfurt)", "Frankfurt"),
        *("德國（法蘭克福）", "EU Central 1 (Frankfurt)"),
    ),
    "ap-northeast-1": (
        *("日本（东京）", "亚太东北1（东京）", "Japan (Tokyo)", "Tokyo"),
        *("日本（東京）", "Asia Pacific NE 1 (Tokyo)"),
    ),
}
_REGION_IDS = {
    _fold(name): region for region, names in REGIONS.items() for name in (*names, region)
}


def region_id_of(name: str) -> str:
    """The region id for a region given by id or name; an unknown name stays as it is."""
    return _REGION_IDS.get(_fold(name), name.strip())


_UNITS: dict[str, tuple[str, int]] = {
    **dict.fromkeys(("token", "tokens"), ("tokens", 1)),
    **dict.fromkeys(
        ("千tokens", "千token", "ktokens", "ktoken", "1ktokens", "1000tokens", "thousandtokens"),
        ("tokens", 1000),
    ),
    **dict.fromkeys(
        (
            "百万tokens",
            "百万token",
            "百萬tokens",
            "百萬token",
            "mtokens",
            "mtoken",
            "1mtokens",
            "milliontokens",
        ),
        ("tokens", 1_000_000),
    ),
    **dict.fromkeys(("万tokens", "万token", "萬tokens", "萬token"), ("tokens", 10_000)),
    **dict.fromkeys(("张", "張", "image", "images"), ("images", 1)),
    **dict.fromkeys(("秒", "second", "seconds", "s", "sec"), ("seconds", 1)),
    **dict.fromkeys(
        ("字", "字符", "字元", "character", "characters", "char", "chars"), ("characters", 1)
    ),
    **dict.fromkeys(("千字", "千字符", "kcharacters"), ("characters", 1000)),
    **dict.fromkeys(
        ("万字", "万字符", "萬字", "萬字元", "10kcharacters", "10000characters"),
        ("characters", 10_000),
    ),
    **dict.fromkeys(("次", "call", "calls", "time", "times", "count"), ("calls", 1)),
    **dict.fromkeys(("千次", "kcalls"), ("calls", 1000)),
}


def unit_of(wording: str) -> tuple[str | None, Decimal]:
    """The normalised unit and the exact factor to it; an unknown unit stays as it is."""
    if not wording.strip():
        return None, Decimal(1)
    unit, factor = _UNITS.get(_fold(wording), (wording.strip(), 1))
    return unit, Decimal(factor)


_CURRENCIES = {
    **dict.fromkeys(("人民币", "人民幣", "RMB"), "CNY"),
    **dict.fromkeys(("美元", "美金"), "USD"),
    **dict.fromkeys(("日元", "日圓"), "JPY"),
}


def currency_of(wording: str) -> str | None:
    """A currency code, or None where the cell names no currency."""
    text = unicodedata.normalize("NFKC", wording).strip().upper()
    text = _CURRENCIES.get(text, text)
    return text if re.fullmatch(r"[A-Z]{3}", text, re.ASCII) else None


#: The documented channels and how they are shown to people; the list is open.
CHANNEL_LABELS = {"bmp": "Playground (bmp)", "app": "code (app)", "assistant-api": "Assistant API"}


def channel_label(channel: str | None) -> str:
    """How a channel is shown to people; an unknown one is shown as it is.

    An empty one is what calls with an API key have (observed in a public repository).
    """
    if channel is None:
        return "none"
    return CHANNEL_LABELS.get(channel, channel or "(empty)")
