#!/bin/sh
# Volumes measured of the true labels add up to the truth.
. "$(dirname "$0")/helpers.sh"

cytomo measure "$CELL/tomogram.mrc" "$CELL/classes.tif" found --instances "$CELL/instances.tif"
holds found filopodia.csv instances.tif objects.csv summary.json
json found/summary.json >/dev/null
column() { # FILE NAME: the numbers of a column
    awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == name) c = i; next } { print $c }' "$1"
}
sum() { awk '{ s += $1 } END { printf "%.9g\n", s }'; }
truth=$(grep -o '"labelled_volume_um3": [-0-9.e]*' "$CELL/truth.json" | awk '{ print $2 }' | sum)
about "$(column found/objects.csv volume_um3 | sum)" "$truth" 0.0001 "volume of all objects"
expect "$(grep -c '"labelled_volume_um3"' "$CELL/truth.json")" "objects" \
    sh -c "tail -n +2 found/objects.csv | wc -l | tr -d ' '"

cytomo measure "$CELL/tomogram.mrc" "$CELL/classes.tif" own
column own/objects.csv volume_um3 | awk '!($1 > 0) { exit 1 }' || fail "an object without volume"
