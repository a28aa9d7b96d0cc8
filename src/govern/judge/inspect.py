"""``govern bill inspect``: how a file is read, before anything is judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from govern import __version__
from govern.judge.summary import summarise, totals_rows_that_disagree
from govern.ledger.ledger import Ledger
from govern.model.bill import BillSummary
from govern.model.clock import iso
from govern.model.document import Document, Section
from govern.model.exits import Exit, worst
from govern.model.meaning import CHANNEL_LABELS, REGIONS
from govern.model.money import plain
from govern.model.text import shorten

_KINDS = "kind IN ('charge', 'other')"

#: Meters that Alibaba's price pages or public readers name; any other one is shown as unknown.
KNOWN_METER = (
    r"^(thinking_|text_|vision_|audio_|image_|video_|multi_|purein_|multiin_|omni_|embedding_|"
    r"tts_|cosy_|qwen_tts_|translate_|generation_3d_|content_duration|input_token|output_token).*"
)


def inspect(ledger: Ledger, as_of: datetime, max_rejects: int) -> Document:
    """How each file was recognised, and what its charges are made of."""
    bill = summarise(ledger, as_of)
    facts = {
        "columns": _columns(ledger),
        "services": _sums(ledger, "service"),
        "charge_categories": _sums(ledger, "charge_category"),
        "products": _sums(ledger, "product", f"{_KINDS}"),
        "layouts": _sums(ledger, "layout"),
        "units": _sums(ledger, "unit"),
        "unknown": {
            "instance_ids": _examples(ledger, "instance_id", "unparsed"),
            "meters": _unknown(ledger, "meter", f"NOT regexp_matches(meter, '{KNOWN_METER}')"),
            "channels": _unknown(
                ledger, "channel", f"NOT list_contains({list(CHANNEL_LABELS)}, channel)"
            ),
            "regions": _unknown(
                ledger, "region_id", f"NOT list_contains({list(REGIONS)}, region_id)"
            ),
            "charge_categories": list(bill.unknown_categories),
        },
        "overlaps": ledger.clashes,
        "before_ids": _count(ledger, "unparsed AND first < TIMESTAMP '2024-09-07'"),
    }
    end = _exit(ledger, bill, max_rejects)
    payload = {
        "schema": "govern.bill/v1",
        "govern": __version__,
        "as_of": iso(as_of, ledger.clock),
        "bill": bill.document(),
        **facts,
        "notes": list(ledger.notes),
        "exit": {"code": end.code, "cause": end.cause, "reason": end.reason},
    }
    return Document(payload, lambda: _sections(bill, facts, end), end)


def _columns(ledger: Ledger) -> list[dict[str, Any]]:
    """Which column of each file gives which of govern's fields."""
    told = []
    for file in ledger.files:
        if file.staged is None:
            told.append({"path": file.name, "fields": dict.fromkeys(sorted(file.fields))})
            continue
        columns = file.staged.columns
        fields = {field: columns.header[at] for field, at in sorted(columns.positions.items())}
        times = [columns.header[at] for at in columns.times]
        told.append({"path": file.name, "fields": fields, "times": times})
    return told


def _sums(ledger: Ledger, column: str, where: str = "kind = 'charge'") -> list[dict[str, Any]]:
    rows = ledger.query(
        f"SELECT {column}, billing_currency, sum(charges)::BIGINT, sum(billed_cost) FROM ledger "
        f"WHERE {where} GROUP BY 1, 2 ORDER BY 4 DESC, 1, 2"
    )
    return [
        {column: value, "currency": currency, "charges": charges, "billed_cost": plain(cost)}
        for value, currency, charges, cost in rows
    ]


def _examples(ledger: Ledger, column: str, where: str) -> list[dict[str, Any]]:
    rows = ledger.query(
        f"SELECT {column}, service, sum(charges)::BIGINT FROM ledger "
        f"WHERE kind = 'charge' AND {where} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 20"
    )
    return [
        {column: shorten(value or "", 200), "service": service, "charges": charges}
        for value, service, charges in rows
    ]


def _unknown(ledger: Ledger, column: str, where: str) -> list[str]:
    rows = ledger.query(
        f"SELECT DISTINCT {column} FROM ledger WHERE kind = 'charge' AND {column} <> '' "
        f"AND {where} ORDER BY 1 LIMIT 100"
    )
    return [shorten(str(row[0])) for row in rows]


def _count(ledger: Ledger, where: str) -> int:
    rows = ledger.query(
        f"SELECT coalesce(sum(charges), 0)::BIGINT FROM ledger WHERE kind = 'charge' AND {where}"
    )
    return int(rows[0][0])


def _exit(ledger: Ledger, bill: BillSummary, max_rejects: int) -> Exit:
    exits = [Exit("clean", "read exactly")]
    if ledger.clashes:
        exits.append(Exit("overlap", "; ".join(ledger.clashes)))
    if bill.rejected > max_rejects or any(file.fatal for file in ledger.files):
        exits.append(Exit("rejected", f"{bill.rejected} rows were rejected"))
    wrong_totals = totals_rows_that_disagree(ledger)
    if wrong_totals:
        exits.append(Exit("totals_row", "; ".join(wrong_totals)))
    if not bill.count("charges"):
        exits.append(Exit("nothing", "the bill has no Model Studio charge"))
    return worst(exits)


def _sections(bill: BillSummary, facts: dict[str, Any], end: Exit) -> Sequence[Section]:
    from govern.judge.narrative import bill_section, reject_sections

    files = Section(
        f"{end.reason} (exit code {end.code})",
        columns=("file", "shape", "rows", "charges", "other", "rejected", "known to", "exported"),
        rows=[
            [
                file.path,
                file.shape,
                str(file.rows),
                str(file.charges),
                str(file.other),
                str(file.rejected),
                file.time or "",
                file.exported_at or "not known",
            ]
            for file in bill.files
        ],
        right=frozenset({2, 3, 4, 5}),
    )
    columns = [
        Section(
            f"Columns of {one['path']}",
            columns=("govern's field", "column of the file"),
            rows=[
                *([field, name or ""] for field, name in one["fields"].items()),
                *(["time", name] for name in one.get("times", ())),
            ],
        )
        for one in facts["columns"]
    ]
    sums = [
        Section(
            heading,
            columns=(column, "charges", "billed cost"),
            rows=[
                [
                    "none" if row[column] is None else str(row[column]),
                    str(row["charges"]),
                    f"{row['billed_cost']} {row['currency']}",
                ]
                for row in facts[key]
            ],
            right=frozenset({1, 2}),
        )
        for heading, key, column in (
            ("Services", "services", "service"),
            ("Charge categories", "charge_categories", "charge_category"),
            ("Products", "products", "product"),
            ("Layouts of Instance IDs", "layouts", "layout"),
            ("Units", "units", "unit"),
        )
    ]
    return [
        files,
        *columns,
        *sums,
        _unknown_section(facts),
        bill_section(bill),
        *reject_sections(bill),
    ]


def _unknown_section(facts: dict[str, Any]) -> Section:
    unknown = facts["unknown"]
    said = [
        f"{name.replace('_', ' ')}: {', '.join(unknown[name])}"
        for name in ("meters", "channels", "regions", "charge_categories")
        if unknown[name]
    ]
    if facts["before_ids"]:
        said.append(
            f"{facts['before_ids']} charges are from before 2024-09-07, when bills carried no ids."
        )
    return Section(
        "Unknown wordings" if said or unknown["instance_ids"] else "No unknown wordings",
        sentences=said,
        columns=("Instance ID of no known layout", "service", "charges"),
        rows=[
            [one["instance_id"] or "(empty)", one["service"], str(one["charges"])]
            for one in unknown["instance_ids"]
        ],
        right=frozenset({2}),
    )
