"""Shortcuts of the reduce change no group: guesses about a file, short numbers, sums by month."""

from __future__ import annotations

import csv
import itertools
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest
from agreement import differences
from layouts import LAYOUTS
from oracle import build
from seeds import seeds

from govern.ledger import interpret, usual
from govern.ledger.lookup import is_plain
from govern.ledger.raw_rows import _number
from govern.ledger.reading import Reading, read
from govern.model.money import parse_amount

CELLS = {
    "{cost}": [
        "1",
        "-0.5",
        "0",
        " 2",
        "+3",
        ".5",
        "7.",
        "1E-7",
        "1,234",
        "",
        "x",
        "99999999999999",
    ],
    "{time}": ["2026-09-05", "2026-09-05 10:31", "2026-09-06", "20260907", "2026-13-01", ""],
    "{owner}": ["100", "200", "'; --", "两"],
    "{currency}": ["CNY", "USD", ""],
}
CELLS["{listed}"] = CELLS["{usage}"] = CELLS["{cost}"]
CELLS["{day}"] = CELLS["{time}"]


def bill(path: Path, layout: str, rng: random.Random) -> Path:
    """Rows of which the first ones are alike, and later ones say anything."""
    columns = LAYOUTS[layout]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        for number in range(200):
            some = number > 50
            writer.writerow(
                rng.choice(CELLS[meaning][: 9 if some else 1])
                if meaning in CELLS
                else meaning.strip("{}") + rng.choice(["", "\t"] if some else [""])
                for meaning in columns.values()
            )
    return path


def groups(path: Path) -> list[tuple[Any, ...]]:
    with read([str(path)], Reading()) as ledger:
        return ledger.query("SELECT * FROM groups ORDER BY ALL NULLS LAST")


@pytest.mark.parametrize("layout", ["detail-zh", "v2", "focus"])
@pytest.mark.parametrize(("places", "rows"), [(1, 1), (1, 50), (32, 40)])
def test_a_guess_changes_no_group_however_little_it_has_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: str, places: int, rows: int
) -> None:
    path = bill(tmp_path / "bill.csv", layout, random.Random(f"{layout} {rows}"))
    expected = groups(path)
    asked: list[bool] = []
    guess = usual.Usual.of.__func__  # type: ignore[attr-defined]

    def of(cls: type, files: Any) -> Any:
        found = guess(cls, files)
        asked.append(found is not None)
        return found

    monkeypatch.setattr(usual.Usual, "of", classmethod(of))
    for name, value in (("_WORTH", 0), ("_PLACES", places), ("_ROWS", rows)):
        monkeypatch.setattr(usual, name, value)
    assert groups(path) == expected
    assert asked == [True]


@pytest.mark.parametrize("most", seeds(1, 2, first=3))
def test_the_engine_sums_just_those_spellings_that_the_look_up_takes_for_plain(most: int) -> None:
    letters = "09.,-+e_ \t\n１"
    texts = [
        "".join(one)
        for size in range(1, most + 1)
        for one in itertools.product(letters, repeat=size)
    ]
    texts += [
        *("99999999999999", "100000000000000", "-99999999999999", "0.000000000000001"),
        *(
            "0.0000000000000001",
            "99999999999999.999999999999999",
            "1.0000000000001",
            "000000000000001",
        ),
        *("1234567890.1234", "            1", "             1", "1e5", "0x10", "1_0", "inf", "nan"),
    ]
    connection = duckdb.connect()
    connection.execute("CREATE TABLE texts AS SELECT unnest($1::VARCHAR[]) AS text", [texts])
    rows = connection.execute(f"SELECT text, {_number('text')} FROM texts").fetchall()
    assert len(rows) == len(texts)
    for text, value in rows:
        assert is_plain(text) == (value is not None), repr(text)
        if value is not None:
            assert value == parse_amount(text), repr(text)


@pytest.mark.parametrize("shape", ["detail-zh", "v2"])
@pytest.mark.parametrize("seed", seeds(1, 40))
def test_what_is_asked_of_months_is_what_the_oracle_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str, seed: int
) -> None:
    for module, name in ((interpret, "_MANY"), (interpret, "_TIMES_FEWER"), (usual, "_WORTH")):
        monkeypatch.setattr(module, name, 0)
    rng = random.Random(f"months-{shape}-{seed}")
    rows = build.random_rows(rng, 80)
    path, policies = tmp_path / "bill.csv", tmp_path / "policies.yaml"
    build.write_bill(path, shape, rows, rng, quirks=build.random_quirks(rng))
    build.write_policies(policies, build.random_policies(rng, rows, n=8))
    assert differences([path], policies) == []
