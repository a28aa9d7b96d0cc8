"""Qinghe's inventory, as somebody wrote it on 5 October 2026: the same bytes at every run.

    python make_inventory.py            writes inventory.yaml
    python make_inventory.py --check    ends with 1 if the file on disk is another one

Two regions were looked at; Hong Kong was not, though a key works there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from make_bill import PAYER, keys

INVENTORY = Path(__file__).parent / "inventory.yaml"

NAMES = {
    "llm-p1chatbot": ("客服机器人", "lin@qinghe.example"),
    "llm-p2search": ("Search", "sun@qinghe.example"),
    "llm-p3mail": ("Mail", "sun@qinghe.example"),
    "llm-s1support": ("售后支持", "wang@qinghe.example"),
    "llm-x1research": ("Research", "zhao@qinghe.example"),
    "llm-r4retired01": ("Old pilot", "nobody@qinghe.example"),
    "llm-r5retired02": ("Old pilot 2", "nobody@qinghe.example"),
    "llm-t1finance": ("财务", "qian@qinghe.example"),
    "llm-t2legal": ("Legal", "qian@qinghe.example"),
    "ws-t3hr": ("人事", "qian@qinghe.example"),
    "llm-m1marketing": ("Marketing", "zhou@qinghe.example"),
}

HEAD = f"""\
# What Qinghe has in Model Studio, as far as somebody looked. docs/inventory.md explains each field.
schema: govern.inventory/v1
collected_at: 2026-10-05T09:00:00+08:00
account_id: "{PAYER}"
complete: true
regions:
  - {{region_id: cn-beijing, looked_at: full}}
  - {{region_id: ap-southeast-1, looked_at: full}}
  - {{region_id: cn-hongkong, looked_at: none, reason: nobody remembered that it is used}}
deployments:
  - id: ptu-qwen3-8b-ft-0260
    workspace_id: llm-x1research
    region_id: cn-beijing
    status: RUNNING
training_jobs:
  - id: ft-202609120910-a1b2
    workspace_id: llm-x1research
    region_id: cn-beijing
    status: SUCCEEDED
plans:
  - {{kind: coding_plan, id: codingplan-cn-8f2k, expires_at: 2026-11-03T00:00:00+08:00}}
"""


def text() -> str:
    lines = [HEAD + "workspaces:"]
    for id, (name, owner) in NAMES.items():
        lines.append(f"  - {{workspace_id: {id}, name: {name}, owner: {owner}}}")
    lines.append("api_keys:")
    known = [(key.id, key.workspace, key.region) for key in keys()]
    for id, workspace, region in [*known, ("2000018", "llm-r5retired02", "cn-beijing")]:
        where = f"workspace_id: {workspace}, region_id: {region}"
        state = "disabled: true, disabled_at: 2026-08-31T18:00:00+08:00"
        rest = state if id == "2000018" else "disabled: false"
        if region != "cn-hongkong":
            lines.append(f'  - {{api_key_id: "{id}", {where}, {rest}}}')
    return "\n".join([*lines, ""])


def main() -> int:
    data = text().encode()
    if sys.argv[1:] == ["--check"]:
        return int(not INVENTORY.exists() or INVENTORY.read_bytes() != data)
    INVENTORY.write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
