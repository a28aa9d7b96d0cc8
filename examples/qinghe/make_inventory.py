"""Qinghe's inventory, as somebody wrote it on 5 October 2026: the same bytes at every run.

    python make_inventory.py            writes inventory.yaml
    python make_inventory.py --check    ends with 1 if the file on disk is another one

Two regions were looked at; Hong Kong was not, though a key works there: of the 41 keys on the bill
it lists 40. Nobody wrote down whether the Coding Plan renews.
"""

from __future__ import annotations

import sys
from pathlib import Path

from make_bill import PAYER, Key, keys

INVENTORY = Path(__file__).parent / "inventory.yaml"

#: Workspaces with their names and owners.
WORKSPACES = {
    "llm-p1chatbot": ("客服机器人", "lin@example.com"),
    "llm-p2search": ("Search", "sun@example.com"),
    "llm-p3mail": ("Mail", "sun@example.com"),
    "llm-s1support": ("售后支持", "wang@example.com"),
    "llm-x1research": ("Research", "zhao@example.com"),
    "llm-r4retired01": ("Old pilot", None),
    "llm-r5retired02": ("旧试点二", None),
    "llm-t1finance": ("财务", "qian@example.com"),
    "llm-t2legal": ("Legal", "qian@example.com"),
    "ws-t3hr": ("人事", "qian@example.com"),
    "llm-m1marketing": ("Marketing", "zhou@example.com"),
}

#: Keys with their names, and an owner where it isn't the workspace's.
KEYS = {
    "2000001": ("聊天 线上", None),
    "2000002": ("聊天 分类", None),
    "2000003": ("chat, big model", "he@example.com"),
    "2000004": ("chat, Singapore", None),
    "2000005": ("search index", None),
    "2000006": ("search index, Singapore", None),
    "2000007": ("mail sorter", None),
    "2000008": ("售后助手", None),
    "2000010": ("试验 MiniMax", None),
    "2000011": ("lab notebook", "li@example.com"),
    "2000017": ("pilot, do not use", None),
}

#: The small keys of a team are numbered.
SCRIPTS = {
    "llm-t1finance": "财务脚本",
    "llm-t2legal": "legal script",
    "ws-t3hr": "人事脚本",
    "llm-m1marketing": "marketing script",
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
  - kind: coding_plan
    id: codingplan-cn-8f2k
    expires_at: 2026-11-03T00:00:00+08:00
    auto_renewal: unknown
"""

#: Shut down in time. That it was, two people saw; when exactly, nobody did.
LATE_KEY = """\
  - api_key_id: "2000018"
    name: 试点二
    workspace_id: llm-r5retired02
    region_id: cn-beijing
    disabled: true
    disabled_after: 2026-08-31T09:00:00+08:00
    disabled_at: 2026-08-31T18:00:00+08:00
"""


def text() -> str:
    lines = [HEAD + "workspaces:"]
    for id, (name, owner) in WORKSPACES.items():
        told = f", owner: {owner}" if owner else ""
        lines.append(f"  - {{workspace_id: {id}, name: {name}{told}}}")
    lines.append("api_keys:")
    numbers = dict.fromkeys(SCRIPTS, 0)
    for key in keys():
        if key.region == "cn-hongkong":
            continue
        if key.id not in KEYS:
            numbers[key.workspace] += 1
        name, owner = KEYS.get(key.id) or (
            f"{SCRIPTS[key.workspace]} {numbers[key.workspace]}",
            None,
        )
        lines += listed(key, name, owner)
    return "\n".join(lines) + "\n" + LATE_KEY


def listed(key: Key, name: str, owner: str | None) -> list[str]:
    told = f", owner: {owner}" if owner else ""
    return [
        f'  - {{api_key_id: "{key.id}", name: "{name}", workspace_id: {key.workspace},',
        f"     region_id: {key.region}, disabled: false{told}}}",
    ]


def main() -> int:
    data = text().encode()
    if sys.argv[1:] == ["--check"]:
        return int(not INVENTORY.exists() or INVENTORY.read_bytes() != data)
    INVENTORY.write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
