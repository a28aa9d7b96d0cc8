"""What each distinct wording of a bill means: understood once, in Python, never by the engine.

What can't be understood exactly names the column at fault; its groups become rejects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Self

from govern.ledger.groups import DECIMAL, NUMBERS, SEPARATOR, context_cells
from govern.model import meaning
from govern.model.clock import parse_cell
from govern.model.instance_id import CALLS, InstanceId
from govern.model.money import NotExact, parse_amount

#: The engine's type of a field, by how it is annotated.
KINDS = {
    "str": "VARCHAR",
    "str | None": "VARCHAR",
    "bool": "BOOLEAN",
    "datetime | None": "TIMESTAMP",
    "Factor": "DECIMAL(9, 0)",
    "Decimal | None": DECIMAL,
}

#: How many of a normalised unit one of a bill's is.
Factor = Decimal

#: Why a row without an amount is rejected.
NO_AMOUNT = "no amount"
_CONTROL = "a control character (U+001F) in a cell"


@dataclass(frozen=True)
class Context:
    """The cells of few distinct values, joined into one text."""

    context: str
    fault_column: str | None = None
    fault: str | None = None
    billing_account_id: str | None = None
    sub_account_id: str | None = None
    region_id: str | None = None
    commodity_code: str | None = None
    product: str | None = None
    billing_item: str | None = None
    model_studio: bool = False
    context_service: str = "other"
    charge_category: str = "usage"
    unknown_category: str | None = None
    unit: str | None = None
    factor: Factor = Decimal(1)
    billing_currency: str | None = None
    context_month: str | None = None
    month_start: datetime | None = None

    @classmethod
    def of(cls, text: str, clock: tzinfo) -> Self:
        found = context_cells(text)
        if found is None:
            return cls(text, "instance_id", _CONTROL)
        told = {name: cell or "" for name, cell in found.items()}
        unit, factor = meaning.unit_of(told["usage_unit"])
        currency = meaning.currency_of(told["currency"])
        category, known = meaning.charge_category_of(told["charge_kind"])
        month, fault_column, fault = None, None, None
        if told["month"]:
            try:
                start = parse_cell(told["month"], clock)[0]
                month = start.replace(day=1, hour=0, minute=0, second=0)
            except ValueError:
                fault_column, fault = "month", "impossible billing month"
        if currency is None:
            fault_column, fault = "currency", "no currency"
        commodity, detail = found["commodity_code"], found["commodity_name"]
        code, product = found["product_code"], found["product_name"]
        return cls(
            context=text,
            fault_column=fault_column,
            fault=fault,
            billing_account_id=found["billing_account_id"],
            sub_account_id=found["sub_account_id"] or found["billing_account_id"],
            region_id=_region(found["region"], found["region_name"]),
            commodity_code=commodity,
            product=commodity or detail or product or code,
            billing_item=found["billing_item"],
            model_studio=meaning.is_model_studio(
                code or "", commodity or "", product or "", detail or ""
            ),
            context_service=meaning.service_of(commodity or "", detail or ""),
            charge_category=category,
            unknown_category=None if known else found["charge_kind"],
            unit=unit,
            factor=factor,
            billing_currency=currency,
            context_month=f"{month:%Y-%m}" if month else None,
            month_start=month,
        )


def _region(code: str | None, name: str | None) -> str | None:
    """The region id by code, else by name; None where the file has neither column."""
    given = code or name
    return meaning.region_id_of(given) if given else None if code is None and name is None else ""


@dataclass(frozen=True)
class Instance:
    """An Instance ID and its parts; whether its layout is that of a call, and of a batch's."""

    instance_id: str
    layout: str
    api_key_id: str | None
    workspace_id: str | None
    model: str | None
    meter: str | None
    tier: str | None
    channel: str | None
    free_quota_stop: str | None
    instance_region: str | None
    call: bool
    batch: bool

    @classmethod
    def of(cls, text: str, parse: Callable[[str], InstanceId]) -> Self:
        parsed = parse(text.strip())
        return cls(
            instance_id=text,
            layout=parsed.layout,
            api_key_id=parsed.api_key_id,
            workspace_id=parsed.workspace_id,
            model=parsed.model,
            meter=parsed.meter,
            tier=parsed.tier,
            channel=parsed.channel,
            free_quota_stop=parsed.free_quota_stop,
            instance_region=parsed.region_id,
            call=parsed.layout in CALLS,
            batch=meaning.refined_service("inference", parsed.meter) == "batch",
        )


@dataclass(frozen=True)
class Time:
    """A time that is oddly written. Its width is ``none`` where the cell says nothing."""

    odd_time: str
    odd_start: datetime | None = None
    odd_width: str | None = None

    @classmethod
    def of(cls, text: str, clock: tzinfo) -> Self:
        if not text.strip():
            return cls(text, None, "none")
        try:
            return cls(text, *parse_cell(text, clock))
        except ValueError:
            return cls(text)


@dataclass(frozen=True)
class Numbers:
    """The three numbers of a row, of which one at least is oddly written."""

    odd_numbers: str
    number_column: str | None = None
    number_fault: str | None = None
    odd_billed_cost: Decimal | None = None
    odd_list_cost: Decimal | None = None
    odd_usage: Decimal | None = None

    @classmethod
    def of(cls, text: str) -> Self:
        cells = text.split(SEPARATOR)
        if len(cells) != len(NUMBERS):
            return cls(text, "billed_cost", _CONTROL)
        values: dict[str, Decimal | None] = {}
        faults: list[tuple[str, str]] = []
        for name, cell in zip(NUMBERS, cells, strict=True):
            try:
                empty = not cell.strip() and name != "billed_cost"
                values[f"odd_{name}"] = None if empty else parse_amount(cell)
            except NotExact as error:
                what = NO_AMOUNT if not cell.strip() else f"unreadable number: {error}"
                faults.append((name, what))
        column, fault = faults[0] if faults else (None, None)
        return cls(text, column, fault, **values)
