"""govern.yaml: where it is, and what it says."""

from __future__ import annotations

import os
import re
import stat
from functools import partial
from typing import Any

from govern.model.clock import parse_zone
from govern.model.config import NAME, Config
from govern.model.duration import parse_duration
from govern.model.folder import status
from govern.model.instance_id import PARTS, taught
from govern.model.words import SEVERITIES
from govern.policy.fields import (
    Reader,
    line,
    one_of,
    quoted,
    record,
    scalar,
    several,
    unknown,
    version_1,
)
from govern.policy.marks import Faults, Fields, Node, Source
from govern.policy.reading import read

SERVICES = ("modelstudio", "bss", "dashscope", "sts")

_HOST = re.compile(r"(?:https://)?((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+aliyuncs\.com)/?")


def find_config(start: str, home: str) -> str | None:
    """The nearest govern.yaml from ``start`` upwards.

    The last folder looked into is the repository's root, the home folder or ``/``, whichever
    comes first. Raises ``file`` where it can't be told whether one is there.
    """
    last = os.path.realpath(home) if home else None
    here = os.path.abspath(start)
    shown = start
    while True:
        there = status(os.path.join(here, NAME))
        if there and not stat.S_ISDIR(there.st_mode):
            return os.path.normpath(os.path.join(shown, NAME))
        at_end = status(os.path.join(here, ".git")) or os.path.realpath(here) == last
        if at_end or here == os.path.dirname(here):
            return None
        here, shown = os.path.dirname(here), os.path.join(shown, "..")


def load_config(path: str) -> Config:
    """Raises one :class:`GovernError` with every fault of the file."""
    faults = Faults()
    document = read(path, faults)
    values = (
        record(document.source, document.root, _readers(os.path.dirname(path)), ("version",))
        if document
        else {}
    )
    faults.settle()
    return Config(path=path, **{key: value for key, value in values.items() if key != "version"})


def _readers(folder: str) -> dict[str, Reader]:
    paths = partial(several, item=partial(_path, folder))
    return {
        "version": version_1,
        "bills": paths,
        "policies": paths,
        "waivers": paths,
        "inventory": paths,
        "timezone": _timezone,
        "fail_on": one_of((*SEVERITIES, "never"), "severity"),
        "settle": _duration,
        "grace": _duration,
        "max_bill_age": _duration,
        "quiet_time": _duration,
        "columns": _columns,
        "instance_ids": partial(several, item=_layout),
        "protect": partial(several, item=line),
        "endpoints": _endpoints,
    }


def _path(folder: str, source: Source, node: Node) -> str | None:
    path = line(source, node)
    if path and "://" in path:
        source.refuse(node, f"{quoted(path)} is a URL; only files are read")
        return None
    return os.path.normpath(os.path.join(folder, path)) if path else None


def _timezone(source: Source, node: Node) -> str | None:
    zone = line(source, node)
    try:
        if zone:
            parse_zone(zone)
    except ValueError:
        source.refuse(node, f"{quoted(zone or '')} is no time zone: write +08:00 or Asia/Shanghai")
        return None
    return zone


def _duration(source: Source, node: Node) -> str | None:
    written = scalar(source, node)
    try:
        if written:
            parse_duration(written.text)
    except ValueError as reason:
        source.refuse(node, f"{quoted(written.text if written else '')} is no duration: {reason}")
        return None
    return written.text if written else None


def _columns(source: Source, node: Node) -> dict[str, str]:
    """Column of an unknown export → govern's own name, which the reader of bills checks."""
    if not isinstance(node, Fields):
        source.refuse(node, "a mapping of a file's columns to govern's names belongs here")
        return {}
    return {key.text: line(source, value) or "" for key, value in node.entries}


def _layout(source: Source, node: Node) -> str | None:
    layout = line(source, node)
    if layout is None:
        return None
    for name in re.findall(r"\{([a-z_]+)\}", layout):
        # Any other name matches anything, so a slip here would lose the part in silence.
        near = "" if name in PARTS else source.near(name, PARTS)
        if near:
            source.refuse(node, f"unknown part {quoted(name)}{near}")
            return None
    try:
        taught([layout])
    except ValueError:
        example = "{workspace_id}!{region_id}!{job}"
        source.refuse(
            node, f"{quoted(layout)} is no layout: write parts in braces, as in {example}"
        )
        return None
    return layout


def _endpoints(source: Source, node: Node) -> dict[str, str]:
    if not isinstance(node, Fields):
        source.refuse(node, "a mapping of services to hosts belongs here")
        return {}
    hosts: dict[str, Any] = {}
    for key, value in node.entries:
        if key.text in SERVICES:
            hosts[key.text] = _host(source, value)
        else:
            unknown(source, key, "service", SERVICES)
    return hosts


def _host(source: Source, node: Node) -> str | None:
    written = line(source, node)
    if written is None:
        return None
    host = _HOST.fullmatch(written.replace("{region}", "region")) if len(written) < 250 else None
    if not host:
        source.refuse(node, f"{quoted(written)} is no host under aliyuncs.com")
        return None
    return written.removeprefix("https://").removesuffix("/")
