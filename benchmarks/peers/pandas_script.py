"""The script that people write: the whole bill in memory, grouped, the money exact.

python pandas_script.py BILL LAYOUT
"""

import os
import sys
from decimal import Decimal

import pandas as pd

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from make_bill import NEEDED

path, layout = sys.argv[1:3]
*keys, time, cost, listed, used = NEEDED[layout]
bill = pd.read_csv(path, dtype=str, usecols=NEEDED[layout], keep_default_na=False)
bill["day"] = bill[time].str[:10]
for name in (cost, listed, used):
    bill[name] = bill[name].map(Decimal)
ledger = bill.groupby([*keys, "day"], sort=False).agg(
    {cost: ["sum", "count"], listed: "sum", used: "sum", time: ["min", "max"]}
)
print(len(ledger))
