# What the cases share. Each runs in an empty folder of its own, with CYTOMO (the program), CELL (a simulated
# cell of 64 x 64 x 24 voxels of 40 nm) and SOURCE (the repository) in the environment.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    echo "$*" >&2
    [ ! -s err.txt ] || sed 's/^/stderr: /' err.txt >&2
    exit 1
}

skip() {
    echo "skipped: $*"
    exit 77
}

# cytomo ARGUMENT…: must succeed. What it prints goes to out.txt and err.txt.
cytomo() {
    "$CYTOMO" "$@" >out.txt 2>err.txt || fail "cytomo $*: exit code $?"
}

# refused CODE TEXT ARGUMENT…: must end with this exit code and say TEXT on stderr.
refused() {
    wanted_code=$1 wanted_text=$2
    shift 2
    code=0
    "$CYTOMO" "$@" >out.txt 2>err.txt || code=$?
    [ "$code" -eq "$wanted_code" ] || fail "cytomo $*: exit code $code instead of $wanted_code"
    grep -qF -- "$wanted_text" err.txt || fail "cytomo $*: does not say '$wanted_text'"
}

# json FILE KEY…: prints one value.
json() {
    "$CMAKE" -DFILE="$1" -DKEYS="$(shift; IFS=';'; echo "$*")" -P "$here/json.cmake"
}

# expect VALUE WHAT COMMAND…: the command must print VALUE.
expect() {
    wanted=$1 what=$2
    shift 2
    found=$("$@")
    [ "$found" = "$wanted" ] || fail "$what: '$found' instead of '$wanted'"
}

# The folder holds these names and no others.
holds() {
    folder=$1
    shift
    expect "$(printf '%s\n' "$@" | LC_ALL=C sort)" "names in $folder" env LC_ALL=C ls -A "$folder"
}

# What measure and analyze write, one table for each kind of thing.
tables="absorption.csv absorption_profiles.csv cell_edge.csv class_intervals.csv columns.csv contacts.csv
    distances.csv filopodia.csv filopodium_branches.csv filopodium_profiles.csv network.csv
    network_summary.csv objects.csv positions.csv radial.csv round_objects.csv space.csv surfaces.csv
    texture.csv"

# about VALUE WANTED TOLERANCE WHAT
about() {
    awk -v a="$1" -v b="$2" -v t="$3" 'BEGIN { exit !(a - b <= t && b - a <= t) }' || fail "$4: $1 instead of $2"
}

need_model() {
    [ -n "${CYTOMO_MODEL:-}" ] || [ -f "$SOURCE/models/default.safetensors" ] || skip "there is no default model"
}
