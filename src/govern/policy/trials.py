"""Test files beside policies: ``spend.test.yaml`` tests ``spend.yaml``."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from functools import partial

from govern.model.errors import Fault, GovernError
from govern.model.folder import status
from govern.model.policy import Policy
from govern.model.trial import Suite, Trial, TrialFile
from govern.model.waiver import Waiver
from govern.model.words import INVENTORY_COLUMNS
from govern.policy.charges import charges
from govern.policy.expectations import expected, named
from govern.policy.fields import (
    Reader,
    as_it_is,
    line,
    moment,
    quoted,
    record,
    several,
    version_1,
)
from govern.policy.inventory import inline
from govern.policy.marks import Faults, Fields, Items, Node, Source, YamlFile
from govern.policy.policies import load_policies
from govern.policy.reading import read
from govern.policy.sources import ENDINGS, TESTS, files_of_tests, is_test
from govern.policy.waivers import load_waivers


def load_trials(paths: Sequence[str]) -> Suite:
    """The tests beside these policy files, in these folders, or in these test files.

    Raises one :class:`GovernError` with every fault of tests, policies and waivers.
    """
    faults = Faults()
    documents = [
        (document, _head(document))
        for path in _tests(paths, faults)
        if (document := read(path, faults))
    ]
    tested = [path for _, (policies, _) in documents for path in policies]
    named_here = [path for path in paths if not is_test(path)]
    known = _policies([*named_here, *tested], faults)
    files = [_file(document, *head, known) for document, head in documents]
    faults.settle()
    return Suite(tuple(files), tuple(known or ()))


def _tests(paths: Sequence[str], faults: Faults) -> list[str]:
    """Every test file once: named, in a folder, or beside a policy file."""
    found: dict[str, str] = {}
    for path in paths:
        there = status(path, named=True)
        if there and stat.S_ISDIR(there.st_mode):
            tests = files_of_tests(path, faults)
        elif is_test(path):
            tests = [path]
        else:
            stem = os.path.splitext(path)[0]
            tests = [stem + ending for ending in TESTS if status(stem + ending)]
        for test in tests:
            found.setdefault(os.path.realpath(test), test)
    return list(found.values())


def _policies(paths: Sequence[str], faults: Faults) -> list[Policy] | None:
    """None where one of them is at fault: then nothing is said of ids in tests."""
    try:
        return load_policies(paths)
    except GovernError as error:
        for fault in error.faults:
            assert isinstance(fault, Fault)
            faults.add(fault, error.cause)
        return None


def _head(document: YamlFile) -> tuple[list[str], list[str]]:
    """The policy files that a test file is about, and the waiver files that hold in it."""
    source = document.source
    folder = os.path.dirname(source.path)
    paths = partial(several, item=partial(_path, folder))
    fields: dict[str, Reader] = {
        "version": version_1, "policies": paths, "waivers": paths, "tests": as_it_is,
    }  # fmt: skip
    values = record(source, document.root, fields, ("version", "tests"))
    policies = list(values.get("policies") or ())
    if "policies" not in values:
        stem = os.path.splitext(source.path)[0].removesuffix(".test")
        policies = [stem + ending for ending in ENDINGS if status(stem + ending)][:1]
        if not policies:
            name = os.path.basename(stem)
            told = f"{name}.yaml isn't beside this file: name its policies, as in policies: ."
            source.refuse(document.root, told)
    return policies, list(values.get("waivers") or ())


def _path(folder: str, source: Source, node: Node) -> str | None:
    found = line(source, node)
    if found is None:
        return None
    path = os.path.normpath(os.path.join(folder, found))
    if not status(path):
        source.refuse(node, f"{quoted(found)} doesn't exist")
        return None
    return path


def _file(
    document: YamlFile, policies: list[str], waivers: list[str], known: list[Policy] | None
) -> TrialFile:
    source = document.source
    mine = [one for one in known or () if any(_within(one.file, path) for path in policies)]
    trials: list[Trial] = []
    listed = document.root.value("tests") if isinstance(document.root, Fields) else None
    if listed is not None and not isinstance(listed, Items):
        source.refuse(listed, "tests are a list")
    for node in listed.nodes if isinstance(listed, Items) else ():
        trial = _trial(source, node)
        if known is not None and policies and isinstance(node, Fields):
            _known(source, node.value("expect"), [one.id for one in mine])
        if trial:
            trials.append(trial)
    return TrialFile(source.path, tuple(trials), tuple(mine), _waivers(waivers, source.faults))


def _within(file: str, path: str) -> bool:
    file, path = os.path.realpath(file), os.path.realpath(path)
    return file == path or file.startswith(os.path.join(path, ""))


def _waivers(paths: list[str], faults: Faults) -> tuple[Waiver, ...]:
    try:
        return tuple(load_waivers(paths))
    except GovernError as error:
        for fault in error.faults:
            assert isinstance(fault, Fault)
            faults.add(fault, error.cause)
        return ()


def _known(source: Source, node: Node | None, ids: Sequence[str]) -> None:
    for one in named(node) if node else ():
        if one.text not in ids:
            near = source.near(one.text, ids)
            source.refuse(one, f"{quoted(one.text)} is no policy that this file tests{near}")


FIELDS: dict[str, Reader] = {
    "name": line,
    "as_of": moment,
    "exported_at": moment,
    "charges": charges,
    "inventory": inline,
    "expect": expected,
}
REQUIRED = ("name", "charges", "expect")
_OPTIONAL = ("as_of", "exported_at", "inventory")


def _trial(source: Source, node: Node) -> Trial | None:
    before = len(source.faults.all)
    values = record(source, node, FIELDS, REQUIRED)
    if not isinstance(node, Fields):
        return None
    place = node.key("inventory")
    told = [name for charge in values.get("charges") or () for name in charge]
    if place and any(name in INVENTORY_COLUMNS for name in told):
        source.refuse(place, "names stand in charges or in an inventory: not both")
    if len(source.faults.all) > before:
        return None
    optional = {name: values[name] for name in _OPTIONAL if name in values}
    return Trial(
        name=values["name"],
        charges=values["charges"],
        expected=values["expect"],
        file=source.path,
        line=node.line,
        **optional,
    )
