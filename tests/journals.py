"""A journal of ``apply`` for tests that need nothing but what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from govern.model.journal_line import digest, line_of


def journal(path: Path, *outcomes: tuple[str, str], step: str) -> None:
    """What ``apply`` wrote when it disabled the key, at these instants, with these outcomes."""
    lines: list[bytes] = []

    def add(at: str, kind: str, **fields: Any) -> int:
        prev = digest(lines[-1]) if lines else None
        seq = len(lines) + 1
        lines.append(line_of({"seq": seq, "at": at, "kind": kind, "prev": prev, **fields}))
        return seq

    add(
        "2026-09-10T08:00:00+08:00", "run", schema="govern.journal/v1", govern="1",
        account_id="100", caller="c", mode="execute", checklist_sha256="0" * 64,
    )  # fmt: skip
    for at, outcome in outcomes:
        act = {"step": step, "act": "DisableApiKey"}
        place = {
            "target": step.rpartition(".")[2],
            "region_id": "cn-beijing",
            "workspace_id": "llm-a",
        }
        intent = add(at, "intent", **act, **place, before={"disabled": 0})
        told = {"basis": "response", "code": None, "request_id": None}
        add(at, "outcome", intent=intent, **act, outcome=outcome, **told)
    path.write_bytes(b"".join(line + b"\n" for line in lines))
