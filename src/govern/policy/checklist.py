"""Checklist files, ``govern.checklist/v1``."""

from __future__ import annotations

from govern.model.checklist import (
    SCHEMA,
    Checklist,
    Input,
    Reach,
    Region,
    Written,
)
from govern.model.inventory import LOOKED_AT
from govern.policy.comments import comments_of
from govern.policy.fields import (
    exact,
    line,
    moment,
    one_of,
    record,
    yes_or_no,
)
from govern.policy.marks import Faults, Node, Scalar, Source, YamlFile
from govern.policy.reading import read
from govern.policy.records import list_of, texts
from govern.policy.seals import check_seals
from govern.policy.steps import SAVINGS, steps


def load_checklist(path: str, *, again: bool = False, raw: bytes | None = None) -> Written:
    """The checklist in a file. Raises one :class:`GovernError` with every fault.

    A field of govern's that was changed by hand is one. ``again``: it is read to be made again,
    so that one of an older govern, which has no digests, will do. ``raw``: what the file is going
    to hold, looked at before it is written.
    """
    faults = Faults()
    document = read(path, faults, data=True, raw=raw)
    checklist = _checklist(document) if document else None
    if document and checklist:
        check_seals(document, checklist, again)
    faults.settle()
    assert document is not None and checklist is not None
    return Written(checklist, path, document.source.sha256, comments_of(document))


def _schema(source: Source, node: Node) -> None:
    if not (isinstance(node, Scalar) and node.text == SCHEMA):
        source.refuse(node, f"the schema is {SCHEMA}")


def _checklist(document: YamlFile) -> Checklist | None:
    source = document.source
    before = len(source.faults.all)
    values = record(
        source,
        document.root,
        {
            "schema": _schema,
            "plan_sha256": line,
            "as_of": moment,
            "account_ids": texts,
            "wishes": texts,
            "regions": list_of(
                Region,
                {
                    "region_id": exact,
                    "looked_at": one_of(LOOKED_AT, "word"),
                    "charges": yes_or_no,
                },
                ("region_id", "looked_at"),
            ),
            "inputs": list_of(Input, {"path": exact, "sha256": line}, ("path",)),
            "reaches": list_of(Reach, {"account_id": exact, "reaches": moment}, ("reaches",)),
            "saves_per_day": SAVINGS,
            "notes": texts,
            "steps": steps,
        },
        ("schema", "as_of", "steps"),
    )
    if len(source.faults.all) > before:
        return None
    values.pop("schema")
    values.pop("plan_sha256", None)
    return Checklist(**values)
