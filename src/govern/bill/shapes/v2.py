"""The upgraded cost details (费用明细, ``consumedetailbillv2``): grouped headers ``组/字段``.

The first Chinese path of each field is observed in public readers of these files; a second one is
inferred. English paths: documented, with their groups, for IdentityDetails
(ResourcePurchaseAccountId, ResourceOwnerAccountId) and BillingDetails (BillingMonth, BillingDate,
LineItemType); observed in a public reader: ProductDetails (ProductName, ProductCode,
CommodityCode), ResourceDetails (InstanceId, RegionCode), UsageDetails (Usage, UsageUnit),
FeeDetails/GrossAmount, PricingDetails/Currency and PayableDetails/TaxExclusivePayableAmount. Every
other English path is inferred and stands last.
Times are known to the minute where 消费时间 is filled.

The 61 Chinese columns of an export, 客户名称 and the five of 时长信息 among them, are observed in a
public repository. There, free quota (免费额度) leaves 用量 at 0, and what was consumed stands in
抵扣前用量, before deduction.
"""

from govern.bill.shape import Shape

SHAPE = Shape(
    name="v2",
    title="upgraded cost details (consumedetailbillv2)",
    columns={
        "billing_account_id": (
            "身份信息/资源购买账号ID",
            "IdentityDetails/ResourcePurchaseAccountId",
        ),
        "sub_account_id": ("身份信息/资源归属账号ID", "IdentityDetails/ResourceOwnerAccountId"),
        "region": ("资源信息/地域Code", "ResourceDetails/RegionCode"),
        "region_name": ("资源信息/地域", "ResourceDetails/Region"),
        "product_code": ("产品信息/产品Code", "ProductDetails/ProductCode"),
        "product_name": ("产品信息/产品名称", "ProductDetails/ProductName"),
        "commodity_code": ("产品信息/商品Code", "ProductDetails/CommodityCode"),
        "commodity_name": ("产品信息/商品名称", "ProductDetails/CommodityName"),
        "instance_id": (
            "资源信息/实例ID（出账粒度）",
            "ResourceDetails/InstanceId",
            "资源信息/实例ID",
        ),
        "billing_item": (
            "产品信息/计费项名称",
            "ProductDetails/BillingItemName",
            "产品信息/计费项",
            "ProductDetails/BillingItem",
        ),
        "charge_kind": (
            "账单信息/费用类型",
            "BillingDetails/LineItemType",
            "BillingDetails/FeeType",
        ),
        "usage": ("用量信息/抵扣前用量", "UsageDetails/UsageBeforeDeduction"),
        "spare_usage": ("用量信息/用量", "UsageDetails/Usage"),
        "usage_unit": ("用量信息/用量单位", "UsageDetails/UsageUnit"),
        "list_cost": ("费用信息/目录总价", "FeeDetails/GrossAmount"),
        "billed_cost": (
            "应付信息/应付金额（含税）",
            "应付信息/应付金额",
            "PayableDetails/TaxExclusivePayableAmount",
            "PayableDetails/PayableAmount",
            "PayableDetails/TaxInclusivePayableAmount",
        ),
        "currency": (
            "定价信息/定价币种",
            "PricingDetails/Currency",
            "PricingDetails/PricingCurrency",
        ),
        "month": ("账单信息/账单月份", "BillingDetails/BillingMonth"),
        "primary_key": (
            "标识信息/账单明细ID",
            "LineItemDetails/LineItemId",
            "LineItemDetails/BillDetailId",
        ),
    },
    after_reduction=("优惠信息/优惠后金额", "DiscountDetails/AfterDiscountAmount"),
    times=(
        ("账单信息/消费时间", "BillingDetails/ConsumptionTime", "BillingDetails/ConsumeTime"),
        ("账单信息/服务开始时间", "BillingDetails/ServiceStartTime"),
        ("账单信息/账单日期", "BillingDetails/BillingDate"),
    ),
)
