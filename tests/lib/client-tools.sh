# What the client programs in tests/outside/clients need, kept outside the tree: npm's and PyPI's packages by lock files, and the programs
# in Go and Rust, built once for each state of their sources. Sourced by tests/run.

clients_folder='tests/outside/clients'

# Where a kind of tool is kept; another lock file or source means another folder.
client_room() { # kind, files that decide
    local kind="$1"
    shift
    printf '%s/%s-%s' "$tools_folder" "$kind" "$(cat "$@" | sha256sum | cut -c1-16)"
}

node_room()   { client_room node "$clients_folder"/node/package-lock.json; }
python_room() { client_room python "$clients_folder"/python/requirements.txt; }
go_room()     { client_room go-client "$clients_folder"/go/go.sum "$clients_folder"/go/main.go; }
rust_room()   { client_room rust-client "$clients_folder"/rust/Cargo.lock "$clients_folder"/rust/src/main.rs; }

# Fills a room in one go: what is interrupted leaves nothing that looks finished.
fill_room() { # room, command that is given a folder to fill
    local room="$1" scratch
    shift
    [ -d "$room" ] && return 0
    mkdir -p "$tools_folder"
    scratch="$(mktemp -d "$tools_folder/.filling.XXXXXX")" || return 1
    if "$@" "$scratch" && chmod 755 "$scratch" && mv -T "$scratch" "$room"; then return 0; fi
    rm -rf "$scratch"
    return 1
}

# No package may run a program of its own at installation.
install_node_packages() { # folder
    cp "$clients_folder"/node/package.json "$clients_folder"/node/package-lock.json "$1" || return 1
    (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
}

# A virtual environment finds its packages beside its own interpreter, so it may be moved once it is whole.
install_python_packages() { # folder
    python3 -m venv "$1" && "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
        -r "$clients_folder"/python/requirements.txt
}

build_go_client() { # folder
    (cd "$clients_folder/go" && GOFLAGS='' CGO_ENABLED=0 nice -n 10 go build -mod=readonly -trimpath -buildvcs=false -o "$1/portreeve-go-client" .)
}

build_rust_client() { # folder
    # Its dependencies stay built for the next state of the program.
    CARGO_TARGET_DIR="$tools_folder/rust-client-target" nice -n 10 cargo build --quiet --locked --manifest-path "$clients_folder/rust/Cargo.toml" || return 1
    cp "$tools_folder/rust-client-target/debug/portreeve-rust-client" "$1"
}

build_client_tools() {
    local failed=0
    fill_room "$(node_room)" install_node_packages     || { echo 'npm packages: not installed'; failed=1; }
    fill_room "$(python_room)" install_python_packages || { echo 'Python packages: not installed'; failed=1; }
    fill_room "$(go_room)" build_go_client             || { echo 'program in Go: not built'; failed=1; }
    fill_room "$(rust_room)" build_rust_client         || { echo 'program in Rust: not built'; failed=1; }
    return "$failed"
}

# The programs run on what they were written for; an older Node.js fails in ways that tell nobody why.
need_node() {
    local major
    major="$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p')"
    [ "${major:-0}" -ge 20 ] && have npm && return 0
    echo "tests/run drives client libraries with Node.js 20 or newer and npm; found: ${major:-none}. Nothing was run." >&2
    return 1
}

client_tools_path() { printf '%s:%s' "$(go_room)" "$(rust_room)"; }
