"""The classic bill detail export of the Chinese console (账单详情): 39 flat columns.

Header observed in public readers of these files; the newer names of the instance column are
documented, as are 消费时间 and 服务开始时间, which only the statistic period *details* has; by day
and
by month a time is known to the day or month.
"""

from govern.bill.shape import Shape

SHAPE = Shape(
    name="detail-zh",
    title="classic bill details, Chinese",
    columns={
        "billing_account_id": ("资源购买账号ID",),
        "sub_account_id": ("资源归属账号ID",),
        "region": ("地域",),
        "product_code": ("产品Code",),
        "product_name": ("产品名称",),
        "commodity_code": ("商品Code",),
        "commodity_name": ("商品名称",),
        "instance_id": ("实例ID（出账粒度）", "资产/资源实例ID"),
        "billing_item": ("计费项",),
        "charge_kind": ("费用类型",),
        "usage": ("用量",),
        "usage_unit": ("用量单位",),
        "list_cost": ("目录总价",),
        "billed_cost": ("应付金额",),
        "currency": ("定价币种",),
        "month": ("账单月份",),
        "primary_key": ("主键",),
    },
    after_reduction=("优惠后金额",),
    times=(("消费时间",), ("服务开始时间",), ("账单日期",)),
)
