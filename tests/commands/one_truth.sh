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
# surface smooths as analyze does, unless it is told otherwise.
cytomo surface result/found/probability.tif drawn --probabilities
cmp -s drawn/mitochondrion.ply result/surfaces/mitochondrion.ply ||
    expect "$(grep -a -m 1 '^element vertex' result/surfaces/mitochondrion.ply)" "vertices of mitochondria" \
        grep -a -m 1 '^element vertex' drawn/mitochondrion.ply

# Corrections: all that was not touched keeps every digit, and all is drawn again.
one_truth edits result >edits.txt
cytomo measure result --edits edits.txt -o corrected
one_truth agrees corrected
one_truth untouched result corrected edits.txt err.txt >compared.txt
# One line at a time, too: an object of each class deleted, two merged.
cp -r result plain
sed -i 's/"pictures": *"full"/"pictures": "none"/' plain/found/found.json
one_truth single_edits result >lines.txt
[ "$(wc -l <lines.txt)" -ge 5 ] || fail "too few kinds of corrections: $(cat lines.txt)"
while read -r line; do
    echo "$line" >one-edit.txt
    cytomo measure plain --edits one-edit.txt -o one-edit --placements 0 --overwrite
    one_truth untouched result one-edit one-edit.txt err.txt >>compared.txt
done <lines.txt
for table in objects surfaces filopodia filopodium_profiles network absorption round_objects absorption_profiles positions; do
    grep -q "^$table [1-9]" compared.txt || fail "no untouched object of $table was compared: this tests nothing"
done
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
# edits.txt is what was carried out; a list that was not, this time, is set aside and stays.
cmp -s here/edits.kept.txt edits.txt || fail "the list of corrections is lost"
[ ! -e here/edits.txt ] || fail "edits.txt is there, though nothing was corrected"
grep -q "the list becomes here/edits.kept.txt" err.txt || fail "does not say where the list is: $(cat err.txt)"
# Other definitions of the measures are told before their numbers are exchanged for others.
change() { /usr/bin/python3 -c 'import json, sys
j = json.load(open(sys.argv[1]))
exec(sys.argv[2])
json.dump(j, open(sys.argv[1], "w"))' "$@"; }
! grep -q "definitions" err.txt || fail "takes the same definitions for others"
change here/summary.json 'j["definitions"] = 0'
head -n 1 edits.txt >fewer.txt
cytomo measure here --overwrite --edits fewer.txt
cmp -s here/edits.txt fewer.txt || fail "edits.txt is not the list that was carried out"
cmp -s here/edits.kept.txt edits.txt || fail "the list that was set aside is lost"
grep -q "here: its measures follow definitions 0, those written now definitions [1-9]" err.txt || fail "does not say that definitions differ"
tail -n 1 edits.txt >other.txt
cp -R here other
cytomo measure other --overwrite --edits other.txt
cmp -s other/edits.txt other.txt || fail "edits.txt is not the other list"
cmp -s other/edits.kept-2.txt fewer.txt || fail "another list replaces the one of before, which is nowhere"
rm -r other
# A list of the user that was never carried out there is a file as any other.
cp -R plain own
cp edits.txt own/edits.txt
cytomo measure own --overwrite --edits fewer.txt --placements 0
cmp -s own/edits.txt fewer.txt || fail "edits.txt is not the list that was carried out"
cmp -s own/edits.kept.txt edits.txt || fail "the user's list is lost"
[ ! -e own/edits.kept-2.txt ] || fail "the user's list is there twice"
rm -r own
change here/summary.json 'del j["definitions"]'
cytomo measure here --overwrite
grep -q "here: its measures follow the definitions of an earlier version" err.txt || fail "does not say that definitions are not known"
cmp -s here/edits.kept-2.txt fewer.txt || fail "the list is not set aside"
cmp -s here/edits.kept.txt edits.txt || fail "the list that was set aside before is lost"
cytomo measure here --overwrite
cmp -s here/edits.kept-2.txt fewer.txt && cmp -s here/edits.kept.txt edits.txt || fail "lists that were set aside are lost"
! grep -q "definitions" err.txt || fail "what was measured again has the definitions of before"

# compare reads what the tables say, and knows that all this is one tomogram.
cytomo compare both --group a=result --group b=same
one_truth compared both result same
grep -q "the same tomogram: it counts twice" err.txt || fail "one tomogram passes for two: $(cat err.txt)"
! grep -q "Different\|different" err.txt || fail "finds differences where there are none: $(cat err.txt)"
cytomo compare both --group a=result --group b=corrected --overwrite
grep -q "corrected by hand, others not: as found (such as result); corrected (such as corrected)" err.txt ||
    fail "does not say that one was corrected: $(cat err.txt)"
cytomo measure here -o rough --smoothing 0 --tilt-range=-50,50
cytomo compare both --group a=result --group b=rough --overwrite
grep -q "smoothed differently (--smoothing): 0 (such as rough); 8 (such as result)" err.txt || fail "does not say that smoothing differs"
grep -q "Different tilts .*: -50,50, axis 0 degrees (such as rough)" err.txt || fail "does not say that tilts differ"
! grep -q "different options" err.txt || fail "takes options of measuring for those of segmenting"
cytomo measure "$CELL/tomogram.mrc" result/classes.tif by-classes --placements 19
cytomo compare both --group a=result --group b=by-classes --overwrite
grep -q "Objects were told apart in different ways" err.txt || fail "does not say that objects were found otherwise"
! grep -q "Different\|different options" err.txt || fail "takes the same model and version for others: $(cat err.txt)"

# Only what analyze found is copied.
echo mine >here/found/notes.txt
cytomo measure here -o copied
holds copied/found found.json objects.tif $(cd result/found && echo probability.*.tif)
diff -r result/found copied/found -x found.json || fail "what was found was not copied as it was"
refused 2 "expected a folder for results, found one within" measure here -o here/found/new
refused 2 "expected a folder for results, found one within" measure here -o here/../here/found --overwrite
(cd here/found && refused 2 "expected a folder for results, found one within" measure .. -o new)
refused 2 "expected a folder for results, found one within" measure here -o here/pictures --overwrite
[ ! -e here/found/new ] || fail "something was written into what was found"
# What was asked for once holds when the result is measured again.
cytomo measure here -o smoother --smoothing 30 --placements 0
cytomo measure smoother -o again
for what in Smoothing Measures; do
    /usr/bin/python3 -c 'import json, sys
a, b = (json.load(open(f + "/summary.json"))["record"][sys.argv[1]] for f in ("smoother", "again"))
sys.exit(0 if a == b else f"{a} and then {b}")' $what || fail "$what was forgotten"
done

# Files that are not those that analyze left, whole or in part.
spoilt() { # TEXT, and what spoils the folder "spoilt"
    rm -rf spoilt
    cp -r result spoilt
    (cd spoilt && eval "$2")
    refused 1 "$1" measure spoilt -o no
}
sum='import sys; b = bytearray(open(sys.argv[1], "rb").read()); b[len(b) // 2] ^= 1; open(sys.argv[1], "wb").write(b)'
spoilt "objects.tif: expected the file with the checksum" "/usr/bin/python3 -c '$sum' found/objects.tif"
spoilt "probability.vesicle.tif: expected the file with the checksum" "cp found/probability.nucleus.tif found/probability.vesicle.tif"
spoilt "probability.vesicle.tif: expected what cytomo analyze found, found no file" "rm found/probability.vesicle.tif"
spoilt "found: expected what was found in the tomogram of this result" \
    "change found/found.json 'j[\"tomogram_checksum\"] = \"0123456789abcdef\"'"
spoilt "the grid that found.json says" "change found/found.json 'j[\"model\"][\"voxel_um\"][2] *= 1.01'"
spoilt "the grid that found.json says" "change found/found.json 'j[\"model\"][\"origin_um\"][0] += 0.01'"
spoilt "found.json: expected sizes and voxel edges above 0" "change found/found.json 'j[\"tomogram\"][\"voxel_um\"][0] = 0'"
spoilt "found.json: expected sizes and voxel edges above 0" "change found/found.json 'j[\"model\"][\"size\"][0] = -1'"
spoilt "found.json: expected what cytomo writes there" "truncate -s 100 found/found.json"
spoilt "found no found/found.json" "rm found/found.json"
spoilt "found no summary.json" "rm summary.json"
spoilt "expected the checksum of the tomogram, found none" "change summary.json 'del j[\"record\"]'"
# Earlier versions noted no checksums: places are looked at, and it is said.
spoilt "objects.tif: expected the grid that found.json says" \
    "change found/found.json 'del j[\"checksums\"]'; '$CYTOMO' convert found/objects.tif moved.tif --voxel-nm 25 --quiet; mv moved.tif found/objects.tif"
rm -rf spoilt
cp -r here spoilt
change spoilt/found/found.json 'del j["checksums"], j["tomogram_checksum"]; j["options"].update(tilt_range="", lac_scale="", tilt_axis_deg=0, placements=19, voxel_error_percent=1)'
cytomo measure spoilt --overwrite
grep -q "noted no checksums" err.txt || fail "does not say that nobody looked at what was found"
cmp -s spoilt/surfaces.csv result/surfaces.csv || fail "notes of an earlier version are read otherwise"

# Refused: nowhere to write, another tomogram, painted classes, nothing kept.
refused 2 "expected -o FOLDER" measure result
refused 2 "expected no --voxel-nm" measure result -o no --voxel-nm 40
refused 2 "expected one folder for results" measure "$CELL/tomogram.mrc" "$CELL/classes.tif" no -o other
refused 1 "line 1" measure result -o no --edits "$(echo 'delete 99999' >bad.txt; echo bad.txt)"
refused 1 "expected a list of edits, found a folder" measure result -o no --edits result
refused 1 "nothing.txt: expected a list of edits, found nothing of that name" measure result -o no --edits nothing.txt
printf '\377\376d\0' >utf16.txt
refused 1 "utf16.txt: expected text in UTF-8, found text in UTF-16" measure result -o no --edits utf16.txt
refused 1 "with the checksum" measure result -o no --tomogram "$CELL/classes.tif"
cp corrected/classes.tif here/classes.tif
refused 1 "as cytomo left them" measure here -o no
rm -r here/found
refused 1 "without --no-probabilities" measure here -o no
[ ! -e no ] || fail "something was left behind"
