# What the runs need from the distribution, by the program that proves it is there. Sourced by tests/run.

# program, Debian package
system_programs() {
    cat <<'TABLE'
cc              gcc
docker-registry docker-registry
dockerd         docker.io
containerd      containerd
ctr             containerd
skopeo          skopeo
podman          podman
buildah         buildah
unshare         util-linux
sqlite3         sqlite3
psql            postgresql
chromium        chromium
apache2         apache2
python3         python3
TABLE
}

have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
    if [ "$EUID" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# One package a line.
missing_packages() {
    local program package
    while read -r program package; do
        have "$program" || echo "$package"
    done < <(system_programs) | sort -u
    # Debian's docker command line is driven beside any newer one that comes first on PATH.
    [ -x /usr/bin/docker ] || echo docker.io
    [ -n "$(postgres_programs)" ] || echo postgresql
    # Modules and parts that no program of their own proves.
    [ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] || echo libapache2-mod-auth-openidc
    python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    { have node && have npm; } || echo nodejs npm
}

may_install() {
    have apt-get && have dpkg && { [ "$EUID" -eq 0 ] || { have sudo && sudo -n true 2>/dev/null; }; }
}

need_packages() {
    local missing started
    missing="$(missing_packages | sort -u | xargs)"
    [ -n "$missing" ] || { [ "$EUID" -eq 0 ] || need_sudo; return; }
    if ! may_install; then
        echo "tests/run needs these Debian packages, or their like: $missing" >&2
        echo "They can be installed here only by root, or with sudo, on Debian or Ubuntu. Nothing was run." >&2
        return 1
    fi
    # shellcheck disable=SC2086
    step 'packages' install_packages $missing
}

need_sudo() {
    have sudo && sudo -n true 2>/dev/null && return 0
    echo 'tests/run starts a Docker daemon, which needs root: run it as root or with sudo at hand. Nothing was run.' >&2
    return 1
}

install_packages() {
    local policy=/usr/sbin/policy-rc.d code
    # No service may start on its default port. A policy that is already there stays.
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod 755 "$policy" || return 1
        # shellcheck disable=SC2064
        trap "as_root rm -f $policy" EXIT
    fi
    as_root apt-get update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

need_rust() {
    have cargo && return 0
    echo "tests/run needs Rust $(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml) with rustfmt and clippy (rustup reads rust-toolchain.toml). Nothing was run." >&2
    return 1
}

# The tools' modules ask for Go 1.25 or newer; from 1.21 on, Go fetches the release that a module asks for by itself.
need_go() {
    [ -z "$(go_tools_missing)" ] && [ -d "$(go_room)" ] && return 0
    if ! have go && may_install; then step 'go' install_packages golang-go || return 1; fi
    local minor
    minor="$(go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')"
    [ "${minor:-0}" -ge 21 ] && return 0
    echo "tests/run builds $(go_tools_missing | xargs) and a client program with Go 1.21 or newer; found: ${minor:+1.}${minor:-none}. Nothing was run." >&2
    return 1
}
