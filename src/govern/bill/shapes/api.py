"""The layout of bills that are pushed to OSS and of the billing API: API field names.

Documented in Alibaba's description of the detailed bill file and of DescribeInstanceBill.
The older English console writes the same names with blanks between the words.
"""

from govern.bill.shape import Shape

SHAPE = Shape(
    name="api",
    title="bill pushed to OSS, or the billing API",
    columns={
        "billing_account_id": ("BillAccountID", "AccountID"),
        "sub_account_id": ("OwnerID", "BillOwnerID"),
        "region": ("Region",),
        "product_code": ("ProductCode",),
        "product_name": ("ProductName",),
        "commodity_code": ("CommodityCode",),
        "commodity_name": ("ProductDetail",),
        "instance_id": ("InstanceID",),
        "billing_item": ("BillingItem", "ItemName"),
        "charge_kind": ("Item",),
        "usage": ("Usage",),
        "usage_unit": ("UsageUnit",),
        "list_cost": ("PretaxGrossAmount",),
        "billed_cost": ("PretaxAmount",),
        "currency": ("Currency",),
        "month": ("BillingCycle",),
        "primary_key": ("RecordID",),
    },
    after_reduction=("AfterDiscountAmount",),
    times=(("UsageStartTime",), ("BillingDate",)),
    words=True,
)
