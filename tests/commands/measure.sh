#!/bin/sh
# Volumes measured of the true labels add up to the truth.
. "$(dirname "$0")/helpers.sh"

cytomo measure "$CELL/tomogram.mrc" "$CELL/classes.tif" found --instances "$CELL/instances.tif"
holds found .cytomo-files $tables instances.tif measures.json summary.json
json found/summary.json >/dev/null
column() { # FILE NAME: the numbers of a column
    awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == name) c = i; next } { print $c }' "$1"
}
sum() { awk '{ s += $1 } END { printf "%.9g\n", s }'; }
truth=$(grep -o '"labelled_volume_um3": [-0-9.e]*' "$CELL/truth.json" | awk '{ print $2 }' | sum)
about "$(column found/objects.csv volume_um3 | sum)" "$truth" 0.0001 "volume of all objects"
expect "$(grep -c '"labelled_volume_um3"' "$CELL/truth.json")" "objects" \
    sh -c "tail -n +2 found/objects.csv | wc -l | tr -d ' '"

# No digits that arithmetic made up: ten of them are more than is known.
tail -n +2 found/objects.csv | tr ',' '\n' | grep '[0-9]\.[0-9]' | sed 's/e.*//; s/[-.]//g; s/^0*//' |
    awk 'length($0) > 10 { bad = bad " " $0 } END { if (NR < 100 || bad) { print NR, bad; exit 1 } }' >digits.txt ||
    fail "digits of objects.csv: $(cat digits.txt)"
! grep -q '[0-9]\.[0-9]\{14\}' found/summary.json found/measures.json || fail "more digits in JSON than in tables"

cytomo measure "$CELL/tomogram.mrc" "$CELL/classes.tif" own
column own/objects.csv volume_um3 | awk '!($1 > 0) { exit 1 }' || fail "an object without volume"

# The dictionary knows every column of every table.
for table in $tables; do
    head -1 "found/$table" | tr ',' '\n' | while read -r name; do
        [ "$table" = columns.csv ] || grep -q "^${table%.csv},$name," found/columns.csv || fail "$table: $name is not explained"
    done
done
json found/measures.json objects columns volume_um3 unit >/dev/null

# Edits: an object deleted, two merged.
first=$(column found/objects.csv object | tail -n 1)
printf 'delete %s\n' "$first" > edits.txt
cytomo measure "$CELL/tomogram.mrc" "$CELL/classes.tif" edited --instances "$CELL/instances.tif" --edits edits.txt
column edited/objects.csv object | grep -qx "$first" && fail "object $first was not deleted"
printf 'merge 1 99999\n' > edits.txt
refused 1 "edits.txt, line 1" measure "$CELL/tomogram.mrc" "$CELL/classes.tif" none --instances "$CELL/instances.tif" \
    --edits edits.txt

# Calibration: relative grey becomes absorption.
head -1 found/absorption.csv | grep -q "mean_relative_grey" || fail "grey values are not called relative"
cytomo measure "$CELL/tomogram.mrc" "$CELL/classes.tif" calibrated --lac-scale=-1 --placements 0
head -1 calibrated/absorption.csv | grep -q "mean_lac_per_um" || fail "no absorption: $(head -1 calibrated/absorption.csv)"
refused 2 "--lac-scale" measure "$CELL/tomogram.mrc" "$CELL/classes.tif" none --lac-scale nonsense
refused 2 "--tilt-range" measure "$CELL/tomogram.mrc" "$CELL/classes.tif" none --tilt-range 60
refused 2 "expected a tomogram" measure
cytomo measure --columns
grep -q '^### objects.csv' out.txt || fail "--columns prints no dictionary"
