"""The charges of a test of policies: each field as a bill could have it, or a fault."""

from __future__ import annotations

import re

from govern.model.clock import parse_moment
from govern.model.instance_id import looks_like_workspace
from govern.model.money import NotExact, parse_amount
from govern.model.trial import CARRIED, Charge
from govern.model.words import CHARGE_CATEGORIES, INVENTORY_COLUMNS, PART_COLUMNS, SERVICES
from govern.policy.fields import Reader, line, one_of, quoted, record, scalar
from govern.policy.marks import Fields, Items, Node, Source

_MONEY = re.compile(r"(-?(?:0|[1-9]\d*)(?:\.\d+)?) [A-Z]{3}", re.ASCII)
_USAGE = re.compile(r"(-?(?:0|[1-9]\d*)(?:\.\d+)?)(?: \S+)?", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}(-\d{2}( \d{2}:\d{2}(:\d{2})?)?)?", re.ASCII)
#: So many charges are more than any test needs, and judged in a moment.
_MOST = 1000


def charges(source: Source, node: Node) -> tuple[Charge, ...]:
    if not isinstance(node, Items):
        source.refuse(node, "charges are a list")
        return ()
    return tuple(found for one in node.nodes if (found := _charge(source, one)) is not None)


def _charge(source: Source, node: Node) -> Charge | None:
    before = len(source.faults.all)
    values = record(source, node, FIELDS, ())
    if not isinstance(node, Fields) or len(source.faults.all) > before:
        return None
    _carried(source, node, values)
    _one_currency(source, node, values)
    return values if len(source.faults.all) == before else None


def _carried(source: Source, node: Fields, charge: Charge) -> None:
    """Refuse parts that the charge's Instance ID doesn't carry: the test would be of nothing."""
    service = charge.get("service", "inference")
    carried = () if "instance_id" in charge else CARRIED.get(service, ())
    for part in (*PART_COLUMNS, *INVENTORY_COLUMNS[:1]):
        place = node.key(part)
        needed = "api_key_id" if part == "api_key_name" else part
        if place is None or needed in carried or "instance_id" in charge and part == "api_key_name":
            continue
        if "instance_id" in charge:
            source.refuse(place, f"{part} stands in instance_id: leave one of them out")
        else:
            told = f"the Instance ID of {service} carries no {needed}"
            source.refuse(place, f"{told}: leave it out, or write the instance_id that does")


def _one_currency(source: Source, node: Fields, charge: Charge) -> None:
    listed, billed = charge.get("list_cost"), charge.get("billed_cost", "1 CNY")
    place = node.value("list_cost")
    if listed and place and listed.split(" ")[1] != billed.split(" ")[1]:
        source.refuse(place, f"a charge has one currency, and billed_cost is {quoted(billed)}")


def _part(source: Source, node: Node) -> str | None:
    """A part of an Instance ID, which may be empty."""
    found = scalar(source, node)
    if found is None:
        return None
    if found.plain and found.text == "none":
        source.refuse(node, "what a layout doesn't carry: write an instance_id of such a layout")
        return None
    if ";" in found.text or "\n" in found.text or found.text != found.text.strip():
        source.refuse(node, f"{quoted(found.text)} is no part of an Instance ID")
        return None
    return found.text


def _workspace(source: Source, node: Node) -> str | None:
    found = _part(source, node)
    if found is not None and not looks_like_workspace(found):
        source.refuse(node, f"{quoted(found)} is no workspace: it begins with llm- or ws-")
        return None
    return found


def _money(source: Source, node: Node) -> str | None:
    return _amount(source, node, _MONEY, "an amount of money: write 1.2 CNY")


def _usage(source: Source, node: Node) -> str | None:
    return _amount(source, node, _USAGE, "a quantity: write 1000 tokens")


def _amount(source: Source, node: Node, right: re.Pattern[str], hint: str) -> str | None:
    found = scalar(source, node)
    if found is None:
        return None
    written = right.fullmatch(found.text)
    if not written:
        source.refuse(node, f"{quoted(found.text)} is not {hint}")
        return None
    try:
        parse_amount(written[1])
    except NotExact as reason:
        source.refuse(node, str(reason))
        return None
    return found.text


def _time(source: Source, node: Node) -> str | None:
    found = scalar(source, node)
    if found is None:
        return None
    try:
        if not _TIME.fullmatch(found.text):
            raise ValueError(found.text)
        parse_moment(found.text if len(found.text) > 7 else f"{found.text}-01")
    except ValueError:
        source.refuse(
            node,
            f"{quoted(found.text)} is no time of a charge: write 2026-09-15 12:00, "
            "2026-09-15 (a day) or 2026-09 (a month)",
        )
        return None
    return found.text


def _repeat(source: Source, node: Node) -> str | None:
    found = scalar(source, node)
    if found is None:
        return None
    if not re.fullmatch(r"[1-9]\d{0,3}", found.text, re.ASCII) or int(found.text) > _MOST:
        source.refuse(node, f"{quoted(found.text)} is no number of times: 1 to {_MOST}")
        return None
    return found.text


FIELDS: dict[str, Reader] = {
    "billing_account_id": line,
    "sub_account_id": line,
    "region_id": line,
    "service": one_of(SERVICES, "service"),
    "charge_category": one_of(CHARGE_CATEGORIES, "charge_category"),
    "commodity_code": line,
    "billing_item": line,
    "instance_id": line,
    "api_key_id": _part,
    "workspace_id": _workspace,
    "model": _part,
    "meter": _part,
    "tier": _part,
    "channel": _part,
    "free_quota_stop": _part,
    "api_key_name": line,
    "workspace_name": line,
    "owner": line,
    "time": _time,
    "billed_cost": _money,
    "list_cost": _money,
    "usage": _usage,
    "repeat": _repeat,
}
