"""The same reduce in Polars, streaming: ten columns and the day, three exact sums.

python polars_reduce.py BILL LAYOUT
"""

import os
import sys

import polars as pl

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from make_bill import NEEDED

path, layout = sys.argv[1:3]
*keys, time, cost, listed, used = NEEDED[layout]
exact = [pl.col(name).cast(pl.Decimal(38, 15)).sum() for name in (cost, listed, used)]
ledger = (
    pl.scan_csv(path, infer_schema=False)
    .group_by(*keys, pl.col(time).str.slice(0, 10).alias("day"))
    .agg(
        *exact,
        pl.len().alias("charges"),
        pl.col(time).min().alias("first"),
        pl.col(time).max().alias("last"),
    )
    .collect(engine="streaming")
)
print(ledger.height)
