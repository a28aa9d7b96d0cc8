"""What a policy may limit. Each measure is a value here; nothing else knows one by its name."""

from __future__ import annotations

from dataclasses import dataclass

from govern.model.words import CURRENCIES, PERIODS, UNITS

#: The unit of what is held against something else.
PERCENT = "%"


@dataclass(frozen=True)
class Measure:
    """Something that charges have, and that adds up.

    ``column`` of the ledger is added up. A limit is written in one of ``units``; ``thing`` and
    ``example`` tell that to who wrote something else. ``unit_column`` says each charge's unit;
    without one charges are counted, and the limit is a bare whole number. ``money``: every
    currency needs a limit, and may have its own. ``verb``: what a subject did. ``lacking``: its
    name where a file doesn't carry it; "" if every one does. ``none_of``: services without it.
    ``against``: what the sum is held against, so that the limit is in percent of that: the same
    subject's sum in the period ``before``, the ``total`` of all subjects, the ``list`` cost of the
    same charges; "" where the sum itself is limited. ``floor``: whether a policy ``needs`` or
    ``may`` say what that counts as at least; "" if it may not.

    ``beyond``: what is measured besides the sum: the rest of the month ``ahead``, or the
    ``silence`` since the last charge. ``periods`` and ``subjects``: those that it can be asked of;
    no subjects: any. ``whole``: it looks at charges that ``from`` and ``before`` would cut off.
    ``by_day``: it needs to know the day of each charge. ``listed``: it needs an inventory.
    """

    name: str
    column: str
    units: tuple[str, ...]
    thing: str = ""
    example: str = ""
    unit_column: str = ""
    money: bool = False
    verb: str = ""
    lacking: str = ""
    none_of: tuple[str, ...] = ()
    against: str = ""
    floor: str = ""
    beyond: str = ""
    periods: tuple[str, ...] = PERIODS
    subjects: tuple[str, ...] = ()
    whole: bool = False
    by_day: bool = False
    listed: bool = False

    @property
    def counted(self) -> bool:
        return not self.unit_column

    @property
    def of_one_unit(self) -> bool:
        """Whether charges in another unit than the limit's are told, and not judged."""
        return bool(self.unit_column) and not self.money and not self.against


BILLED_COST = Measure(
    "billed_cost",
    "billed_cost",
    CURRENCIES,
    "an amount of money",
    "500 CNY",
    unit_column="billing_currency",
    money=True,
    verb="cost",
)
LIST_COST = Measure(
    "list_cost",
    "list_cost",
    CURRENCIES,
    "an amount of money",
    "500 CNY",
    unit_column="billing_currency",
    money=True,
    verb="cost at list price",
    lacking="list cost",
)
USAGE = Measure(
    "usage",
    "usage",
    UNITS,
    "a quantity",
    "2000000 tokens",
    unit_column="unit",
    verb="used",
    lacking="usage",
    none_of=("coding_plan", "token_plan"),
)
CHARGES = Measure("charges", "charges", ("charges",))
GROWTH = Measure(
    "growth",
    "billed_cost",
    (PERCENT,),
    "a growth",
    "50%",
    unit_column="billing_currency",
    against="before",
    floor="needs",
    periods=("day", "week", "month"),
    whole=True,
)
SHARE = Measure(
    "share",
    "billed_cost",
    (PERCENT,),
    "a share",
    "40%",
    unit_column="billing_currency",
    against="total",
    floor="may",
)
PRICE = Measure(
    "price",
    "billed_cost",
    (PERCENT,),
    "a part of the list price",
    "80%",
    unit_column="billing_currency",
    lacking="list cost",
    against="list",
)
FORECAST_COST = Measure(
    "forecast_cost",
    "billed_cost",
    CURRENCIES,
    "an amount of money",
    "500 CNY",
    unit_column="billing_currency",
    money=True,
    beyond="ahead",
    periods=("month",),
    whole=True,
    by_day=True,
)
IDLE_DAYS = Measure(
    "idle_days",
    "charges",
    ("days",),
    beyond="silence",
    periods=("total",),
    subjects=("api_key", "workspace"),
    whole=True,
    listed=True,
)

MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        *(BILLED_COST, LIST_COST, USAGE, CHARGES),
        *(GROWTH, SHARE, PRICE, FORECAST_COST, IDLE_DAYS),
    )
}
