"""What a bill packs into its Instance ID column.

Documented (Alibaba's bill help page and its notices of 2025-12-16): ``key;workspace;model;
meter;channel;flag`` and the older ``billing type;workspace;model;meter;channel``. Observed in
exports in a public repository: six parts whose meter is a resolution (``1080P``), and an empty
channel where a call had an API key. Observed only in other people's readers: five parts that end
in the flag, ``workspace!region!job`` for training, and a resolution part beside the meter of video
rows. Nothing is documented for deployments, batches, knowledge bases or web search: what fits no
layout stays *unparsed*, and its money stays in every total.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_WORKSPACE = re.compile(r"(?:llm|ws)-.+", re.DOTALL)
_RESOLUTION = re.compile(r"\d{3,4}[pP]", re.ASCII)
_TIER = re.compile(r"context_([^_]+)_(.+)", re.DOTALL)
_BILLING_TYPES = ("_token", "_number", "_duration", "_ratio", "_image", "_video", "_audio")
_FLAGS = ("0", "1")


@dataclass(frozen=True)
class InstanceId:
    """The parts of one Instance ID. None: the layout has no such part. ``""``: there and empty.

    ``meter`` is the input/output type without its tier (``output_token``), ``tier`` the
    ``0-128k`` of ``context_0-128k_``, ``free_quota_stop`` the stop-when-free-quota-is-used-up
    flag (``0`` or ``1``; that 1 means *on* is inferred). ``layout`` names the layout.
    """

    layout: str
    workspace_id: str | None = None
    api_key_id: str | None = None
    model: str | None = None
    meter: str | None = None
    tier: str | None = None
    channel: str | None = None
    free_quota_stop: str | None = None
    region_id: str | None = None


UNKNOWN = "unknown"
TRAINING = "workspace!region!job"

#: The layouts of a model's calls: what has one of them is inference, whatever else isn't told.
CALLS = (
    "key;workspace;model;meter;channel;flag",
    *(
        f"{first};workspace;model;meter;{last}"
        for first in ("key", "billing-type")
        for last in ("flag", "channel")
    ),
)
UNPARSED = InstanceId(UNKNOWN)


def looks_like_workspace(text: str) -> bool:
    return _WORKSPACE.fullmatch(text) is not None


def parse(text: str) -> InstanceId:
    """The parts of ``text``, or :data:`UNPARSED` if it fits no known layout. Never raises."""
    if len(text) > 2000:
        return UNPARSED
    if "!" in text and ";" not in text:
        return _training(text)
    parts = [part.strip() for part in text.split(";")]
    if len(parts) < 5 or not looks_like_workspace(parts[1]):
        return UNPARSED
    if len(parts) == 7:
        parts = _without_resolution(parts)
    if len(parts) == 6 and parts[5] in (*_FLAGS, ""):
        if not (_RESOLUTION.fullmatch(parts[4]) and parts[3].endswith(_BILLING_TYPES)):
            return _call("key;workspace;model;meter;channel;flag", parts)
        parts = [*parts[:4], parts[5]]
    if len(parts) != 5:
        return UNPARSED
    first = "billing-type" if parts[0].endswith(_BILLING_TYPES) else "key"
    last = "flag" if parts[4] in _FLAGS else "channel"
    return _call(f"{first};workspace;model;meter;{last}", parts)


def _without_resolution(parts: list[str]) -> list[str]:
    """The parts without a resolution; the one beside the meter first, where video rows have it."""
    at = next((at for at in (4, 3, 5) if _RESOLUTION.fullmatch(parts[at])), None)
    return parts if at is None else parts[:at] + parts[at + 1 :]


def _call(layout: str, parts: list[str]) -> InstanceId:
    """One call's parts under the names that the layout gives them."""
    named = dict(zip(layout.split(";"), parts, strict=True))
    tier, meter = split_tier(named["meter"])
    return InstanceId(
        layout=layout,
        workspace_id=named["workspace"],
        api_key_id=named.get("key"),
        model=named["model"],
        meter=meter,
        tier=tier,
        channel=named.get("channel"),
        free_quota_stop=named.get("flag"),
    )


def split_tier(meter: str) -> tuple[str | None, str]:
    """``context_0-128k_input_token`` → (``0-128k``, ``input_token``)."""
    tiered = _TIER.fullmatch(meter)
    return (tiered[1], tiered[2]) if tiered else (None, meter)


def _training(text: str) -> InstanceId:
    parts = [part.strip() for part in text.split("!")]
    if len(parts) != 3 or not looks_like_workspace(parts[0]) or not (parts[1] and parts[2]):
        return UNPARSED
    return InstanceId(layout=TRAINING, workspace_id=parts[0], region_id=parts[1])


def taught(templates: Iterable[str]) -> Callable[[str], InstanceId]:
    """A parser that falls back to layouts like ``{workspace_id}!{region_id}!{job}``.

    Names that are no part of an Instance ID (``job``) match anything and are left out.
    """
    compiled = [(template, _compile(template)) for template in templates]

    def parse_taught(text: str) -> InstanceId:
        known = parse(text)
        if known.layout != UNKNOWN or len(text) > 2000:
            return known
        for template, pattern in compiled:
            matched = pattern.fullmatch(text.strip())
            if matched:
                named = {k: v for k, v in matched.groupdict().items() if k in PARTS}
                if "meter" in named:
                    named["tier"], named["meter"] = split_tier(named["meter"])
                return InstanceId(layout=template, **named)
        return known

    return parse_taught


PARTS = (
    "workspace_id",
    "api_key_id",
    "model",
    "meter",
    "channel",
    "free_quota_stop",
    "region_id",
)


def _compile(template: str) -> re.Pattern[str]:
    """Raises ValueError for a template without separators, or that names a part twice."""
    pieces = re.split(r"\{([a-z_]+)\}", template)
    literals, names = pieces[0::2], pieces[1::2]
    if not names or len(set(names)) != len(names) or any(c in "".join(literals) for c in "{}"):
        raise ValueError(template)
    if not all(literals[1:-1]):
        raise ValueError(template)
    pattern = re.escape(literals[0])
    for name, literal in zip(names, literals[1:], strict=True):
        stop = re.escape(literal[0]) if literal else ""
        pattern += f"(?P<{name}>[^{stop}]*)" if stop else f"(?P<{name}>.*)"
        pattern += re.escape(literal)
    return re.compile(pattern, re.DOTALL)
