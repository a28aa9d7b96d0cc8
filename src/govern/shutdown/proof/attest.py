"""An unsigned in-toto Statement of a verification, for whoever signs such things.

https://github.com/in-toto/attestation, Statement v1: what it speaks of (by digest), and a
predicate, which is the whole verification.
"""

from __future__ import annotations

import json
import os
from typing import Any

from govern.model.verification import VerificationReport

STATEMENT = "https://in-toto.io/Statement/v1"

#: Names the meaning of the predicate; nothing is fetched from there.
PREDICATE = "https://pypi.org/project/govern-model-studio/govern.verification/v1"


def statement(report: VerificationReport) -> str:
    """The Statement as JSON. Its subjects are the checklist, the bills and the inventories.

    A file whose digest isn't known (standard input) can't be a subject; the predicate names it.
    """
    files = [(report.checklist.path, report.checklist.sha256)]
    files += [(file.path, file.sha256) for file in report.inputs]
    files += [(file.path, file.sha256) for file in (report.bill.files if report.bill else ())]
    subjects: dict[str, dict[str, Any]] = {}
    for path, sha256 in files:
        if sha256:
            name = os.path.basename(path) or path
            subjects.setdefault(sha256, {"name": name, "digest": {"sha256": sha256}})
    payload = {
        "_type": STATEMENT,
        "subject": list(subjects.values()),
        "predicateType": PREDICATE,
        "predicate": report.document(),
    }
    return json.dumps(payload, ensure_ascii=True, indent=2) + "\n"
