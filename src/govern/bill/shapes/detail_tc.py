"""The classic bill detail export in traditional Chinese.

Documented on Alibaba's traditional Chinese page of the bill's fields: 賬期, 帳號, Owner帳號 (both
names, not ids), 產品, 產品Code, 產品明細, 產品明細Code, 消費類型 (prepaid or pay-as-you-go),
執行個體ID; on the page of the bill flow 賬單類型 and 消費時間. The page as stored ends before the
amounts: every other name is inferred, from the simplified Chinese export in traditional
characters, with 賬 also written 帳.
"""

from govern.bill.shape import Shape

SHAPE = Shape(
    name="detail-tc",
    title="classic bill details, traditional Chinese",
    columns={
        "billing_account_id": ("帳號ID", "賬號ID", "資源購買帳號ID", "資源購買賬號ID"),
        "sub_account_id": ("Owner帳號ID", "Owner賬號ID", "資源歸屬帳號ID", "資源歸屬賬號ID"),
        "region": ("地域", "地區"),
        "product_code": ("產品Code",),
        "product_name": ("產品", "產品名稱"),
        "commodity_code": ("產品明細Code", "商品Code"),
        "commodity_name": ("產品明細", "商品名稱"),
        "instance_id": (
            "執行個體ID",
            "執行個體ID（出賬粒度）",
            "資產/資源執行個體ID",
        ),
        "billing_item": ("計費項", "計費項目"),
        "charge_kind": ("費用類型", "賬單類型", "帳單類型", "消費類型"),
        "usage": ("用量",),
        "usage_unit": ("用量單位",),
        "list_cost": ("目錄總價", "原價"),
        "billed_cost": ("應付金額",),
        "currency": ("幣種", "定價幣種"),
        "month": ("賬期", "帳期", "賬單月份", "帳單月份"),
        "primary_key": ("主鍵",),
    },
    after_reduction=("優惠後金額",),
    times=(
        ("消費時間",),
        ("服務開始時間",),
        ("賬單日期", "帳單日期"),
    ),
)
