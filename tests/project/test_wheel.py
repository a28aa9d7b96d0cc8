"""The wheel works outside the checkout, with the built-in pack."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bills import bill, row

ROOT = Path(__file__).parents[2]

#: With the checkout on the path, pip would take the wheel for installed.
OUTSIDE = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def test_the_wheel_and_the_sdist_are_made_and_the_wheel_judges_a_bill(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("*.egg-info"))
    subprocess.run(
        # The locked builder, which stands in the environment of the tests.
        [sys.executable, "-m", "build", "--no-isolation", "-o", str(tmp_path / "dist"), source],
        check=True,
        capture_output=True,
    )
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    assert len(list((tmp_path / "dist").glob("*.tar.gz"))) == 1

    site = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel],
        check=True,
        capture_output=True,
        env=OUTSIDE,
    )
    path = bill(tmp_path, row(**{"资产/资源实例ID": ";llm-a;qwen-max;output_token;bmp;0"}))
    environment = {**OUTSIDE, "PYTHONPATH": str(site)}

    def ran(*words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            list(map(str, words)),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )

    origin = ran(sys.executable, "-c", "import govern; print(govern.__file__)")
    assert origin.stdout.startswith(str(site)), "the checkout was taken for the wheel"
    done = ran(site / "bin" / "govern", "check", path, "--as-of", "2026-10-05")
    assert done.returncode == 1, done.stderr
    assert "built-in pack" in done.stdout
    assert "no-playground" in done.stdout
