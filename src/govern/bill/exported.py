"""When a file was exported, and which files are parts of one export: told by their names only.

A file's modification time is never asked: copying and unpacking change it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from govern.model.clock import BILL_CLOCK, Moment, parse_moment
from govern.model.errors import usage

# UID-yyyyMMddHHmmss_YYYYMM_consumedetailbillv2.csv (observed in public readers of these files).
_EXPORTED = re.compile(r"\d{6,}-(\d{14})_", re.ASCII)

# UID_BillingItemDetail_20260901, and uid_billType_billCycle_SeqNo_fileNo (documented for pushes).
# That a console export which is split ends in a number too is inferred.
_CYCLE = r"(?:\d{8}|\d{6}|\d{4}-\d{2}(?:-\d{2})?)"
_SEQUENCES = (
    re.compile(rf"(?P<export>.+_{_CYCLE})_(?P<number>\d{{1,6}}(?:_\d{{1,6}})?)", re.ASCII),
    re.compile(r"(?P<export>\d{6,}-\d{14}_.*[^\d_])_(?P<number>\d{1,3})", re.ASCII),
)
_DAILY = re.compile(r"(?:.*_)?(\d{4})-?(\d{2})-?(\d{2})(?:_\d{1,6}){0,2}", re.ASCII)

# UID_SITE_consumeDetailBillV2_20260912: all of the month up to that day (documented, with the
# other types of report that are pushed like it).
_MONTH_TO_DATE = re.compile(
    r"(?:consumedetailbill|splitdetailbill|costdetailbill)v2|monthbilloverview", re.IGNORECASE
)


def by_name(name: str) -> Moment | None:
    """The export instant in a file's own name: UTC+8, whatever clock the bill is read on."""
    for part in reversed(name.split("/")):
        found = _EXPORTED.match(part)
        if found:
            try:
                return Moment(datetime.strptime(found[1], "%Y%m%d%H%M%S"), BILL_CLOCK)
            except ValueError:
                return None
    return None


def exports_of(files: Sequence[tuple[str, str]]) -> list[str]:
    """What names the export that each file is a part of: its name without the sequence number.

    ``files``: the path that was given and the printed name, which go apart for a zip's members.
    Parts may lie in several zips of one folder. Files of the same number are copies, no parts:
    then each zip holds an export of its own.
    """
    told = [_part(path, name) for path, name in files]
    numbers: dict[str, list[str | None]] = {}
    for (_, name), (export, number) in zip(files, told, strict=True):
        numbers.setdefault(export, []).append(number or name)
    copied = {export for export, found in numbers.items() if len(set(found)) < len(found)}
    return [
        f"{path}/{export}" if export in copied and name != path else export
        for (path, name), (export, _) in zip(files, told, strict=True)
    ]


def _part(path: str, name: str) -> tuple[str, str | None]:
    """The export and the sequence number in a file's name; without a number it stands alone."""
    folder, base = os.path.split(name if name == path else name.removeprefix(path + "/"))
    stem, suffix = _stem(base)
    for pattern in _SEQUENCES:
        if found := pattern.fullmatch(stem):
            folder = folder if name == path else os.path.join(os.path.dirname(path), folder)
            return os.path.join(folder, f"{found['export']}_*{suffix}"), found["number"]
    return name, None


def day_of(name: str) -> date | None:
    """The day that a daily file is named after.

    Files of one day are BillingItemDetail, InstanceDetail and SplitItemDetailDaily (documented),
    and InstanceBill, which govern collects. Any other name that ends in a day is taken for one as
    well, which is the cautious side: it can tell of a gap, and proves nothing. Only pushed bills
    that hold the month to date are known to be none.
    """
    base, *outer = reversed(name.split("/"))
    zips = [part for part in outer if part.lower().endswith(".zip")]
    if any(_MONTH_TO_DATE.search(part) for part in (base, *zips)):
        return None
    found = _DAILY.fullmatch(_stem(base)[0])
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


@dataclass(frozen=True)
class About:
    """What a name says of a file: who pays the bill, and of which month or day it is."""

    payer: str | None = None
    month: str | None = None
    day: date | None = None


_ACCOUNT = re.compile(r"(\d{3,})(?:-\d{14})?", re.ASCII)
_PERIOD = re.compile(r"(20\d{2}|21\d{2})-?(0[1-9]|1[0-2])(?:-?[0-3]\d)?", re.ASCII)


def about(name: str) -> About:
    """The payer and the month in a file's own name, or in the name of the archive it is in.

    ``UID-yyyyMMddHHmmss_YYYYMM_…`` (observed), ``UID_…_YYYYMM`` and ``UID_…_YYYYMMDD`` (documented
    for pushes). A name that holds two months tells none.
    """
    base, *outer = reversed(name.split("/"))
    day = day_of(name)
    for part in (base, *(one for one in outer if one.lower().endswith((".zip", ".gz")))):
        first, *others = _stem(part)[0].split("_")
        months = {f"{found[1]}-{found[2]}" for one in others if (found := _PERIOD.fullmatch(one))}
        account = _ACCOUNT.fullmatch(first)
        if len(months) == 1 and account:
            return About(account[1], months.pop(), day)
    return About(None, f"{day:%Y-%m}" if day else None, day)


def _stem(base: str) -> tuple[str, str]:
    found = re.fullmatch(r"(.*?)((?:\.csv|\.parquet)?(?:\.gz|\.zip)?)", base, re.IGNORECASE)
    return (found[1], found[2]) if found else (base, "")


def given(words: Sequence[str]) -> Mapping[str, Moment]:
    """``FILE=INSTANT`` of ``--exported-at``. Raises wrong usage."""
    told: dict[str, Moment] = {}
    for word in words:
        path, separator, instant = word.rpartition("=")
        try:
            if not separator or not path:
                raise ValueError(word)
            told[path] = parse_moment(instant)
        except ValueError:
            raise usage(
                f"--exported-at {word}: write FILE=INSTANT, "
                "as in bill.csv=2026-10-04T09:30:00+08:00"
            ) from None
    return told
