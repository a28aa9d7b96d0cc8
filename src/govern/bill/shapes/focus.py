"""The FinOps Open Cost and Usage Specification, 1.0 to 1.2, as Alibaba exports it.

The columns without a prefix are documented in the specification. Alibaba documents its export as
FOCUS 1.0 (Preview) with further columns; their names are observed in the Microsoft FinOps toolkit,
which reads such files: x_InstanceID, x_CommodityCode, x_CommodityName, x_BillingItemCode,
x_BillingItemName. Inferred: x_ProductCode, and ResourceId as the stand-in for x_InstanceID.

Alibaba documents that ConsumedQuantity and ConsumedUnit are null in all of its rows, so the
pricing quantity, which is the metered usage where a price is per unit, is read in such rows.
ContractedCost is null as well; BilledCost and ListCost are there.

A charge lies somewhere in its charge period, so its time is as wide as that: an hour, a day, or,
where the period is longer than a day, a month.

A cell that says NULL holds no value. Times without a zone are on the bill clock, as in Alibaba's
other exports (inferred: the specification asks for UTC with a Z, which is read as such).
"""

from govern.bill.shape import Shape

SHAPE = Shape(
    name="focus",
    title="FOCUS 1.0 to 1.2",
    columns={
        "billing_account_id": ("BillingAccountId",),
        "sub_account_id": ("SubAccountId",),
        "region": ("RegionId",),
        "region_name": ("RegionName",),
        "product_code": ("x_ProductCode",),
        "product_name": ("ServiceName",),
        "commodity_code": ("x_CommodityCode",),
        "commodity_name": ("x_CommodityName",),
        "instance_id": ("x_InstanceID", "ResourceId"),
        "billing_item": ("x_BillingItemName", "SkuMeter"),
        "charge_kind": ("ChargeCategory",),
        "usage": ("ConsumedQuantity",),
        "usage_unit": ("ConsumedUnit",),
        "spare_usage": ("PricingQuantity",),
        "spare_usage_unit": ("PricingUnit",),
        "list_cost": ("ListCost",),
        "billed_cost": ("BilledCost",),
        "currency": ("BillingCurrency",),
        "month": ("BillingPeriodStart",),
    },
    times=(("ChargePeriodStart",),),
    ends=("ChargePeriodEnd",),
    needs=("instance_id", "charge_kind"),
    absent_words=("NULL", "null"),
)
