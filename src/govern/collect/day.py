"""One day of a bill: its rows as they came from the API, as a file, and their sums."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from govern.cloud.paging import Row
from govern.model.manifest import Sums
from govern.model.money import EXACT, plain

#: The fields of a row that the official SDK names, in the order in which a file has them. Whatever
#: else an answer holds stands behind them.
FIELDS = (
    "BillingCycle", "BillAccountID", "BillAccountName", "OwnerID", "BillingDate",
    "SubscriptionType", "ProductCode", "ProductType", "ProductName", "ProductDetail",
    "CommodityCode", "PipCode", "Item", "ItemName", "BillingItem", "BillingItemCode",
    "BillingType", "BizType", "InstanceID", "NickName", "InstanceConfig", "InstanceSpec",
    "InternetIP", "IntranetIP", "Region", "Zone", "ResourceGroup", "Tag", "CostUnit",
    "ServicePeriod", "ServicePeriodUnit", "Usage", "UsageUnit", "ListPrice", "ListPriceUnit",
    "DeductedByResourcePackage", "PretaxGrossAmount", "InvoiceDiscount", "AfterDiscountAmount",
    "DeductedByCoupons", "PretaxAmount", "DeductedByCashCoupons", "DeductedByPrepaidCard",
    "PaymentAmount", "OutstandingAmount", "AdjustAmount", "CashAmount", "Currency",
)  # fmt: skip

_NUMBERS = frozenset(
    name
    for name in FIELDS
    if name in ("Usage", "ListPrice", "ServicePeriod", "InvoiceDiscount")
    or name.endswith("Amount")
    or name.startswith("DeductedBy")
)
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d*)?[eE][+-]?\d{1,3}", re.ASCII)

#: No amount has as many digits; a number beyond them stays as it was written.
_LONGEST = 60


def csv_of(account_id: str, month: str, rows: Sequence[Row]) -> str:
    """The rows in their order under the API's own names; each value as it came."""
    more = dict.fromkeys(name for row in rows for name in row if name not in FIELDS)
    header = [*FIELDS, *more]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        in_words = {"BillingCycle": month, "BillAccountID": account_id}
        in_words |= {
            name: _cell(name, value) for name, value in row.items() if value not in (None, "")
        }
        writer.writerow([in_words.get(name, "") for name in header])
    return text.getvalue()


def _cell(name: str, value: object) -> str:
    """A value of JSON as a cell: an amount with the digits that came, in plain notation."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return _plain(value)
    if isinstance(value, str):
        scientific = name in _NUMBERS and _SCIENTIFIC.fullmatch(value)
        return _plain(Decimal(value)) if scientific else value
    if isinstance(value, (int, float)):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _plain(number: Decimal) -> str:
    return format(number, "f") if _is_amount(number) else str(number)


def _is_amount(number: Decimal) -> bool:
    """Whether it can be summed exactly, and written without a row of zeros that fills a disk."""
    if not number.is_finite():
        return False
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return abs(exponent) <= _LONGEST and abs(number.adjusted()) <= _LONGEST


def sums_of(rows: Iterable[Row], *names: str) -> dict[str, Decimal]:
    """These amounts, summed by currency. A row whose amount can't be read adds nothing: whoever
    reads the file rejects it and says where it is."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        currency = str(row.get("Currency") or "")
        for name in names:
            amount = _amount(row.get(name))
            if amount is not None:
                sums[currency] = EXACT.add(sums.get(currency, Decimal(0)), amount)
    return sums


def _amount(value: object) -> Decimal | None:
    if value in (None, "") or isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if _is_amount(amount) else None


def together(parts: Iterable[Sums]) -> dict[str, Decimal]:
    """The sums of several parts, by currency."""
    sums: dict[str, Decimal] = {}
    for part in parts:
        for currency, amount in part.items():
            sums[currency] = EXACT.add(sums.get(currency, Decimal(0)), amount)
    return sums


def same(sums: Sums, other: Sums) -> bool:
    """To the last digit; a currency that sums to nothing may be missing."""
    return _nonzero(sums) == _nonzero(other)


def _nonzero(sums: Sums) -> Mapping[str, str]:
    return {currency: plain(amount) for currency, amount in sums.items() if amount}


def in_words(sums: Sums) -> str:
    """For people: ``12.5 CNY, 3 USD``."""
    return ", ".join(f"{plain(sum)} {currency}" for currency, sum in sorted(sums.items())) or "0"
