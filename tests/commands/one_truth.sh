#!/bin/sh
# No two places of a result say different things: objects and class totals, summary, tables, meshes and page, analyze and
# measure, and what compare reads of them.
. "$(dirname "$0")/helpers.sh"
need_model
one_truth() { /usr/bin/python3 "$here/one_truth.py" "$@" || fail "one_truth.py $*"; }

# Classes by hand, among them pieces too small to be objects: they are a row of their own, and nobody draws them.
cytomo measure "$CELL/tomogram.mrc" "$CELL/classes.tif" by-hand --placements 0 --min-volume-um3 0.01
one_truth agrees by-hand
one_truth has_outside by-hand
cytomo surface "$CELL/classes.tif" meshes --per-instance --smooth 0 --format stl --min-volume-um3 0.01
one_truth meshes meshes by-hand
cytomo measure "$CELL/tomogram.mrc" "$CELL/classes.tif" given --instances "$CELL/instances.tif" --placements 0
one_truth agrees given

# analyze, and measure without corrections: the same files, to the byte.
cytomo analyze "$CELL/tomogram.mrc" result --views 1 --placements 19
grep -q "^found: [0-9.]* MB, kept for measuring again" err.txt || fail "the size of what is kept is not said: $(cat err.txt)"
one_truth agrees result
cytomo measure result -o same
expect "result/report.html" "files that differ" sh -c "diff -rq result same | awk '/^Files/ { print \$2 } /^Only/' |
    grep -v 'summary.json$'"
one_truth same_summary result same
cytomo surface result/found/probability.tif drawn --probabilities --smooth 8
cmp -s drawn/mitochondrion.ply result/surfaces/mitochondrion.ply ||
    expect "$(grep -a -m 1 '^element vertex' result/surfaces/mitochondrion.ply)" "vertices of mitochondria" \
        grep -a -m 1 '^element vertex' drawn/mitochondrion.ply

# Corrections: all that was not touched keeps every digit, and all is drawn again.
one_truth edits result >edits.txt
cytomo measure result --edits edits.txt -o corrected
one_truth agrees corrected
one_truth untouched result corrected edits.txt
holds corrected .cytomo-files $tables classes.tif edits.txt error_model.json found instances.tif measures.json pictures report.html \
    summary.json surfaces
[ "$(find corrected/pictures -name '*.png' | wc -l)" -ge 5 ] || fail "pictures are missing: $(ls corrected/pictures)"
! cmp -s corrected/pictures/surfaces.png result/pictures/surfaces.png || fail "the picture is that of the uncorrected cell"
expect full "the record's pictures" json corrected/summary.json record Pictures
grep -q "Edits</dt><dd>.*edits.txt" corrected/report.html || fail "the page does not say what was corrected"

# In its place, as a whole; corrections start from what was found, so that a list can be carried out again, or no more.
cp -r result here
cytomo measure here --edits edits.txt --overwrite
cytomo measure here --edits here/edits.txt --overwrite
for file in objects.csv surfaces.csv classes.tif instances.tif edits.txt; do
    cmp -s "here/$file" "corrected/$file" || fail "$file differs from that in another folder"
done
# As much is drawn as analyze was asked for.
sed -i 's/"pictures": *"full"/"pictures": "none"/' here/found/found.json
cytomo measure here --overwrite
expect plots.svg "what is drawn where analyze drew no pictures" ls here/pictures
expect none "the record's pictures" json here/summary.json record Pictures
! grep -Eq 'id="(slices|view|picture)"' here/report.html || fail "the page has pictures that analyze was not asked for"
cmp -s here/objects.csv result/objects.csv || fail "without corrections it is not what it was"
cmp -s here/edits.txt edits.txt || fail "the list of corrections is lost"

# compare reads what the tables say, and knows that all this is one tomogram.
cytomo compare both --group a=result --group b=same
one_truth compared both result same
grep -q "the same tomogram: it counts twice" err.txt || fail "one tomogram passes for two: $(cat err.txt)"
! grep -q "Different\|different" err.txt || fail "finds differences where there are none: $(cat err.txt)"
cytomo compare both --group a=result --group b=corrected --overwrite
grep -q "corrected by hand, others not: as found (such as result); corrected (such as corrected)" err.txt ||
    fail "does not say that one was corrected: $(cat err.txt)"
cytomo measure "$CELL/tomogram.mrc" result/classes.tif by-classes --placements 19
cytomo compare both --group a=result --group b=by-classes --overwrite
grep -q "Objects were told apart in different ways" err.txt || fail "does not say that objects were found otherwise"
! grep -q "Different" err.txt || fail "takes the same model and version for others: $(cat err.txt)"

# Refused: nowhere to write, another tomogram, painted classes, nothing kept.
refused 2 "expected -o FOLDER" measure result
refused 2 "expected no --voxel-nm" measure result -o no --voxel-nm 40
refused 2 "go with a folder" measure "$CELL/tomogram.mrc" "$CELL/classes.tif" no -o other
refused 1 "line 1" measure result -o no --edits "$(echo 'delete 99999' >bad.txt; echo bad.txt)"
refused 1 "with the checksum" measure result -o no --tomogram "$CELL/classes.tif"
cp corrected/classes.tif here/classes.tif
refused 1 "as cytomo left them" measure here -o no
rm -r here/found
refused 1 "without --no-probabilities" measure here -o no
[ ! -e no ] || fail "something was left behind"
