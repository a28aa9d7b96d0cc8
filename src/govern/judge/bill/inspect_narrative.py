"""How a bill was read, in words and tables: the files first, what nobody knows yet last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from govern.judge.bill.narrative import bill_section, reject_sections
from govern.model.bill import FileSummary
from govern.model.document import Cell, Document, Section, Sheet
from govern.model.inspection import Inspection
from govern.model.text import some

_SUMS = (
    ("Services", "services", "service"),
    ("Charge categories", "charge_categories", "charge_category"),
    ("Products", "products", "product"),
    ("Layouts of Instance IDs", "layouts", "layout"),
    ("Units", "units", "unit"),
)

#: Columns of the spreadsheet: a line per file.
_SHEET = tuple(field.name for field in fields(FileSummary) if field.name != "sha256")


def document(inspection: Inspection) -> Document:
    """The inspection as formats see it; its rows are the files."""
    payload = inspection.document()
    return Document(
        payload,
        lambda: sections(inspection),
        inspection.exit,
        records=payload["bill"]["files"],
        sheet=lambda _: Sheet(_SHEET, [_file(file) for file in inspection.bill.files]),
    )


def _file(file: FileSummary) -> list[Cell]:
    cells = {name: getattr(file, name) for name in _SHEET}
    if file.exported_at:
        cells["exported_at"] = f"{_wall(file.exported_at)}{file.exported_at[16:19]}"
    return list(cells.values())


def sections(inspection: Inspection) -> list[Section]:
    return [
        _files(inspection),
        *_columns(inspection.facts["columns"]),
        *(_sums(heading, column, inspection.facts[key]) for heading, key, column in _SUMS),
        _unknown(inspection.facts),
        bill_section(replace(inspection.bill, unknown={})),
        *reject_sections(inspection.bill),
    ]


def _files(inspection: Inspection) -> Section:
    code = inspection.exit.code
    word = {0: "READ", 3: "NOTHING TO JUDGE"}.get(code, "NOT TRUSTED")
    return Section(
        f"{word}: {inspection.exit.reason} (exit code {code})",
        sentences=inspection.notes,
        columns=(
            *("file", "shape", "rows", "charges", "other", "rejected", "duplicates"),
            *("known to", "exported"),
        ),
        rows=[
            [
                file.path,
                file.shape,
                *map(str, (file.rows, file.charges, file.other, file.rejected, file.duplicates)),
                f"the {file.time}" if file.time else "",
                _wall(file.exported_at) if file.exported_at else "not known",
            ]
            for file in inspection.bill.files
        ],
        right=frozenset({2, 3, 4, 5, 6}),
    )


def _wall(instant: str) -> str:
    """An ISO instant as the bill's clock shows it, to the minute."""
    return instant[:16].replace("T", " ")


def _columns(files: Sequence[dict[str, Any]]) -> Iterable[Section]:
    """Files of the same columns are told once."""
    alike: dict[str, list[dict[str, Any]]] = {}
    for file in files:
        alike.setdefault(repr((file["fields"], file.get("times"))), []).append(file)
    for same in alike.values():
        first = same[0]
        yield Section(
            f"Columns of {some([file['path'] for file in same], 1)}",
            columns=("govern's field", "column of the file"),
            rows=[
                *([field, name or "as in the ledger"] for field, name in first["fields"].items()),
                *(["time", name] for name in first.get("times", ())),
            ],
            folded=True,
        )


def _sums(heading: str, column: str, sums: Sequence[dict[str, Any]]) -> Section:
    return Section(
        heading,
        columns=(column.replace("_", " "), "charges", "billed cost"),
        rows=[
            [
                "none" if row[column] is None else str(row[column]) or "(empty)",
                str(row["charges"]),
                f"{row['billed_cost']} {row['currency']}",
            ]
            for row in sums
        ],
        right=frozenset({1, 2}),
    )


def _unknown(facts: Any) -> Section:
    unknown = facts["unknown"]
    sentences = [
        f"{name.replace('_', ' ')}: {', '.join(unknown[name])}"
        for name in (
            *("commodities", "meters", "channels", "units", "regions"),
            "charge_categories",
        )
        if unknown[name]
    ]
    if facts["before_ids"]:
        sentences.append(
            f"{facts['before_ids']} charges are from before 2024-09-07, when bills carried no ids."
        )
    return Section(
        "Unknown wordings" if sentences or unknown["instance_ids"] else "No unknown wordings",
        sentences=sentences,
        columns=("Instance ID of no known layout", "service", "charges"),
        rows=[
            [row["instance_id"] or "(empty)", row["service"], str(row["charges"])]
            for row in unknown["instance_ids"]
        ],
        right=frozenset({2}),
    )
