"""One Instance ID taken apart in words: its layout, its parts, and why it fits none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from govern.model.directory import Directory
from govern.model.errors import usage
from govern.model.explanation import InstancePart, InstanceWords
from govern.model.instance_id import (
    CALLS,
    PARTS,
    TRAINING,
    UNKNOWN,
    InstanceId,
    looks_like_workspace,
    parse,
    split_tier,
)
from govern.model.known import METERS
from govern.model.meaning import CHANNEL_LABELS, REGIONS, channel_label, refined_service
from govern.model.text import shorten

#: Where each layout is known from; model/instance_id.py says more.
_SOURCES = {
    CALLS[0]: "documented by Alibaba: the layout of a model's calls",
    "billing-type;workspace;model;meter;channel": "documented by Alibaba: the older layout of "
    "calls, which carries no API key",
    "key;workspace;model;meter;flag": "seen in public readers of such bills, and not documented",
    "billing-type;workspace;model;meter;flag": "seen in public readers of such bills, and not "
    "documented",
    "key;workspace;model;meter;channel": "the older layout of calls, with a key in the place of "
    "the billing type",
    TRAINING: "seen in public readers of such bills, and not documented: a training job",
}

_SECRET = re.compile(r"sk-[A-Za-z0-9]", re.ASCII)
_SPOILED = re.compile(r"\d([.,]\d+)?[eE]\+?\d{1,3}", re.ASCII)


def instance_words(
    text: str, read: Callable[[str], InstanceId], directory: Directory
) -> InstanceWords:
    """``read`` knows the layouts that are taught, ``directory`` the names of keys and workspaces.

    Raises wrong usage for the secret of an API key, which it doesn't repeat.
    """
    if _SECRET.search(text):
        raise usage("this holds a key's secret (sk-…), which belongs nowhere; give its Instance ID")
    instance = read(text)
    if instance.layout == UNKNOWN:
        return InstanceWords(text, UNKNOWN, (), tuple(_unknown(text)))
    parts = tuple(
        InstancePart(written, name, _means(name, written, instance, directory))
        for written, name in _labelled(text, instance)
    )
    return InstanceWords(text, instance.layout, parts, tuple(_known(instance)))


def _labelled(text: str, instance: InstanceId) -> Iterator[tuple[str, str]]:
    """Each part with the name that policies know it by; of a taught layout only those."""
    if instance.layout == TRAINING:
        names = ["workspace_id", "region_id", "job"]
        yield from zip((part.strip() for part in text.split("!")), names, strict=True)
        return
    if instance.layout not in CALLS:
        parts = ((getattr(instance, name), name) for name in PARTS)
        yield from ((value, name) for value, name in parts if value is not None)
        return
    written = [part.strip() for part in text.split(";")]
    names = [_COLUMNS[name] for name in instance.layout.split(";")]
    if len(written) > len(names):
        names.insert(_taken_out(written, instance), "resolution")
    yield from zip(written, names, strict=True)


def _taken_out(written: list[str], instance: InstanceId) -> int:
    """The place of the part without which the others are read as they were."""
    return next(
        at for at in (4, 3, 5) if parse(";".join(written[:at] + written[at + 1 :])) == instance
    )


_COLUMNS = {
    "key": "api_key_id",
    "billing-type": "billing type",
    "workspace": "workspace_id",
    "model": "model",
    "meter": "meter",
    "channel": "channel",
    "flag": "free_quota_stop",
}


def _means(name: str, written: str, instance: InstanceId, directory: Directory) -> str:
    """What a part says, in words; what isn't documented is told to be so."""
    if name == "api_key_id":
        return _key(written, instance, directory)
    if name == "workspace_id":
        workspace = directory.workspace(written)
        return "the workspace" + _named(workspace.name if workspace else None, None)
    if name == "meter":
        return _meter(written)
    if name == "channel":
        return _channel(written)
    if name == "free_quota_stop":
        return _FLAGS.get(written, "empty: nothing is said of the switch")
    if name == "region_id":
        names = REGIONS.get(written)
        return f"the region {names[0]}" if names else "no region that govern knows"
    return _MEANINGS[name]


_MEANINGS = {
    "billing type": "a billing type, in the place where newer layouts have the key: no key is told",
    "model": "the model that was called",
    "resolution": "a resolution, which no layout has a place for: it is taken out",
    "job": "the job",
}
_FLAGS = {
    "0": "the switch that stops use when the free quota is used up is off (that 0 means off is "
    "inferred)",
    "1": "the switch that stops use when the free quota is used up is on (that 1 means on is "
    "inferred)",
}


def _key(written: str, instance: InstanceId, directory: Directory) -> str:
    if not written:
        return "empty: use without an API key, usually in the console"
    key = directory.key(instance.workspace_id, written)
    meaning = "the id of the API key (not its secret)"
    if _SPOILED.fullmatch(written):
        meaning += "; it looks as if a spreadsheet had spoiled it"
    return meaning + _named(key.name, key.owner) if key else meaning


def _named(name: str | None, owner: str | None) -> str:
    """As the inventory has it."""
    called = f", called {shorten(name)}" if name else ""
    return called + (f", owned by {shorten(owner)}" if owner else "")


def _meter(written: str) -> str:
    tier, meter = split_tier(written)
    meaning = f"what is metered: {shorten(meter)}"
    if tier:
        meaning += f", in the price tier of {shorten(tier)} of context"
    known = re.fullmatch(METERS, meter, re.ASCII)
    return meaning if known else f"{meaning}; new to govern, and counted like any other"


def _channel(written: str) -> str:
    if not written:
        return "empty, as calls with an API key have it"
    if written in CHANNEL_LABELS:
        return f"where the call came from: {channel_label(written)}"
    return "where the call came from; no channel that is documented"


def _known(instance: InstanceId) -> Iterator[str]:
    source = _SOURCES.get(instance.layout, "taught by instance_ids: in govern.yaml")
    yield f"The layout is {instance.layout}: {source}."
    if instance.layout in CALLS:
        service = refined_service("inference", instance.meter)
        how = " (its meter says so)" if service == "batch" else ""
        yield f"Where its commodity tells no service, such a charge is {service}{how}."
    if instance.api_key_id is None:
        yield "It carries no API key: a policy per api_key puts it with the use without one."


def _unknown(text: str) -> Iterator[str]:
    """Why it fits no layout, the likeliest reason first."""
    yield f"It fits no known layout: {_why(text)}."
    yield (
        "Its money stays in every total; a policy that needs its key, workspace or model ends in "
        "error if it could change the verdict."
    )
    yield "If you know what it is, instance_ids: in govern.yaml can teach the layout."


def _why(text: str) -> str:
    parts = [part.strip() for part in text.split(";")]
    if not text.strip():
        return "it is empty"
    if len(text) > 2000:
        return "it is longer than 2000 characters"
    if any(mark in text for mark in "\uff1b\uff01"):
        return "it has full-width marks; a bill writes ; and !"
    if "!" in text and len(parts) == 1:
        return "with ! it would be WORKSPACE!REGION!JOB, with a workspace llm-… or ws-…"
    if len(parts) == 1:
        return (
            "it is of one part; deployments, batches, knowledge bases and web search may have such "
            "ids, and nobody documents them"
        )
    if len(parts) < 5 or len(parts) > 7:
        return f"it has {len(parts)} parts; known layouts have 5 or 6, and 7 with a resolution"
    if not looks_like_workspace(parts[1]):
        return f"its second part, {shorten(parts[1], 60)!r}, is no workspace (llm-… or ws-…)"
    return f"of its {len(parts)} parts the last, {shorten(parts[-1], 60)!r}, is no flag (0 or 1)"
