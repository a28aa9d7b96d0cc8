"""What of a checklist is govern's: changed by hand, it is refused."""

from __future__ import annotations

from govern.model.checklist import Checklist
from govern.model.seal import PEOPLES
from govern.policy.fields import quoted
from govern.policy.marks import Fields, Items, Node, Scalar, YamlFile

#: What to do with a list that an older govern made.
_UNSEALED = (
    "made by an older govern, without plan_sha256: make it again onto this file (govern checklist "
    "BILL -o FILE), which keeps all that people wrote"
)


def check_seals(document: YamlFile, checklist: Checklist, again: bool) -> None:
    """Refuse what was changed by hand of that which is govern's, step by step."""
    source, root = document.source, document.root
    assert isinstance(root, Fields)
    whole, listed = root.value("plan_sha256"), root.value("steps")
    assert isinstance(listed, Items)
    if whole is None:
        if not again:
            source.refuse(root, _UNSEALED)
        return
    made = checklist.document()
    steps = [
        (node, step, node.value("plan_sha256"), step.get("plan_sha256"))
        for node, step in zip(listed.nodes, made["steps"], strict=True)
        if isinstance(node, Fields)
    ]
    intact = True
    for node, step, digest, due in steps:
        if due is None and digest is not None:
            source.refuse(node, f"{quoted(step['id'])}: its kind was changed by hand; undo that")
            intact = False
    if not intact:
        # What needs such a step doesn't fit any more either, and says nothing new.
        return
    for node, step, digest, due in steps:
        if due is not None and digest is None:
            source.refuse(
                node,
                f"{quoted(step['id'])}: not a step that govern made; give one of your own a kind "
                "of its own",
            )
        elif due is not None and _text_of(digest) != due:
            source.refuse(
                node,
                f"{quoted(step['id'])}: changed by hand in a field that is govern's (people's are "
                f"{', '.join(PEOPLES)}); undo that",
            )
        else:
            continue
        intact = False
    if intact and _text_of(whole) != made["plan_sha256"]:
        source.refuse(
            whole,
            "changed by hand above the steps, or in which steps there are; undo that",
        )


def _text_of(node: Node | None) -> str | None:
    return node.text if isinstance(node, Scalar) else None
