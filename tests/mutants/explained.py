"""Survivors that change nothing a bill could show, by module, line and replacement; with why."""

from __future__ import annotations

EXPLAINED: dict[tuple[str, str, str], str] = {
    (
        "ledger/query",
        'return Term(f"coalesce(sum(CASE WHEN {measure} > 0 THEN {measure} ELSE 0 END), 0)")',
        ">=",
    ): "an amount of 0 adds nothing to a sum",
    (
        "judge/check/undecided",
        'clause = asked.possible & has_value("billing_currency", named, absent=False, '
        "excludes=True)",
        "True",
    ): "a charge has a currency: a row without one is rejected",
    (
        "shutdown/proof/evidence",
        "ends_jobs: bool = False,",
        "True",
    ): "asked without it are keys and plans, of which no job's charge is",
    (
        "ledger/query",
        'order = [f"{at} NULLS LAST" for at in range(1, len(columns) + 1)]',
        "2",
    ): "each group has one value of the column behind those that it is grouped by",
    (
        "ledger/query",
        "if len(numbers) == 1:",
        "2",
    ): "one question alone gets the same answer from the words for many",
    (
        "ledger/counted_once",
        "SELECT r.content, t.export, min(t.rank) AS rank, count(*) AS charges,",
        "max(",
    ): "between exports that are equal otherwise: whose rows count changes no sum",
    (
        "ledger/counted_once",
        "PARTITION BY content ORDER BY charges DESC, keyless DESC, rank) AS place,",
        "ASC",
    ): "between exports with as many of a content: whose rows count changes no sum",
    (
        "ledger/overlap",
        "CASE WHEN l.width <> 'month' THEN l.first::DATE END AS day",
        "=",
    ): "more exports are compared than must be, and the comparison decides",
    (
        "ledger/overlap",
        "CASE WHEN bool_and(has_owner) OVER billed OR NOT bool_or(has_owner) OVER billed",
        "AND",
    ): "more exports are compared than must be, and the comparison decides",
    (
        "ledger/overlap",
        "OR bool_and(code <> '') OVER billed",
        "AND",
    ): "more exports are compared than must be, and the comparison decides",
    (
        "ledger/overlap",
        "CASE WHEN bool_or(day IS NULL) OVER (PARTITION BY payer, month, owner, product)",
        "IS NOT NULL",
    ): "more exports are compared than must be, and the comparison decides",
    (
        "ledger/overlap",
        '["sub_account_id" in ledger.files[file].fields for file, _ in told],',
        "not in",
    ): "only whether all or none of them have owners is asked",
    (
        "ledger/overlap",
        'lambda export: export.widths == {"month"},',
        "!=",
    ): "only whether two exports differ in it is asked",
    (
        "judge/bill/horizon",
        "if start < month.end and month.start < end and month.shown < min(month.end, end):",
        "<=",
    ): "no month is shown less far than to its own start",
    (
        "shutdown/plan/order",
        "return 0, step.due.on(BILL_CLOCK), cost",
        "1",
    ): "a date comes before none all the same",
    (
        "shutdown/plan/order",
        "return 3, datetime.max, cost",
        "4",
    ): "it is the last rank either way",
    (
        "ledger/shared_keys",
        "SELECT key, min(file) AS first FROM keys GROUP BY key HAVING min(file) <> max(file)",
        "max(",
    ): "files that share a key are of one family by whichever of them",
}
