"""A large made-up bill of the classic layout, for benchmarks: some 450 bytes a row.

    python benchmarks/make_bill.py 1000000 /tmp/bill.csv

Minute-level use of 400 API keys over a month, sorted by day as exports are; seeded, so that the
same call writes the same bytes.
"""

from __future__ import annotations

import random
import sys

HEADER = (
    "资源购买账号ID,资源购买账号,资源归属账号ID,资源归属账号,账单月份,账单日期,费用类型,产品Code,产品名称,"
    "商品Code,商品名称,资产/资源实例ID,资产/资源实例名称,资源组,实例标签,资源实例配置,资源实例规格,公网IP,"
    "私网IP,地域,可用区,计费项Code,计费规则说明,计费项,资源包抵扣量,用量,用量单位,目录价,目录价定价类型,"
    "价格单位,目录总价,优惠券抵扣金额,优惠金额,节省计划抵扣目录总价,应付金额,代金券抵扣金额,定价币种,主键,"
    "优惠后金额"
)


def main(rows: int, path: str) -> None:
    rng = random.Random(20260901)
    models = [f"qwen3.{number}-plus" for number in range(20)]
    ids = [
        f"{1_000_000 + key};llm-{key % 40:016x};{model};context_0-128k_{meter};"
        f"{'bmp' if key % 50 == 0 else 'app'};0"
        for key in range(400)
        for model in rng.sample(models, 4)
        for meter in ("input_token", "output_token")
    ]
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        file.write(HEADER + "\n")
        for number in range(rows):
            tokens = rng.randrange(1, 9_999_999)
            price = tokens * 8  # in units of 10^-10 CNY per token of a thousandth
            cost = f"{price // 10**7}.{price % 10**7:07d}000"
            day = 1 + number * 30 // rows
            file.write(
                f"1902910424969427,main,1902910424969427,main,2026-09,"
                f"2026-09-{day:02d},云资源按量费用,sfm,大模型服务平台百炼,sfm_inference_public_cn,"
                f"百炼大模型推理,{rng.choice(ids)},,默认资源组,,,,,,华北2（北京）,,"
                f"text_token,按量计费,大模型文本消耗量,0,{tokens // 1000}.{tokens % 1000:03d},"
                f"千tokens,0.0008,目录价,元/千tokens,{cost},0,0,0,{cost},0,CNY,{number:032x},{cost}\n"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
