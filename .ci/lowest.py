"""The lowest version that pyproject.toml allows of each runtime dependency, as pip takes it."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
for dependency in project["dependencies"]:
    words, _, marker = dependency.partition(";")
    name, lowest = re.fullmatch(r"([\w\[\]-]+)>=([\d.]+).*", words.strip()).groups()
    print(f"{name}=={lowest}" + (f" ; {marker.strip()}" if marker else ""))
