"""What a bill holds that is new to govern: values like any other, and shown."""

from __future__ import annotations

from collections.abc import Sequence

from govern.judge.bill.matching import Clause
from govern.ledger.ledger import Ledger
from govern.model.known import CHANNELS, COMMODITIES, METERS, REGION_IDS, UNIT_NAMES
from govern.model.text import shorten

#: More of one kind than this aren't listed.
_MOST = 100


def _listed(column: str, known: Sequence[str]) -> Clause:
    return Clause(f"list_contains(?::VARCHAR[], {column})", (list(known),))


#: By its name in the reports: the column, and what of it is known.
_KNOWN = {
    "commodities": ("commodity_code", _listed("commodity_code", COMMODITIES)),
    "meters": ("meter", Clause("regexp_full_match(meter, ?)", (METERS,))),
    "channels": ("channel", _listed("channel", CHANNELS)),
    "units": ("unit", _listed("unit", UNIT_NAMES)),
    "regions": ("region_id", _listed("region_id", REGION_IDS)),
    "charge_categories": ("unknown_category", Clause("false")),
}


def unknowns(ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """Commodity codes, meters, channels, units, regions and fee types on no known list.

    In the order of the texts, at most 100 of each.
    """
    found = {}
    for name, (column, known) in _KNOWN.items():
        rows = ledger.query(
            f"SELECT DISTINCT {column} FROM ledger WHERE kind = 'charge' "
            f"AND coalesce({column}, '') <> '' AND NOT ({known.sql}) ORDER BY 1 LIMIT {_MOST}",
            known.parameters,
        )
        found[name] = tuple(shorten(str(row[0])) for row in rows)
    return found
