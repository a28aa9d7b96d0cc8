"""What a bill holds that is new to govern: values like any other, and shown."""

from __future__ import annotations

from govern.ledger import query
from govern.ledger.clauses import CHARGES, NOTHING, filled, fits, is_one_of
from govern.ledger.ledger import Ledger
from govern.model.known import CHANNELS, COMMODITIES, METERS, REGION_IDS, UNIT_NAMES
from govern.model.text import shorten

#: More of one kind than this aren't listed.
_MOST = 100


#: By its name in the reports: the column, and what of it is known.
_KNOWN = {
    "commodities": ("commodity_code", is_one_of("commodity_code", COMMODITIES)),
    "meters": ("meter", fits("meter", METERS)),
    "channels": ("channel", is_one_of("channel", CHANNELS)),
    "units": ("unit", is_one_of("unit", UNIT_NAMES)),
    "regions": ("region_id", is_one_of("region_id", REGION_IDS)),
    "charge_categories": ("unknown_category", NOTHING),
}


def unknowns(ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """Commodity codes, meters, channels, units, regions and fee types on no known list.

    In the order of the texts, at most 100 of each.
    """
    by_name = {}
    for name, (column, known) in _KNOWN.items():
        strange = CHARGES & filled(column) & ~known
        rows = query.ask(ledger, [column], (), strange, most=_MOST)
        by_name[name] = tuple(shorten(str(row[0])) for row in rows)
    return by_name
