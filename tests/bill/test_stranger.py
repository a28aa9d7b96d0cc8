"""A file that is no bill is named for what it is, before anything is read of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from bills import HEADER, paid

from govern.ledger.reading import Reading, read
from govern.model.errors import GovernError

BILL = f"{HEADER}\n{paid('1')}\n"
AGAIN = (
    "a program that wrote it anew may have changed ids and amounts; export it again, with commas"
)


def told(tmp_path: Path, name: str, content: bytes) -> str:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(GovernError) as refused, read([str(path)], Reading()):
        pass
    assert refused.value.cause == "usage"
    said = str(refused.value)
    assert said.startswith(f"{path}: ") and "\n" not in said
    return said.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF: export the bill as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a spreadsheet (.xls): spreadsheets change ids"),
        (b"<!DOCTYPE HTML>\n<html>", "a page in HTML, such as a login page: log in"),
        (b"\xef\xbb\xbf \r\n<html lang='zh'>", "a page in HTML, such as a login page: log in"),
        (b'<?xml version="1.0"?><Error>', "XML, such as an error in a download's place"),
        (b"<Error><Code>AccessDenied</Code>", "XML, such as an error in a download's place"),
        (b'{"Code": "Forbidden"}\n', "JSON, such as an error in a download's place"),
        (
            b"# A stop-billing checklist.\n\nschema: govern.checklist/v1\n",
            "a checklist, no bill: tick it (govern checklist tick) or prove it (govern verify)",
        ),
        (b'[{"BillingCycle": "2026-09"}]\n', "JSON: export the bill as CSV"),
    ],
)
def test_what_it_is_tells_what_to_do(tmp_path: Path, content: bytes, says: str) -> None:
    assert told(tmp_path, "bill.csv", content).startswith(says)


@pytest.mark.parametrize(("separator", "name"), [("\t", "tabs"), (";", "semicolons")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_bill_with_another_separator_is_no_other_layout(
    tmp_path: Path, separator: str, name: str, encoding: str
) -> None:
    text = BILL.replace(";", "|").replace(",", separator)
    assert told(tmp_path, "b.csv", text.encode(encoding)) == f"a bill separated by {name}: {AGAIN}"


def test_what_is_nothing_known_gets_the_nearest_layout(tmp_path: Path) -> None:
    assert told(tmp_path, "b.csv", b"a,b\n1,2\n").startswith("not a known bill export; nearest is")
