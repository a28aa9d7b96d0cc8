"""Every format over one rich report, as a person has read and approved it."""

from __future__ import annotations

import pytest
from golden_files import FOLDER, rendered

TEXTS = rendered()


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_format_writes_its_golden_file(name: str) -> None:
    golden = (FOLDER / name).read_bytes().decode()
    assert TEXTS[name] == golden, "if meant: python tests/report/update_golden.py, and read it"


def test_no_golden_file_is_left_over() -> None:
    assert {file.name for file in FOLDER.iterdir()} == set(TEXTS)
