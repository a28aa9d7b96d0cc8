#!/usr/bin/env bash
# The body of action.yml: install govern beside the checkout, judge, annotate, summarise.
set -eu
venv="${RUNNER_TEMP:-/tmp}/govern-venv"
if [ ! -x "$venv/bin/govern" ]; then
  "$INPUT_PYTHON" -m venv "$venv"
  pip() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
  locked="$GOVERN_ACTION/requirements"
  pip --require-hashes -r "$locked/run.txt" -r "$locked/build.txt"
  pip --no-deps --no-build-isolation "$GOVERN_ACTION"
fi
if [ "${INPUT_TEST_POLICIES:-false}" != false ]; then
  code=0
  "$venv/bin/govern" policy test --format github -- ${INPUT_POLICIES:+"$INPUT_POLICIES"} || code=$?
  if [ "$code" -ne 0 ]; then
    if [ -n "${GITHUB_OUTPUT:-}" ]; then echo "exit-code=$code" >> "$GITHUB_OUTPUT"; fi
    exit "$code"
  fi
fi
words=(check --format github --fail-on "$INPUT_FAIL_ON")
if [ -n "$INPUT_POLICIES" ]; then words+=(--policy "$INPUT_POLICIES"); fi
if [ -n "$INPUT_INVENTORY" ]; then words+=(--inventory "$INPUT_INVENTORY"); fi
if [ -n "$INPUT_WAIVERS" ]; then words+=(--waivers "$INPUT_WAIVERS"); fi
# Only the plain word publishes account ids: a slip of the pen doesn't.
if [ "$INPUT_REDACT" != false ]; then words+=(--redact); fi
if [ -n "$INPUT_SARIF" ]; then words+=(--output "sarif:$INPUT_SARIF"); fi
summary=""
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  # A run of its own: the summary of the step before isn't shown again where this one ends early.
  summary="$(mktemp "${RUNNER_TEMP:-/tmp}/govern-summary.XXXXXX")"
  words+=(--output "markdown:$summary")
fi
# Arguments stand on lines of their own, so that one may hold blanks.
while IFS= read -r line; do
  if [ -n "$line" ]; then words+=("$line"); fi
done <<< "$INPUT_ARGUMENTS"
# Bills are separated by blanks; globs are left to govern, so that none matches by accident.
set -f
# shellcheck disable=SC2206
bills=($INPUT_BILL)
set +f
code=0
"$venv/bin/govern" "${words[@]}" -- ${bills[@]+"${bills[@]}"} || code=$?
if [ -n "$summary" ]; then
  cat "$summary" >> "$GITHUB_STEP_SUMMARY"
  rm -f "$summary"
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then echo "exit-code=$code" >> "$GITHUB_OUTPUT"; fi
exit "$code"
