"""From one given file to plain files: gzip and zip, with limits that a bomb runs into."""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from govern.bill.stranger import spreadsheet

_MAGIC_GZIP = b"\x1f\x8b"
_MAGIC_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
MAGIC_PARQUET = b"PAR1"
_BLOCK = 1 << 20
#: Real bills shrink 10 to 60 times. Beyond both numbers a file is taken for a bomb.
_MOST_RATIO = 250
_FREE_RATIO_BELOW = 1 << 28
_MOST_MEMBERS = 10_000
#: A name with another suffix says that it is something else; one without any is documented for the
#: parts of a bill (uid_billType_billCycle_SeqNo_fileNo).
_BILLS = (".csv", ".parquet", ".gz", ".zip", ".xlsx", ".xls", "")


class Refused(Exception):
    """The file is not read; the message says why and what to do."""


@dataclass(frozen=True)
class Plain:
    """One uncompressed file. ``name`` is how it is printed, ``path`` where its bytes are.

    ``certain``: it claims to be a bill, so that anything else is a fault; else it may be a
    stranger, which is named and not read.
    """

    name: str
    path: str
    empty: bool = False
    certain: bool = True


def unpack(path: str, name: str, folder: str) -> Iterator[Plain]:
    """The plain files in ``path``, printed as ``name``; what is unpacked goes into ``folder``.

    Raises :class:`Refused` for what can't be a bill, OSError for what can't be read.
    """
    with open(path, "rb") as file:
        magic = file.read(4)
    if magic[:2] == _MAGIC_GZIP:
        target = os.path.join(folder, "unpacked")
        _gunzip(path, target)
        yield _checked(Plain(name, target, os.path.getsize(target) == 0))
    elif magic in _MAGIC_ZIP:
        yield from _unzip(path, name, folder)
    else:
        yield Plain(name, path, empty=not magic)


def _checked(plain: Plain) -> Plain:
    with open(plain.path, "rb") as file:
        magic = file.read(4)
    if magic[:2] == _MAGIC_GZIP or magic in _MAGIC_ZIP:
        raise Refused("an archive inside an archive is not opened: unpack it first")
    return plain


def _gunzip(path: str, target: str) -> None:
    size = os.path.getsize(path)
    written = 0
    inflate = zlib.decompressobj(wbits=31)
    with open(path, "rb") as packed, open(target, "wb") as out:
        while block := packed.read(1 << 16):
            while block:
                try:
                    piece = inflate.decompress(block, _BLOCK)
                except zlib.error as error:
                    raise Refused(f"damaged gzip data ({error}): download it again") from None
                written += len(piece)
                _stop_bomb(written, size)
                out.write(piece)
                block = inflate.unconsumed_tail
                if inflate.eof:
                    block = inflate.unused_data.lstrip(b"\0") + block
                    if block:
                        inflate = zlib.decompressobj(wbits=31)
        if not inflate.eof:
            raise Refused("the gzip data ends too early: download it again")


def _stop_bomb(written: int, packed: int) -> None:
    if written > _FREE_RATIO_BELOW and written > packed * _MOST_RATIO:
        raise Refused(f"unpacks to more than {_MOST_RATIO} times its size: not a bill")


def _unzip(path: str, name: str, folder: str) -> Iterator[Plain]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Refused(f"damaged zip file ({error}): download it again") from None
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        names = {member.filename for member in members}
        if len(names) < len(members):
            raise Refused("two members have the same name: zip them again")
        if "[Content_Types].xml" in names:
            raise Refused(spreadsheet(".xlsx"))
        if len(members) > _MOST_MEMBERS:
            raise Refused(f"{len(members)} members: not a bill")
        for number, member in enumerate(sorted(members, key=lambda one: one.filename)):
            if member.flag_bits & 0x1:
                raise Refused("the zip is encrypted: unpack it first")
            target = os.path.join(folder, f"member-{number}")
            _extract(archive, member, target, os.path.getsize(path))
            certain = _claims_to_be_a_bill(member.filename)
            plain = Plain(
                f"{name}/{member.filename}", target, os.path.getsize(target) == 0, certain
            )
            yield _checked(plain) if certain else plain


def _claims_to_be_a_bill(member: str) -> bool:
    """Not what archivers and file managers leave beside the files that people put into a zip."""
    folders, base = os.path.split(member)
    hidden = any(re.match(r"\.[^./]|__MACOSX$", part) for part in (*folders.split("/"), base))
    suffix = os.path.splitext(base)[1].lower()
    written = suffix in _BILLS or not suffix[1:].isalpha()
    return written and not hidden and base.upper() not in _ABOUT


#: Files without a suffix that are about other files.
_ABOUT = ("README", "LICENSE", "NOTICE", "MANIFEST")


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: str, size: int) -> None:
    written = 0
    try:
        with archive.open(member) as packed, open(target, "wb") as out:
            reader: BinaryIO = packed  # type: ignore[assignment]
            while piece := reader.read(_BLOCK):
                written += len(piece)
                _stop_bomb(written, size)
                out.write(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Refused(f"damaged zip file ({error}): download it again") from None
