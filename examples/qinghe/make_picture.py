"""The picture of the README: what `govern check` says of this company's bill on a terminal.

`python make_picture.py` writes ../../docs/check.svg, with `--check` it ends with 1 if that is
another one.
"""

from __future__ import annotations

import html
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PICTURE = HERE.parents[1] / "docs" / "check.svg"
COMMAND = ("govern", "check", "--as-of", "2026-10-05")

COLUMNS, FONT, WIDE, HIGH, EDGE = 80, 14, 8.45, 20, 20
FAMILY = "ui-monospace, Menlo, Consolas, monospace"
_COLOURS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341"}
_PIECE = re.compile(r"\033\[([0-9;]*)m([^\033]*)")


def screen() -> list[str]:
    """The lines that a person sees, with their colours."""
    ours, theirs = pty.openpty()
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    run = subprocess.Popen(
        [sys.executable, "-m", *COMMAND],
        cwd=HERE,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**kept, "COLUMNS": str(COLUMNS), "TERM": "xterm"},
    )
    os.close(theirs)
    told = b""
    while True:
        try:
            piece = os.read(ours, 1 << 16)
        except OSError:  # Linux says so where others read nothing.
            piece = b""
        if not piece:
            break
        told += piece
    os.close(ours)
    if run.wait() != 1:
        raise SystemExit(f"{' '.join(COMMAND)}: exit code {run.returncode}, not 1")
    return told.decode().replace("\r\n", "\n").splitlines()


def drawn(line: str) -> str:
    """One line as the inside of an SVG text, with its bold and coloured pieces."""
    plain, _, rest = line.partition("\033")
    pieces = [html.escape(plain)]
    for codes, text in _PIECE.findall("\033" + rest) if rest else ():
        style = "".join(
            f' fill="{_COLOURS[code]}"' for code in codes.split(";") if code in _COLOURS
        )
        style += ' font-weight="bold"' if "1" in codes.split(";") else ""
        shown = html.escape(text)
        pieces.append(f"<tspan{style}>{shown}</tspan>" if style else shown)
    return "".join(pieces)


def picture() -> str:
    lines = [f"$ {' '.join(COMMAND)}", *screen()]
    width, height = int(COLUMNS * WIDE + 2 * EDGE), len(lines) * HIGH + 2 * EDGE
    tops = [EDGE + FONT + number * HIGH for number in range(len(lines))]
    texts = [
        f'<text x="{EDGE}" y="{top}" xml:space="preserve">{drawn(line)}</text>'
        for top, line in zip(tops, lines, strict=True)
        if line
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img">',
            f"<title>{html.escape(' '.join(COMMAND))}</title>",
            f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
            f'<g font-family="{FAMILY}" font-size="{FONT}" fill="#e6edf3">',
            *texts,
            "</g>",
            "</svg>",
            "",
        ]
    )


if __name__ == "__main__":
    made = picture()
    if "--check" in sys.argv:
        sys.exit(not PICTURE.exists() or PICTURE.read_text(encoding="utf-8") != made)
    PICTURE.write_text(made, encoding="utf-8")
