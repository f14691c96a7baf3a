# Go programs that the runs in tests/outside drive: built once per version, kept outside the tree.
# Sourced by tests/run.

tools_folder="${PORTREEVE_TOOLS:-$HOME/.cache/portreeve-tools}"

# name, module, package under the module, version. The registry takes longest, so it comes first.
go_tools() {
    cat <<'TABLE'
registry github.com/distribution/distribution/v3 cmd/registry v3.1.2
crane    github.com/google/go-containerregistry  cmd/crane    v0.22.1
regctl   github.com/regclient/regclient          cmd/regctl   v0.11.7
oras     oras.land/oras                          cmd/oras     v1.3.3
notation github.com/notaryproject/notation       cmd/notation v1.3.2
TABLE
}

# The folder that holds one version of one tool; `tests/outside` finds the program in it by its plain name.
go_tool_folder() { # name version
    printf '%s/%s-%s' "$tools_folder" "$1" "$2"
}

go_tools_missing() {
    local name module package version
    while read -r name module package version; do
        [ -x "$(go_tool_folder "$name" "$version")/$name" ] || echo "$name"
    done < <(go_tools)
}

# Builds one tool in a throw-away module. `go install PACKAGE@VERSION` would also ask for the module's version list, which
# not every module mirror serves; a module that requires exactly one version does without.
build_go_tool() { # name module package version
    local folder scratch
    folder="$(go_tool_folder "$1" "$4")"
    [ -x "$folder/$1" ] && return 0
    mkdir -p "$tools_folder"
    scratch="$(mktemp -d "$tools_folder/.build-$1.XXXXXX")" || return 1
    (
        trap 'rm -rf "$scratch"' EXIT
        mkdir "$scratch/module" "$scratch/out" && cd "$scratch/module" || exit 1
        printf 'module scratch\n\ngo 1.25\n\nrequire %s %s\n' "$2" "$4" > go.mod
        started=$SECONDS
        # GOFLAGS and GOBIN of the caller must not change what is built.
        GOFLAGS='' CGO_ENABLED=0 nice -n 10 go build -mod=mod -trimpath -buildvcs=false \
            -ldflags='-s -w' -o "$scratch/out/$1" "$2/$3" || exit 1
        # A rename is the last act: a build that is killed leaves nothing that looks finished.
        rm -rf "$folder" && mv -T "$scratch/out" "$folder" || exit 1
        echo "$1 $4 built in $((SECONDS - started)) s"
    )
}

build_go_tools() {
    local name module package version failed=0
    while read -r name module package version; do
        build_go_tool "$name" "$module" "$package" "$version" </dev/null || { echo "$name $version: build failed"; failed=1; }
    done < <(go_tools)
    return "$failed"
}

# The tools' folders, joined for PATH.
go_tools_path() {
    local name module package version path=''
    while read -r name module package version; do
        path="$path$(go_tool_folder "$name" "$version"):"
    done < <(go_tools)
    printf '%s' "${path%:}"
}
