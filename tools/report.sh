# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sourced by the stages: how they say what passed, failed and was skipped.

failed=0

# check LABEL COMMAND...: one line when the command passes, all that it printed when it fails.
check() {
    local label=$1 log=.venv/log/${1//[^a-zA-Z0-9]/-}.log start=$SECONDS
    shift
    if (NO_COLOR=1 "$@") >"$log" 2>&1 </dev/null; then
        echo "  ok      $label ($((SECONDS - start)) s)"
    else
        failed=1
        cat "$log"
        echo "  FAILED  $label: $*"
    fi
}

# skip NAME REASON: says so, and notes it for the last line of `make test`.
skip() {
    echo "  skipped $1: $2"
    [ -z "${SKIPPED:-}" ] || echo "$1 ($2)" >>"$SKIPPED"
}

# tests LABEL COMMAND...: runs pytest, whose own words are shown, and notes the tests that it skipped.
tests() {
    local label=$1 log=.venv/log/${1//[^a-zA-Z0-9]/-}.log
    shift
    echo "  $label"
    PYTEST_ADDOPTS="${PYTEST_ADDOPTS:-} -rs" "$@" </dev/null 2>&1 | tee "$log" || failed=1
    [ -z "${SKIPPED:-}" ] || sed -n "s/^SKIPPED \[[0-9]*\] /$label: /p" "$log" >>"$SKIPPED"
}
