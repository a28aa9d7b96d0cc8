"""Account ids, names, owners and folders behind short tokens, before any format sees them.

docs/privacy.md says what is replaced, and why the salt is what it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from govern.model.baseline import Mark
from govern.model.bill import Evidence
from govern.model.document import Document, Section, Sheet
from govern.model.figures import Figures
from govern.model.finding import Finding, Subject
from govern.model.report import PolicyResult
from govern.privacy.private import FIELDS, PATHS, PEOPLE, PUBLIC, asked_for, learn
from govern.privacy.tokens import Tokens

# Closed words, numbers and instants: nobody's name, even where they happen to spell one.
_KEPT = frozenset(
    "schema govern as_of shape time exported_at first_charge last_charge reaches reach_basis "
    "expires start end month policy severity outcome kind every measure stop state cause currency "
    "unit billed_cost list_cost taken_off before change effective_price effective_price_per "
    "other_cost unparsed_cost rejected_cost observed limit quantity "
    "per_day amount sha256 settle grace stopped_at proved_until collected_at created_at "
    "disabled_at gone_at due at until head checklist_sha256 plan_sha256".split()
)


def redact(
    document: Document, salt: bytes, beside: Iterable[Any] = (), folder: str | None = None
) -> Document:
    """The document with tokens; it says ``"redacted": true``.

    ``salt`` must be unknown to those who read the report: an account id is a number that can be
    guessed, and whoever has the salt can check a guess. ``beside`` are payloads (inventories,
    paths) whose words the document's texts may hold though none of its fields does. ``folder``:
    paths of policies below it stay, since CI services look for them there; they lie in the
    repository that its readers have.
    """
    tokens = Tokens(salt, PUBLIC)
    for result in document.policies if folder is not None else ():
        if place := _inside(result.file, folder or ""):
            tokens.keep_path(result.file, place)
    findings = document.findings or ()
    for finding in (*findings, *document.past):
        learn(tokens, dict(finding.subject.values))
    for result in document.policies:
        tokens.keep(result.id)
        tokens.learn_path(result.file)
    shown = {
        f.subject.id
        for f in (*findings, *document.past)
        if f.subject.kind not in (*PEOPLE, "columns")
    }
    for payload in (document.payload, *beside):
        learn(tokens, payload, keep={subject_id for subject_id in shown if subject_id})
    redacted = [_finding(tokens, finding) for finding in findings]
    past = [_finding(tokens, finding) for finding in document.past]
    fingerprints = {
        before.fingerprint: after.fingerprint
        for before, after in zip((*findings, *document.past), (*redacted, *past), strict=True)
    }
    walk = _Walk(tokens, fingerprints)
    payload = walk.mapping(document.payload)
    return Document(
        payload={**payload, "redacted": True},
        sections=lambda: [_section(tokens, section) for section in document.sections()],
        tasks=None,
        exit=replace(document.exit, reason=tokens.text(document.exit.reason)),
        findings=None if document.findings is None else redacted,
        policies=[_policy(tokens, result) for result in document.policies],
        past=past,
        records=_records(document, payload, walk),
        sheet=_sheet(document, walk),
        screen=_screen(tokens, document),
    )


def _inside(path: str, folder: str) -> str | None:
    """The path relative to the folder, with /; None if it lies elsewhere."""
    place = os.path.relpath(os.path.join(folder, path), folder) if path else os.pardir
    outside = os.path.isabs(place) or place.split(os.sep)[0] == os.pardir
    return None if outside else place.replace(os.sep, "/")


def _records(
    document: Document, payload: Mapping[str, Any], walk: _Walk
) -> Sequence[Mapping[str, Any]] | None:
    """Records are mostly a list of the payload, which needn't be walked twice."""
    if document.records is None:
        return None
    for key, value in document.payload.items():
        if value is document.records:
            return list(payload[key])
    return [walk.mapping(record) for record in document.records]


def _screen(tokens: Tokens, document: Document) -> Callable[[Figures], Sequence[Section]] | None:
    screen = document.screen
    if screen is None:
        return None
    return lambda figures: [_section(tokens, section) for section in screen(figures)]


def _sheet(document: Document, walk: _Walk) -> Callable[[Document], Sheet] | None:
    """That of findings is made of the redacted ones; any other is walked."""
    sheet = document.sheet
    if sheet is None or document.findings is not None:
        return sheet

    def shown(redacted: Document) -> Sheet:
        del redacted
        plain = sheet(document)
        return Sheet(plain.columns, [walk.cells(plain.columns, row) for row in plain.rows])

    return shown


class _Walk:
    """A payload with its words replaced, field by field."""

    def __init__(self, tokens: Tokens, fingerprints: Mapping[str, str]) -> None:
        self._tokens = tokens
        self._fingerprints = fingerprints

    def mapping(self, mapping: Mapping[str, Any]) -> dict[str, Any]:
        walked = {key: self._value(key, value) for key, value in mapping.items()}
        if walked.get("kind") == "columns":
            parts = ("none" if part is None else part for part in walked["columns"].values())
            walked["id"] = ";".join(parts)
        literals = asked_for(mapping)
        if literals:
            kind = FIELDS[mapping["column"]]
            walked["values"] = [
                self._tokens.of(kind, value) if value in literals else value
                for value in mapping["values"]
            ]
        return walked

    def cells(self, columns: Sequence[str], row: Sequence[Any]) -> list[Any]:
        """A row of a sheet, whose columns have the names of fields."""
        return [self._value(column, cell) for column, cell in zip(columns, row, strict=True)]

    def _value(self, key: str, value: Any) -> Any:
        if key == "fields" or (key == "by" and not isinstance(value, str)):
            # Names of columns: of a file, and of a question.
            return value
        if isinstance(value, Mapping):
            return self.mapping(value)
        if isinstance(value, (list, tuple)):
            return [self._value(key, inner) for inner in value]
        if not isinstance(value, str) or key in _KEPT:
            return value
        if key == "digest":
            # Of few words: whoever guesses an account id of a where could check the guess.
            return None
        if key == "fingerprint":
            return self._fingerprints.get(value) or self._tokens.of(FIELDS[key], value)
        if key in PATHS:
            return self._tokens.path(value)
        if key in FIELDS:
            return self._tokens.of(FIELDS[key], value)
        return value if value in PUBLIC else self._tokens.text(value)


def _finding(tokens: Tokens, finding: Finding) -> Finding:
    waiver = finding.waiver
    return replace(
        finding,
        title=tokens.text(finding.title),
        message=tokens.text(finding.message),
        subject=_subject(tokens, finding.subject),
        evidence=tuple(_evidence(tokens, line) for line in finding.evidence),
        policy_file=tokens.path(finding.policy_file),
        waiver=None if waiver is None else _Walk(tokens, {}).mapping(waiver),
        mark=_mark(tokens, finding.mark),
    )


def _mark(tokens: Tokens, mark: Mark | None) -> Mark | None:
    return mark and replace(mark, reason=tokens.text(mark.reason))


def _subject(tokens: Tokens, subject: Subject) -> Subject:
    return replace(
        subject,
        values=tuple(
            (column, tokens.of(FIELDS[column], value) if column in FIELDS else value)
            for column, value in subject.values
        ),
        sub_account_id=tokens.of("acct", subject.sub_account_id),
        name=tokens.of("name", subject.name),
    )


def _evidence(tokens: Tokens, line: Evidence) -> Evidence:
    return replace(line, path=tokens.path(line.path), instance_id=tokens.text(line.instance_id))


def _policy(tokens: Tokens, result: PolicyResult) -> PolicyResult:
    """Without its description, which is where policies name people."""
    return replace(
        result,
        title=tokens.text(result.title),
        message=None if result.message is None else tokens.text(result.message),
        unmatched=tuple(map(tokens.text, result.unmatched)),
        description=None,
        file=tokens.path(result.file),
    )


def _section(tokens: Tokens, section: Section) -> Section:
    def cells(row: Sequence[str]) -> list[str]:
        return [cell if at in section.right else tokens.text(cell) for at, cell in enumerate(row)]

    return replace(
        section,
        heading=tokens.text(section.heading),
        sentences=[tokens.text(sentence) for sentence in section.sentences],
        columns=[tokens.text(name) for name in section.columns],
        rows=[cells(row) for row in section.rows],
        details=[[tokens.text(line) for line in lines] for lines in section.details],
        folds=[
            [(summary, [tokens.text(line) for line in lines]) for summary, lines in folds]
            for folds in section.folds
        ],
    )
