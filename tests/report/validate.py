"""Hold SARIF and JUnit against the validators of their field; ``make validate`` runs this.

Use: python tests/report/validate.py --multitool PATH --sarif-schema PATH --junit-xsd PATH

Everything is validated that tests render: the hand-built report, an empty one, an untrusted one,
300 findings, a redacted one, and every hostile name. Ends with 1 if a validator complains.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent


def documents() -> Iterator[tuple[str, str, str]]:
    """(format, name, text) of every document to validate."""
    from corpus import HOSTILE
    from golden_files import SALT
    from made_of import check_of
    from rich import crowded, distrusted, empty, rich, since

    from govern.privacy.redact import redact
    from govern.report import FORMATS
    from govern.report.page import Page

    cases = {
        "rich": rich(),
        "baseline": since(),
        "empty": empty(),
        "distrusted": distrusted(),
        "crowded": crowded(300),
        "redacted": redact(rich(), SALT),
    }
    cases |= {f"hostile-{number}": check_of(text) for number, text in enumerate(HOSTILE.values())}
    for name, document in cases.items():
        for format in ("sarif", "junit"):
            yield format, name, FORMATS[format].render(document, Page(folder="/somewhere"))


def by_schema(schema: Path, folder: Path) -> list[str]:
    from jsonschema.validators import validator_for

    rules = json.loads(schema.read_text(encoding="utf-8"))
    validator = validator_for(rules)(rules)
    return [
        f"{file.name}: {error.json_path}: {error.message[:200]}"
        for file in sorted(folder.glob("*.sarif"))
        for error in validator.iter_errors(json.loads(file.read_text(encoding="utf-8")))
    ]


def by_multitool(program: str, folder: Path) -> list[str]:
    """Errors and warnings of the Sarif and Ghas rules; it ends with 0 even when it found some."""
    log = folder / "multitool.log"
    files = [str(file) for file in sorted(folder.glob("*.sarif"))]
    run = subprocess.run(
        # The npm package's launcher hands its arguments to a shell, which would end at the ";".
        [program, "validate", *files, "--rule-kind", '"Sarif;Ghas"']
        + ["--level", '"Error;Warning;Note"', "-o", str(log), "--log", "ForceOverwrite"],
        capture_output=True,
        text=True,
    )
    if not log.exists():
        return [f"the multitool wrote no log: {run.stdout[-500:]}{run.stderr[-500:]}"]
    found = json.loads(log.read_text(encoding="utf-8-sig"))["runs"][0]
    if len(found.get("artifacts", files)) < len(files):
        return ["the multitool looked at fewer files than it was given"]
    notes = {one["ruleId"] for one in found.get("results", []) if one.get("level") == "note"}
    print(f"multitool: {len(files)} files; notes only of {', '.join(sorted(notes)) or 'no rule'}")
    told = [
        f"{one['ruleId']} {one.get('level', 'warning')}: {one['message']}"
        for one in found.get("results", [])
        if one.get("level", "warning") != "note"
    ]
    for invocation in found.get("invocations", []):
        for kind in ("toolExecutionNotifications", "toolConfigurationNotifications"):
            told += [
                f"{kind}: {one['message']}"
                for one in invocation.get(kind, [])
                if one.get("level", "warning") in ("error", "warning")
            ]
    return told


def by_xsd(xsd: Path, folder: Path) -> list[str]:
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(str(xsd)))
    told = []
    for file in sorted(folder.glob("*.xml")):
        if not schema.validate(etree.parse(str(file))):
            told += [f"{file.name}: {error}" for error in schema.error_log]
    return told


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--multitool")
    parser.add_argument("--sarif-schema", type=Path)
    parser.add_argument("--junit-xsd", type=Path)
    given = parser.parse_args()
    told: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for format, document, text in documents():
            suffix = {"sarif": ".sarif", "junit": ".xml"}[format]
            (folder / (document + suffix)).write_text(text, encoding="utf-8")
        if given.sarif_schema:
            told += by_schema(given.sarif_schema, folder)
        if given.multitool:
            told += by_multitool(given.multitool, folder)
        if given.junit_xsd:
            told += by_xsd(given.junit_xsd, folder)
        print(f"{len(list(folder.iterdir()))} files validated, {len(told)} complaints")
    print("\n".join(told[:50]))
    return 1 if told else 0


if __name__ == "__main__":
    sys.path[:0] = [str(HERE.parents[1] / "src"), str(HERE)]
    sys.exit(main())
