"""From the words of a command line to files that are ready to be reduced."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from govern.bill.collected import Manifests
from govern.bill.discovery import Found
from govern.bill.original import Original, original
from govern.bill.shape import Shape
from govern.bill.shapes import NotABill
from govern.bill.staging import Staged, stage
from govern.bill.unpack import MAGIC_PARQUET, Plain, Refused, unpack
from govern.ledger import parquet
from govern.ledger.ledger import Kept
from govern.ledger.refusal import refusal
from govern.model.errors import Fault, GovernError


@dataclass
class Gathered:
    """Everything a bill is made of.

    ``empty`` names files without a byte, ``strangers`` members of a zip that are no bill and don't
    claim to be one.
    """

    staged: list[Staged] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


def gather(
    found: Sequence[Found],
    folder: str,
    shapes: Sequence[Shape],
    originals: dict[str, Original],
    manifests: Manifests,
    *,
    digest: bool = False,
) -> Gathered:
    """Unpack, recognise and stage every file below ``folder``; with ``digest``, name its bytes.

    ``originals`` gets each given file by its name, as it is before it is read; one that a manifest
    lists gets its digest as well.

    Raises every fault at once: wrong usage for a named file that is no bill, ``rejected`` for a
    stranger that a folder or glob brought along, ``file`` for what can't be read.
    """
    gathered = Gathered()
    wrong: dict[str, list[Fault | str]] = {"usage": [], "file": [], "rejected": []}
    for number, one in enumerate(found):
        place = os.path.join(folder, f"file-{number}")
        os.mkdir(place)
        name = one.path
        try:
            source = original(one.path, place, digest=digest or manifests.lists(one.path))
            originals[one.path] = source
            parts = list(unpack(source.path, one.path, place))
            strangers = len(gathered.strangers)
            for part, plain in enumerate(parts):
                name = plain.name
                inner = os.path.join(place, str(part))
                os.mkdir(inner)
                _add(gathered, one, plain, inner, shapes)
            if len(gathered.strangers) - strangers == len(parts):
                name = one.path
                raise Refused("no CSV or Parquet file in this archive")
        except (NotABill, Refused) as error:
            wrong["usage" if one.named else "rejected"].append(f"{name}: {error}")
        except OSError as error:
            refused = refusal(error, folder)
            if refused:
                raise refused from None
            wrong["file"].append(f"{one.path}: {error.strerror or error}")
    for cause, faults in wrong.items():
        if faults:
            raise GovernError(
                cause, [fault for all_faults in wrong.values() for fault in all_faults]
            )
    _one_kind_of_amount(gathered)
    gathered.staged = [_linked(one, folder, at) for at, one in enumerate(gathered.staged)]
    return gathered


def _add(
    gathered: Gathered, found: Found, plain: Plain, folder: str, shapes: Sequence[Shape]
) -> None:
    if not plain.certain and (plain.empty or not _is_bill(found, plain, folder, shapes)):
        gathered.strangers.append(plain.name)
        return
    if plain.empty:
        gathered.empty.append(plain.name)
        return
    if not _is_parquet(plain):
        gathered.staged.append(stage(found.path, plain.name, plain.path, folder, shapes))
        return
    link = _link(plain.path, os.path.join(folder, "given.parquet"))
    told = parquet.metadata(link, folder)
    if told is not None:
        gathered.kept.append(Kept(found.path, link, told))
        return
    text = os.path.join(folder, "from-parquet.csv")
    parquet.to_csv(link, text, folder)
    staged = stage(found.path, plain.name, text, folder, shapes)
    gathered.staged.append(replace(staged, line_shift=-1))


def _is_parquet(plain: Plain) -> bool:
    with open(plain.path, "rb") as file:
        return file.read(4) == MAGIC_PARQUET


def _is_bill(found: Found, plain: Plain, folder: str, shapes: Sequence[Shape]) -> bool:
    """Whether a file whose name says that it is something else is a bill for all that."""
    try:
        return _is_parquet(plain) or bool(stage(found.path, plain.name, plain.path, folder, shapes))
    except NotABill:
        return False


def _one_kind_of_amount(gathered: Gathered) -> None:
    """Payable amounts and amounts before coupons are different money: never in one sum."""
    columns = [
        (one.name, one.columns.billed_cost_column, one.columns.payable) for one in gathered.staged
    ] + [
        (kept.given, file["billed_cost_column"], file["payable"])
        for kept in gathered.kept
        for file in kept.told["files"]
    ]
    fallback = [f"{name} ({column})" for name, column, payable in columns if not payable]
    if fallback and len(fallback) < len(columns):
        raise GovernError(
            "usage",
            f"{', '.join(fallback)}: has no payable amount while other files have; "
            "judge them in separate runs",
        )


def _linked(staged: Staged, folder: str, number: int) -> Staged:
    """The same table under a name that the engine can't take for a pattern."""
    link = _link(staged.table.path, os.path.join(folder, f"table-{number}.csv"))
    return replace(staged, table=replace(staged.table, path=link))


def _link(path: str, link: str) -> str:
    try:
        os.symlink(os.path.abspath(path), link)
    except (OSError, NotImplementedError):
        shutil.copyfile(path, link)
    return link
