"""The classic bill detail export of the older English console (until about 2024).

Documented in Alibaba's bill pages and in its notice of what was renamed: Billing Cycle, Product
Name, Product Code, Product Detail, Product Type (there: the code of the product detail),
Subscription Type, Item, Instance ID, Billing Item, Usage, Usage Unit, Region, Pretax Gross Amount,
Amount After Discount, Pretax Amount. Observed in a public reader of such files: Account ID, Owner
Account ID, Payment Time, Usage Start Time, Currency. Inferred: Billing Date, Commodity Code,
Product Detail Code (the traditional Chinese export has it), Primary Key (announced in 2023 as a
name only).

Its names are those of the billing API with blanks between the words, which is what tells the two
apart; a header with a name of the new console is the new console's.
"""

from govern.bill.shape import Shape
from govern.bill.shapes.detail_en import MARKS

SHAPE = Shape(
    name="detail-en-old",
    title="classic bill details, English, until about 2024",
    columns={
        "billing_account_id": ("Account ID",),
        "sub_account_id": ("Owner Account ID",),
        "region": ("Region",),
        "product_code": ("Product Code",),
        "product_name": ("Product Name",),
        "commodity_code": ("Commodity Code", "Product Detail Code", "Product Type"),
        "commodity_name": ("Product Detail",),
        "instance_id": ("Instance ID",),
        "billing_item": ("Billing Item",),
        "charge_kind": ("Item", "Subscription Type"),
        "usage": ("Usage",),
        "usage_unit": ("Usage Unit",),
        "list_cost": ("Pretax Gross Amount",),
        "billed_cost": ("Pretax Amount",),
        "currency": ("Currency",),
        "month": ("Billing Cycle",),
        "primary_key": ("Primary Key",),
    },
    after_reduction=("Amount After Discount",),
    times=(("Usage Start Time",), ("Billing Date",)),
    unless=MARKS,
    words=True,
)
