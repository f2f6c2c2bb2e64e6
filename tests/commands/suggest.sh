#!/bin/sh
# Slices to label next are named, away from those that have labels, and two models are compared.
. "$(dirname "$0")/helpers.sh"
need_model

cytomo suggest "$CELL/tomogram.mrc" --count 2 --views 2 --json
first=$(json out.txt slices 0 slice) second=$(json out.txt slices 1 slice)
[ "$first" -ge 0 ] && [ "$first" -lt 24 ] || fail "slice $first of 24"
[ "$first" != "$second" ] || fail "slice $first twice"
expect 0 "first number of a slice" json out.txt slices_count_from
[ -n "$(json out.txt slices 0 reason)" ] || fail "no reason"

cytomo suggest "$CELL/tomogram.mrc" --count 2 --views 2
grep -q "count from 1, as in Fiji" out.txt || fail "does not say how slices are counted: $(cat out.txt)"
grep -q "^slice $((first + 1)) of 24 (index $first, z = " out.txt || fail "not index $first: $(cat out.txt)"
grep -q "^Doubt: how unsure" out.txt || fail "does not say what doubt is: $(cat out.txt)"

# The same model before and after: nothing changed.
model=${CYTOMO_MODEL:-$SOURCE/models/default.safetensors}
cytomo suggest "$CELL/tomogram.mrc" --count 1 --views 2 --model "$model" --previous "$model" --picture where.png
grep -q "no longer change the volumes" out.txt || fail "does not say that it is enough: $(cat out.txt)"
grep -q "Volumes of all voxels of a class.*analyze measures other ones" out.txt || fail "does not say which volumes these are"
[ -s where.png ] || fail "no picture"
refused 1 "where.png" suggest "$CELL/tomogram.mrc" --picture where.png

# Every voxel of the cell is labelled: there is nothing left.
refused 1 "255 where you did not look" suggest "$CELL/tomogram.mrc" --labels "$CELL/classes.tif"

# Labels as other programs write them: slice 10 is 120 ("x") throughout, the rest was left at 0.
cytomo convert "$CELL/classes.tif" classes.npy
slice=$((64 * 64))
zeros() { head -c $((slice * $1)) /dev/zero; }
{
    head -c $(($(wc -c <classes.npy) - 24 * slice)) classes.npy
    zeros 10
    zeros 1 | tr '\0' x
    zeros 13
} >labels.npy
[ "$(wc -c <labels.npy)" -eq "$(wc -c <classes.npy)" ] || fail "wrong size of labels.npy"
refused 1 "120" suggest "$CELL/tomogram.mrc" --labels labels.npy
refused 1 "255 where you did not look" suggest "$CELL/tomogram.mrc" --labels labels.npy --classes 120=mitochondrion
cytomo suggest "$CELL/tomogram.mrc" --labels labels.npy --classes 120=mitochondrion --empty-slices-unlabelled \
    --count 1 --views 1 --json
expect 10 "the labelled slice" json out.txt labelled 0
refused 2 "--count" suggest "$CELL/tomogram.mrc" --count 0
