"""The same charges in every export layout: what an overlap of different layouts is made of."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paid:
    """One charge; ``time`` as the layout's finest column shows it, shortened where it can't."""

    cost: str = "1.2"
    key: str = ""
    time: str = "2026-09-05 10:31"
    payer: str = "100"
    owner: str = "100"
    commodity: str = "sfm_inference_public_cn"
    instance: str = "12345;llm-a;qwen-max;output_token;app;0"
    listed: str = "1.5"
    usage: str = "1"
    currency: str = "CNY"

    @property
    def day(self) -> str:
        return self.time[:10]

    @property
    def month(self) -> str:
        return self.time[:7]


#: layout → header → the cell of a charge, a text with the charge's own words in braces
LAYOUTS: dict[str, dict[str, str]] = {
    "detail-zh": {
        "主键": "{key}",
        "资源购买账号ID": "{payer}",
        "资源归属账号ID": "{owner}",
        "账单月份": "{month}",
        "账单日期": "{day}",
        "费用类型": "云资源按量费用",
        "产品Code": "sfm",
        "产品名称": "大模型服务平台百炼",
        "商品Code": "{commodity}",
        "资产/资源实例ID": "{instance}",
        "地域": "华北2（北京）",
        "计费项": "大模型文本消耗量",
        "用量": "{usage}",
        "用量单位": "千tokens",
        "目录总价": "{listed}",
        "应付金额": "{cost}",
        "定价币种": "{currency}",
    },
    "detail-en": {
        "Primary Key": "{key}",
        "Resource Purchase Account ID": "{payer}",
        "Resource Owner Account ID": "{owner}",
        "Billing Month": "{month}",
        "Billing Date": "{day}",
        "Fee Type": "Pay-as-you-go",
        "Product Code": "sfm",
        "Product Name": "Alibaba Cloud Model Studio",
        "Commodity Code": "{commodity}",
        "Instance ID (billing granularity)": "{instance}",
        "Region": "China (Beijing)",
        "Billable Item": "Large Language Model Text Consumption",
        "Usage": "{usage}",
        "Usage Unit": "KTokens",
        "Catalogue Gross Amount": "{listed}",
        "Payable Amount": "{cost}",
        "Currency": "{currency}",
    },
    "detail-en-old": {
        "Primary Key": "{key}",
        "Account ID": "{payer}",
        "Owner Account ID": "{owner}",
        "Billing Cycle": "{month}",
        "Billing Date": "{day}",
        "Product Name": "Alibaba Cloud Model Studio",
        "Product Code": "sfm",
        "Commodity Code": "{commodity}",
        "Instance ID": "{instance}",
        "Region": "China (Beijing)",
        "Billing Item": "Large Language Model Text Consumption",
        "Item": "PayAsYouGoBill",
        "Usage": "{usage}",
        "Usage Unit": "KTokens",
        "Pretax Gross Amount": "{listed}",
        "Pretax Amount": "{cost}",
        "Currency": "{currency}",
    },
    "detail-tc": {
        "主鍵": "{key}",
        "帳號ID": "{payer}",
        "Owner帳號ID": "{owner}",
        "賬期": "{month}",
        "賬單日期": "{day}",
        "產品Code": "sfm",
        "產品": "百煉",
        "商品Code": "{commodity}",
        "執行個體ID": "{instance}",
        "地域": "華北2（北京）",
        "計費項": "大模型文本消耗量",
        "用量": "{usage}",
        "用量單位": "千tokens",
        "目錄總價": "{listed}",
        "應付金額": "{cost}",
        "幣種": "{currency}",
    },
    "v2": {
        "标识信息/账单明细ID": "{key}",
        "身份信息/资源购买账号ID": "{payer}",
        "身份信息/资源归属账号ID": "{owner}",
        "账单信息/账单月份": "{month}",
        "账单信息/账单日期": "{day}",
        "账单信息/费用类型": "云资源按量费用",
        "账单信息/消费时间": "{time}",
        "产品信息/产品Code": "sfm",
        "产品信息/商品Code": "{commodity}",
        "产品信息/计费项名称": "大模型文本消耗量",
        "资源信息/实例ID（出账粒度）": "{instance}",
        "资源信息/地域Code": "cn-beijing",
        "用量信息/用量": "{usage}",
        "用量信息/用量单位": "千tokens",
        "费用信息/目录总价": "{listed}",
        "定价信息/定价币种": "{currency}",
        "应付信息/应付金额（含税）": "{cost}",
    },
    "v2-en": {
        "LineItemDetails/LineItemId": "{key}",
        "IdentityDetails/ResourcePurchaseAccountId": "{payer}",
        "IdentityDetails/ResourceOwnerAccountId": "{owner}",
        "BillingDetails/BillingMonth": "{month}",
        "BillingDetails/BillingDate": "{day}",
        "BillingDetails/LineItemType": "pay-as-you-go fee",
        "BillingDetails/ConsumptionTime": "{time}",
        "ProductDetails/ProductCode": "sfm",
        "ProductDetails/CommodityCode": "{commodity}",
        "ProductDetails/BillingItemName": "Large Language Model Text Consumption",
        "ResourceDetails/InstanceId": "{instance}",
        "ResourceDetails/RegionCode": "cn-beijing",
        "UsageDetails/Usage": "{usage}",
        "UsageDetails/UsageUnit": "KTokens",
        "FeeDetails/GrossAmount": "{listed}",
        "PricingDetails/Currency": "{currency}",
        "PayableDetails/TaxExclusivePayableAmount": "{cost}",
    },
    "api": {
        "RecordID": "{key}",
        "BillAccountID": "{payer}",
        "OwnerID": "{owner}",
        "BillingCycle": "{month}",
        "BillingDate": "{day}",
        "Item": "PayAsYouGoBill",
        "ProductCode": "sfm",
        "CommodityCode": "{commodity}",
        "InstanceID": "{instance}",
        "Region": "cn-beijing",
        "BillingItem": "大模型文本消耗量",
        "Usage": "{usage}",
        "UsageUnit": "千tokens",
        "PretaxGrossAmount": "{listed}",
        "PretaxAmount": "{cost}",
        "Currency": "{currency}",
    },
    "focus": {
        "BillingAccountId": "{payer}",
        "SubAccountId": "{owner}",
        "BillingPeriodStart": "{month}-01 00:00:00",
        "ChargePeriodStart": "{time}:00",
        "ChargeCategory": "Usage",
        "x_ProductCode": "sfm",
        "ServiceName": "Model Studio",
        "x_CommodityCode": "{commodity}",
        "x_InstanceID": "{instance}",
        "RegionId": "cn-beijing",
        "ConsumedQuantity": "NULL",
        "ConsumedUnit": "NULL",
        "PricingQuantity": "{usage}",
        "PricingUnit": "千tokens",
        "ListCost": "{listed}",
        "BilledCost": "{cost}",
        "BillingCurrency": "{currency}",
    },
}


def text(layout: str, charges: Sequence[Paid], *, without: Sequence[str] = ()) -> str:
    """The file's text; ``without``: header names that it lacks."""
    columns = {name: cell for name, cell in LAYOUTS[layout].items() if name not in without}
    assert len(columns) == len(LAYOUTS[layout]) - len(without)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for charge in charges:
        words = {**vars(charge), "day": charge.day, "month": charge.month}
        writer.writerow(cell.format(**words) for cell in columns.values())
    return out.getvalue()


def write(
    folder: Path,
    layout: str,
    *charges: Paid,
    name: str | None = None,
    without: Sequence[str] = (),
) -> Path:
    path = folder / (name or f"{layout}.csv")
    path.write_text(text(layout, charges, without=without), encoding="utf-8")
    return path
