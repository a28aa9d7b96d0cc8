"""Which primary keys stand in several files: asked of the keys alone, before rows are compared.

A key is looked for in every file that has keys, whatever account, commodity or day its charge is
of there: exports differ in all of these. Two files whose keys come from different places (other
exports of the same charges may have keys of their own) are of different *families*.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from govern.ledger.batch import batches
from govern.ledger.exports import Export
from govern.ledger.ledger import Ledger
from govern.ledger.raw_rows import primary_keys


@dataclass(frozen=True)
class SharedKeys:
    """What is known of a bill's primary keys.

    ``keyed``: the numbers of the files that have keys; ``files`` of those that share one with
    another file. ``families``: exports that share keys, directly or through others, by number.
    """

    keyed: frozenset[int]
    files: frozenset[int]
    families: dict[int, int]

    def has(self, export: Export) -> bool:
        """Whether the export has keys at all."""
        return any(file in self.keyed for file in export.files)

    def family(self, export: Export) -> int:
        """The family of an export; one without keys is alone in its own."""
        return self.families.get(export.number, export.number)


def find(ledger: Ledger, exports: Sequence[Export]) -> SharedKeys:
    """Read the primary keys of every file that has such a column, unless it is the only one."""
    columns = [file for file in ledger.files if file.staged and "primary_key" in file.fields]
    if len(columns) < 2:
        return SharedKeys(frozenset(file.number for file in columns), frozenset(), {})
    connection = ledger.connection
    connection.execute("CREATE OR REPLACE TABLE keys (file INTEGER, key UHUGEINT)")
    for batch in batches((file.number, file.staged) for file in columns if file.staged):
        connection.execute(
            f"INSERT INTO keys SELECT file, md5_number(key) FROM ({primary_keys(batch)})"
        )
    _no_batches(ledger, exports)
    keyed = frozenset(number for (number,) in ledger.query("SELECT DISTINCT file FROM keys"))
    pairs = ledger.query(
        """
        SELECT DISTINCT k.file, s.first FROM keys k JOIN (
            SELECT key, min(file) AS first FROM keys GROUP BY key HAVING min(file) <> max(file)
        ) s ON k.key = s.key
        """
    )
    connection.execute("DROP TABLE keys")
    return SharedKeys(keyed, frozenset(file for file, _ in pairs), _families(pairs, exports))


def _no_batches(ledger: Ledger, exports: Sequence[Export]) -> None:
    """A RecordID is a key only where it is unique in its export: it often names a whole batch."""
    told = [
        (file, export.number)
        for export in exports
        for file in export.files
        if ledger.files[file].shape == "api"
    ]
    if told:
        ledger.connection.execute(
            """
            CREATE OR REPLACE TABLE records AS
                SELECT unnest($1::INTEGER[]) AS file, unnest($2::INTEGER[]) AS export;
            """,
            [[file for file, _ in told], [export for _, export in told]],
        )
        ledger.connection.execute(
            """
            DELETE FROM keys WHERE file IN (
                SELECT file FROM records WHERE export IN (
                    SELECT export FROM keys JOIN records USING (file)
                    GROUP BY export, key HAVING count(*) > 1));
            DROP TABLE records
            """
        )


def _families(pairs: Iterable[tuple[int, int]], exports: Sequence[Export]) -> dict[int, int]:
    """Each export's family, named by its first export."""
    of_file = {file: export.number for export in exports for file in export.files}
    head = {export.number: export.number for export in exports}

    def first(export: int) -> int:
        while head[export] != export:
            head[export] = export = head[head[export]]
        return export

    for file, other in pairs:
        one, two = sorted((first(of_file[file]), first(of_file[other])))
        head[two] = one
    return {export: first(export) for export in head}
