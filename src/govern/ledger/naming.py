"""Names and owners from the inventory beside the ids of the ledger."""

from __future__ import annotations

from govern.ledger.interpret import fill
from govern.ledger.ledger import Ledger
from govern.model.inventory import Directory
from govern.model.words import INVENTORY_COLUMNS

_IDENTITY = ("workspace_id", "api_key_id")


def name(ledger: Ledger, directory: Directory) -> None:
    """Give ``ledger`` the columns of the inventory; NULL where it knows no name.

    ``unnamed`` lists those of them that an inventory with a fuller view could fill.
    """
    found = ledger.query(
        f"SELECT DISTINCT {', '.join(_IDENTITY)} FROM ledger WHERE workspace_id NOTNULL"
    )
    rows = []
    for workspace_id, api_key_id in found:
        key = directory.key(workspace_id, api_key_id)
        workspace = directory.workspace(workspace_id)
        names = (
            key.name if key else None,
            workspace.name if workspace else None,
            directory.owner(workspace_id, api_key_id),
        )
        unseen = (bool(api_key_id) and not key, bool(workspace_id) and not workspace)
        hidden = (unseen[0], unseen[1], any(unseen))
        unnamed = [
            column
            for column, value, unsure in zip(INVENTORY_COLUMNS, names, hidden, strict=True)
            if value is None and unsure and not directory.complete
        ]
        rows.append((workspace_id, api_key_id, *names, unnamed))
    columns = [(column, "VARCHAR") for column in (*_IDENTITY, *INVENTORY_COLUMNS)]
    fill(ledger.connection, "named", [*columns, ("unnamed", "VARCHAR[]")], rows)
    same = " AND ".join(f"l.{one} IS NOT DISTINCT FROM n.{one}" for one in _IDENTITY)
    shown = ", ".join(f"n.{column}" for column in (*INVENTORY_COLUMNS, "unnamed"))
    ledger.connection.execute(
        f"CREATE OR REPLACE TABLE ledger AS SELECT l.*, {shown} FROM ledger l "
        f"LEFT JOIN named n ON {same}"
    )
    ledger.connection.execute("DROP TABLE named")
