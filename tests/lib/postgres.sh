# A PostgreSQL of the run's own: made, used and thrown away. Sourced by tests/run.

# The folder of initdb and pg_ctl; nothing if there is none.
postgres_programs() {
    local folder
    if have initdb; then dirname "$(readlink -f "$(command -v initdb)")"; return; fi
    # Debian keeps the programs of each version out of PATH; the newest wins.
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -Vr); do
        [ -x "$folder/initdb" ] && { echo "$folder"; return; }
    done
}

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$EUID" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}

# Runs a command with PORTREEVE_TEST_POSTGRES naming a fresh cluster. Its password-less log-in is bound to loopback, and nothing in it is
# worth keeping, so it need not reach the disk.
with_postgres() { # command...
    local programs folder port code
    programs="$(postgres_programs)"
    folder="$(mktemp -d /tmp/portreeve-pg.XXXXXX)" || return 1
    chmod 711 "$folder" && mkdir "$folder/data" "$folder/socket" || return 1
    [ "$EUID" -ne 0 ] || chown postgres "$folder/data" "$folder/socket"
    port="$(free_port)"
    # shellcheck disable=SC2064
    trap "stop_postgres '$programs' '$folder'" EXIT
    (cd "$folder" && as_postgres "$programs/initdb" -D data -A trust -U postgres -E UTF8 --no-sync) || return 1
    (cd "$folder" && as_postgres "$programs/pg_ctl" -D data -l data/server.log -w start \
        -o "-p $port -k $folder/socket -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c max_connections=300") || {
        cat "$folder/data/server.log"
        return 1
    }
    PORTREEVE_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres" "$@"
}

stop_postgres() { # programs, folder
    (cd / && as_postgres "$1/pg_ctl" -D "$2/data" -m immediate stop)
    rm -rf "$2"
}
