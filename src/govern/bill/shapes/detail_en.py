"""The classic bill detail export of the English console, with the names of the new console.

No whole header line is published; the names come from Alibaba's help pages.
Documented: Resource Purchase Account ID, Billing Month, Billing Date, Product Name, Product Code,
Commodity Name, Item Name, Offering Name, Asset/Resource Instance ID, Instance ID (billing
granularity), Instance ID, Billing Item, Billing Item Name, Billable Item, Bill Type, Fee Type,
Usage, Usage Unit, Catalogue Gross Amount, Payable Amount, Amount Payable, Amount Payable (Pretax),
Amount After Price Reduction, Amount After Reduction, Consumption Time, Service Start Time, Primary
Key, Region. Of the older export, documented or observed there, and read here too since not every
name was announced as changed: Billing Cycle, Account ID, Owner Account ID, Product Detail, Item,
Pretax Amount, Pretax Gross Amount, Usage Start Time, Currency. Inferred from the Chinese export:
Resource Owner Account ID, Commodity Code, Pricing Currency; from the names nearby: Item Code, Bill
Date, Amount After Discount.

The notice of the new console says that ``Item``, the kind of the bill, became ``Billable Item``,
while the bill pages call the billing item so. The column is therefore read as both, each time
only where no column of a plainer name is there.
"""

from govern.bill.shape import Shape

#: Names that only the new console has: one of them in a header makes the file a new one.
MARKS = (
    "Catalogue Gross Amount",
    "Amount After Price Reduction",
    "Amount After Reduction",
    "Payable Amount",
    "Amount Payable",
    "Amount Payable (Pretax)",
    "Resource Purchase Account ID",
    "Resource Owner Account ID",
    "Resource Owner Account",
    "Billing Month",
    "Billable Item",
    "Bill Type",
    "Commodity Name",
    "Asset/Resource Instance ID",
    "Instance ID (billing granularity)",
    "Catalogue Gross Amount Deducted by Savings Plan",
    "Deducted Amount by Resource Plan",
)

SHAPE = Shape(
    name="detail-en",
    title="classic bill details, English",
    columns={
        "billing_account_id": ("Resource Purchase Account ID", "Account ID"),
        "sub_account_id": ("Resource Owner Account ID", "Owner Account ID"),
        "region": ("Region",),
        "product_code": ("Product Code",),
        "product_name": ("Product Name",),
        "commodity_code": ("Commodity Code", "Item Code"),
        "commodity_name": ("Commodity Name", "Item Name", "Offering Name", "Product Detail"),
        "instance_id": (
            "Instance ID (billing granularity)",
            "Asset/Resource Instance ID",
            "Instance ID",
        ),
        "billing_item": ("Billing Item", "Billing Item Name", "Billable Item"),
        "charge_kind": ("Fee Type", "Bill Type", "Item", "Billable Item"),
        "usage": ("Usage",),
        "usage_unit": ("Usage Unit",),
        "list_cost": ("Catalogue Gross Amount", "Pretax Gross Amount"),
        "billed_cost": (
            "Payable Amount",
            "Amount Payable",
            "Amount Payable (Pretax)",
            "Pretax Amount",
        ),
        "currency": ("Currency", "Pricing Currency"),
        "month": ("Billing Month", "Billing Cycle"),
        "primary_key": ("Primary Key",),
    },
    after_reduction=(
        "Amount After Price Reduction",
        "Amount After Reduction",
        "Amount After Discount",
    ),
    times=(
        ("Consumption Time",),
        ("Service Start Time", "Usage Start Time"),
        ("Billing Date", "Bill Date"),
    ),
    marks=MARKS,
    words=True,
)
