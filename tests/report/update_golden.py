"""Write the golden files anew; read the difference before it is committed.

Use: python tests/report/update_golden.py
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[2] / "src"), str(Path(__file__).parent)]
    from golden_files import FOLDER, rendered

    texts = rendered()
    for file in FOLDER.iterdir():
        if file.name not in texts:
            file.unlink()
    for name, text in texts.items():
        (FOLDER / name).write_bytes(text.encode())
