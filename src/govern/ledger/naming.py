"""Names and owners from the inventory beside the ids of the ledger."""

from __future__ import annotations

from govern.ledger.ledger import Ledger
from govern.ledger.table import fill
from govern.model.directory import Directory
from govern.model.words import INVENTORY_COLUMNS

_IDENTITY = ("sub_account_id", "region_id", "workspace_id", "api_key_id")


def name(ledger: Ledger, directory: Directory) -> None:
    """Show the ledger with the columns of this inventory; NULL where it knows no name.

    ``unnamed`` lists those of them that a fuller look at the account could fill. Without any
    inventory the ledger is shown without these columns, whatever it was judged by before.
    """
    if not directory:
        ledger.named(None)
        return
    found = ledger.query(
        f"SELECT DISTINCT {', '.join(_IDENTITY)} FROM months WHERE kind = 'charge' AND NOT unparsed"
    )
    rows = []
    for account_id, region_id, workspace_id, api_key_id in found:
        key = directory.key(workspace_id, api_key_id)
        workspace = directory.workspace(workspace_id)
        names = {
            "api_key_name": key.name if key else None,
            "workspace_name": workspace.name if workspace else None,
            "owner": directory.owner(workspace_id, api_key_id),
        }
        unlisted = {
            "api_key_name": bool(api_key_id) and not key,
            "workspace_name": bool(workspace_id) and not workspace,
        }
        unlisted["owner"] = any(unlisted.values())
        saw_all = directory.saw_all(account_id or None, region_id)
        unnamed = [
            column
            for column, told in names.items()
            if told is None and unlisted[column] and not saw_all
        ]
        rows.append((account_id, region_id, workspace_id, api_key_id, *names.values(), unnamed))
    columns = [(column, "VARCHAR") for column in (*_IDENTITY, *INVENTORY_COLUMNS)]
    fill(ledger.connection, "names", [*columns, ("unnamed", "VARCHAR[]")], rows)
    same = " AND ".join(f"d.{one} IS NOT DISTINCT FROM n.{one}" for one in _IDENTITY)
    shown = ", ".join(f"n.{column}" for column in INVENTORY_COLUMNS)
    ledger.named(
        f"SELECT d.*, {shown}, coalesce(n.unnamed, []::VARCHAR[]) AS unnamed FROM {{}} d "
        f"LEFT JOIN names n ON {same}"
    )
