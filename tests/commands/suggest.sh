#!/bin/sh
# Slices to label next are named, away from those that have labels, and two models are compared.
. "$(dirname "$0")/helpers.sh"
need_model

cytomo suggest "$CELL/tomogram.mrc" --count 2 --views 2 --json
first=$(json out.txt slices 0 slice) second=$(json out.txt slices 1 slice)
[ "$first" -ge 0 ] && [ "$first" -lt 64 ] || fail "slice $first of 64"
[ "$first" != "$second" ] || fail "slice $first twice"
expect 0 "first number of a slice" json out.txt slices_count_from
[ -n "$(json out.txt slices 0 reason)" ] || fail "no reason"

cytomo suggest "$CELL/tomogram.mrc" --count 2 --views 2
grep -q "count from 1" err.txt out.txt || fail "does not say how slices are counted: $(cat out.txt)"
awk -v a="$first" '$1 == a && $2 == a + 1 { found = 1 } END { exit !found }' out.txt ||
    fail "not slice $first, from 1 $((first + 1)): $(cat out.txt)"

# The same model before and after: nothing changed.
model=${CYTOMO_MODEL:-$SOURCE/models/default.safetensors}
cytomo suggest "$CELL/tomogram.mrc" --count 1 --views 2 --model "$model" --previous "$model" --picture where.png
grep -q "no longer change the volumes" out.txt || fail "does not say that it is enough: $(cat out.txt)"
[ -s where.png ] || fail "no picture"
refused 1 "where.png" suggest "$CELL/tomogram.mrc" --picture where.png

# Every voxel of the cell is labelled: there is nothing left.
refused 1 "255 where you did not look" suggest "$CELL/tomogram.mrc" --labels "$CELL/classes.tif"
refused 2 "--count" suggest "$CELL/tomogram.mrc" --count 0
