"""The engine and the look-up read the same key from every row, in every layout."""

from __future__ import annotations

import csv
import random
from collections import Counter
from pathlib import Path

import pytest
from layouts import LAYOUTS

from govern.bill import records
from govern.bill.shapes import SHAPES, recognise
from govern.ledger.batch import Batch
from govern.ledger.lookup import Search, raw_row
from govern.ledger.raw_rows import single_rows
from govern.ledger.reading import Reading, read

#: Cells as real and damaged files have them; which of them a column takes is drawn.
ANY = ["", " ", "\t", "NULL", "null", " NULL ", "N/A", "-", "x", '"', "a,b", "两\t", "\u3000"]
NUMBERS = [
    *(
        "1",
        "-1",
        "0",
        "-0",
        "-0.00",
        "1.50",
        "0.000000000000001",
        "99999999999999",
        "1E-7",
        "1,234",
    ),
    *(" 1", "1\t", "¥5", "+1", ".5", "1.", "0.0000000000000001", "100000000000000", "１"),
    *ANY,
]
TIMES = [
    *("2026-09-05", "2026-09-05 10:31", "2026-09-05 10:31:07", "2026-09-05 24:00", "2026-9-5"),
    *("2026-09-05T10:31:07Z", "20260905", "2026-09-05 ", "2026-13-01", "2026-09-05 10:31:60"),
    *ANY,
]
TEXTS = ["100", "100\t", "sfm", "12345;llm-a;qwen-max;output_token;app;0", "合计", "Total", *ANY]


def cell(rng: random.Random, meaning: str) -> str:
    if any(word in meaning for word in ("{cost}", "{listed}", "{usage}", "NULL")):
        return rng.choice(NUMBERS)
    if any(word in meaning for word in ("{time}", "{day}", "{month}")):
        return rng.choice(TIMES)
    return rng.choice(TEXTS) if rng.random() < 0.5 else meaning.strip("{}")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seed", range(2))
def test_the_engine_and_the_look_up_agree_on_every_row(
    tmp_path: Path, layout: str, seed: int
) -> None:
    rng = random.Random(f"{layout} {seed}")
    columns = LAYOUTS[layout]
    path = tmp_path / "bill.csv"
    with open(path, "w", encoding="utf-8", newline="") as out:
        quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
        writer = csv.writer(out, lineterminator="\n", quoting=quoting)
        writer.writerow(columns)
        writer.writerows([cell(rng, meaning) for meaning in columns.values()] for _ in range(300))
    with read([str(path)], Reading()) as ledger:
        (file,) = ledger.files
        assert file.staged is not None and file.rows == 300
        batch = Batch((0,), (file.staged,))
        engine = Counter(
            tuple(row[1:9]) + (row[12] if row[5] is None else row[5], *row[9:12], row[13])
            for row in ledger.query(f"SELECT * FROM ({single_rows(batch)})")
        )
        with open(path, "rb") as stream:
            found = list(records.read(stream, 1))[1:]
        looked_up = Counter(
            tuple(part for told in raw_row(record.cells, file.staged) for part in told)
            for record in found
        )
        assert engine == looked_up
        groups = ledger.query(
            "SELECT c.context, l.instance_id, day, cell_width, odd_time, odd_numbers, lead, "
            "negative FROM ledger l JOIN contexts c USING (context_id)"
        )
        assert {tuple(row[:8]) for row in looked_up} == set(groups)
        # What a search takes for a candidate, before it reads the key, leaves no row out.
        charges = Counter(dict(ledger.query("SELECT id, charges FROM ledger")))
        assert Counter(row.group for row in Search(ledger, charges).rows()) == charges


def test_every_layout_that_govern_reads_is_among_them() -> None:
    shapes = {recognise(list(columns)).shape.name for columns in LAYOUTS.values()}
    assert shapes == {shape.name for shape in SHAPES}
