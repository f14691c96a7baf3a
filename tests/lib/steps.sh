# Steps: one line each, the full output in a log that is shown only when the step fails. Sourced by tests/run.

target_folder="${CARGO_TARGET_DIR:-$PWD/target}"
log_folder="$target_folder/run-logs"
mkdir -p "$log_folder"

tests_passed=0
tests_failed=0
background_pid=''
background_log=''

log_of() { # step name
    printf '%s/%s.log' "$log_folder" "${1// /-}"
}

# Adds up the closing lines of cargo's test programs. A step that failed without a failing test (it did not compile, a lint) counts
# as one failure, so that the sum cannot look clean.
count_tests() { # log, exit code of the step
    local passed failed
    read -r passed failed < <(awk '
        /^test result: / {
            for (i = 2; i <= NF; i++) {
                if ($i ~ /^passed;?$/) passed += $(i - 1)
                if ($i ~ /^failed;?$/) failed += $(i - 1)
            }
        }
        END { print passed + 0, failed + 0 }' "$1")
    if [ "$2" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
    tests_passed=$((tests_passed + passed))
    tests_failed=$((tests_failed + failed))
    counted=''
    if grep -q '^test result: ' "$1"; then counted="  ($passed passed, $failed failed)"; fi
}

report() { # name, exit code, seconds, log
    local counted
    count_tests "$4" "$2"
    if [ "$2" -eq 0 ]; then
        printf 'ok      %4s s%s\n' "$3" "$counted"
        return 0
    fi
    printf 'FAILED  %4s s%s\n' "$3" "$counted"
    echo "---- end of $4 ----"
    show_failure "$4"
    echo '----'
    return 1
}

# The whole list of failing tests matters more than the last lines of one of them.
show_failure() { # log
    grep -E '^test .*FAILED$|^error(\[|:)' "$1" | head -n 60
    tail -n 120 "$1"
}

step() { # name, command...
    local name="$1" log started code
    shift
    log="$(log_of "$name")"
    printf '%-22s' "$name"
    started=$SECONDS
    ("$@") >"$log" 2>&1 </dev/null
    code=$?
    report "$name" "$code" $((SECONDS - started)) "$log"
}

step_in_background() { # name, command...
    local name="$1"
    shift
    background_log="$(log_of "$name")"
    # A process group of its own, so that it can be ended with all that it started.
    set -m
    ("$@") >"$background_log" 2>&1 </dev/null &
    background_pid=$!
    set +m
}

await_background() { # name
    local started code
    printf '%-22s' "$1"
    started=$SECONDS
    wait "$background_pid"
    code=$?
    background_pid=''
    report "$1" "$code" $((SECONDS - started)) "$background_log"
}

not_run() { # name
    printf '%-22s%s\n' "$1" 'not run: what it needs is missing'
    tests_failed=$((tests_failed + 1))
}

finish() { # exit code of what ran
    # Something that stopped before its first step (a missing tool) has said so; it must not end in a clean sum either.
    if [ "$1" -ne 0 ] && [ "$tests_failed" -eq 0 ]; then tests_failed=1; fi
    echo "$tests_passed passed, $tests_failed failed"
    [ "$tests_failed" -eq 0 ]
    exit
}

end_background() {
    [ -z "$background_pid" ] || kill -- "-$background_pid" 2>/dev/null
}
trap end_background EXIT
