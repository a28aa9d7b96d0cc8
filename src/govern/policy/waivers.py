"""Waiver files, version 1."""

from __future__ import annotations

from collections.abc import Sequence

from govern.model.policy import Pattern
from govern.model.waiver import Waiver
from govern.policy.fields import Reader, line, listing, moment, pattern, policy_id, record, text
from govern.policy.limits import any_limit
from govern.policy.marks import Faults, Fields, Node, Source
from govern.policy.sources import documents


def load_waivers(paths: Sequence[str]) -> list[Waiver]:
    """The waivers in files and folders; in a folder, only files that hold any are meant.

    Raises one :class:`GovernError` with every fault of every file.
    """
    faults = Faults()
    waivers = []
    for document in documents(paths, faults, lambda keys: "waivers" in keys):
        for node in listing(document, "waivers"):
            waiver = _waiver(document.source, node)
            if waiver:
                waivers.append(waiver)
    faults.settle()
    return waivers


_REQUIRED: dict[str, Reader] = {
    "policy": policy_id,
    "subject": pattern,
    "reason": text,
    "owner": line,
    "expires": moment,
}


def _waiver(source: Source, node: Node) -> Waiver | None:
    values = record(source, node, {**_REQUIRED, "up_to": any_limit}, tuple(_REQUIRED))
    if not isinstance(node, Fields):
        return None
    subject = node.value("subject")
    if subject and _matches_all(values["subject"]) and "up_to" not in values:
        source.refuse(subject, "waives every subject: say up to what, such as up_to: 800 CNY")
    if source.faults.all:
        return None
    return Waiver(**values, file=source.path, line=node.line)


def _matches_all(subject: Pattern | None) -> bool:
    written = subject.text if subject else None
    return bool(written) and "*" in str(written) and not str(written).strip("*?")
