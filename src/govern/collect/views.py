"""How collecting and credentials are shown to people."""

from __future__ import annotations

from collections.abc import Sequence

from govern.collect.day import in_words
from govern.model.collection import AuthStatus, Collection
from govern.model.document import Document, Section


def auth_document(status: AuthStatus) -> Document:
    def sections() -> Sequence[Section]:
        head = [f"Credentials: {status.source}"]
        if status.access_key_id:
            head[0] += f", access key {status.access_key_id}"
        head[0] += ", temporary" if status.token else ""
        if status.account_id:
            head.append(f"Account {status.account_id}, as {status.caller}")
        rows = [
            (key.workspace_id or "not known offline", key.region_id or "", key.source)
            for key in status.api_keys
        ]
        code = status.exit.code
        word = "NO CREDENTIALS" if code else f"OK: {status.exit.reason}"
        parts = [Section(f"{word} (exit code {code})", head)]
        if rows:
            parts.append(
                Section("Model Studio API keys", (), ("workspace", "region", "source"), rows)
            )
        return parts

    return Document(status.document(), sections, status.exit)


def collection_document(done: Collection) -> Document:
    def sections() -> Sequence[Section]:
        word = "OK" if done.exit.code == 0 else "PARTIAL"
        heading = f"{word}: {done.exit.reason} (exit code {done.exit.code})"
        head = f"{done.path}: account {done.account_id}, collected at {done.collected_at}"
        parts = [Section(heading, [head])]
        if done.regions:
            counts = ", ".join(f"{count} {name}" for name, count in done.counts.items() if count)
            rows = [
                (region.region_id, region.looked_at, region.reason or "") for region in done.regions
            ]
            parts.append(
                Section("Regions", [counts] if counts else [], ("region", "seen", "why"), rows)
            )
        if done.months:
            shown = []
            for month in done.months:
                same = {True: "yes", False: "no", None: "not known yet"}[month.reconciled]
                whole = "yes" if month.complete else "no"
                sums = in_words(month.totals), in_words(month.overview)
                shown.append((month.month, whole, str(month.rows), *sums, same))
            columns = ("month", "complete", "rows", "billed", "the account says", "the same")
            parts.append(Section("Months", (), columns, shown, right=frozenset({2})))
        if done.unseen:
            lines = [
                ", ".join(str(part) for part in _parts(unseen) if part) for unseen in done.unseen
            ]
            parts.append(Section("Not seen", lines))
        return parts

    return Document(done.document(), sections, done.exit)


def _parts(entry: object) -> Sequence[object]:
    return list((entry if isinstance(entry, dict) else vars(entry)).values())
