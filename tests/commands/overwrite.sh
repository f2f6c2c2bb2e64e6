#!/bin/sh
# An existing result stays, unless --overwrite is given, which replaces the results and nothing else.
. "$(dirname "$0")/helpers.sh"

echo precious > taken.tif
mkdir taken
echo precious > taken/notes.txt
refused 1 "--overwrite" convert "$CELL/tomogram.mrc" taken.tif
refused 1 "--overwrite" simulate taken --size 32
refused 1 "--overwrite" surface "$CELL/classes.tif" taken
refused 1 "--overwrite" measure "$CELL/tomogram.mrc" "$CELL/classes.tif" taken
echo precious > taken.png
refused 1 "--overwrite" render slices "$CELL/tomogram.mrc" -o taken.png
expect precious "the picture" cat taken.png
rm taken.png
expect precious "the file" cat taken.tif
holds taken notes.txt

cytomo convert "$CELL/tomogram.mrc" taken.tif --overwrite
cytomo info taken.tif --json
expect 64 "size along x" json out.txt size 0
cytomo surface "$CELL/classes.tif" taken --overwrite
[ -s taken/mitochondrion.ply ] || fail "no surface written"
expect precious "a file of another name" cat taken/notes.txt
holds . err.txt out.txt taken taken.tif

# Results of a folder are replaced as a whole: no object of the first run is left in the second.
cytomo surface "$CELL/classes.tif" meshes --per-instance
[ "$(find meshes/objects -name '*.ply' | wc -l)" -gt 3 ] || fail "too few objects"
echo precious > meshes/objects/notes.txt
mkdir meshes/mine
echo precious > meshes/mine/notes.txt
cytomo surface "$CELL/classes.tif" meshes --format stl --overwrite
expect "" "files of the first run" find meshes -name '*.ply'
[ -s meshes/mitochondrion.stl ] || fail "no surface written"
holds meshes/objects notes.txt
expect precious "a file among results" cat meshes/objects/notes.txt
expect precious "a folder among results" cat meshes/mine/notes.txt

# What is read is not lost, and the folder where one stands stays the same.
mkdir here
cp "$CELL/classes.tif" here
(cd here && cytomo simulate . --size 32 --voxel-nm 40 --overwrite)
holds here .cytomo-files classes.kept.tif classes.tif err.txt instances.tif out.txt tomogram.mrc truth.json
cmp -s here/classes.kept.tif "$CELL/classes.tif" || fail "a file of the user is gone"
printf 'delete 1\n' > edits.txt
cytomo measure "$CELL/tomogram.mrc" "$CELL/classes.tif" numbers --edits edits.txt --placements 0
cp "$CELL/tomogram.mrc" numbers
cp numbers/classes.tif classes.tif
cytomo measure numbers/tomogram.mrc numbers/classes.tif numbers --overwrite --placements 0
cmp -s numbers/tomogram.mrc "$CELL/tomogram.mrc" || fail "the tomogram that was read is gone"
cmp -s numbers/classes.tif classes.tif || fail "a result that was read is gone"
[ -s numbers/objects.csv ] || fail "no table written"
rm classes.tif edits.txt
holds . err.txt here meshes numbers out.txt taken taken.tif

# Results of another command are never replaced, and --overwrite is not advised there.
other() { # FOLDER COMMAND ARGUMENT…: refused with --overwrite and without, since COMMAND wrote FOLDER; all stays
    place=$1 writer=$2
    shift 2
    cp -r "$place" copy
    for option in --quiet --overwrite; do
        refused 1 "$place: expected a new folder or an earlier result of cytomo $1, found a result of cytomo $writer. Choose another folder" \
            "$@" $option
        ! grep -q -- "--overwrite" err.txt || fail "advises --overwrite: $(cat err.txt)"
        diff -r copy "$place" || fail "cytomo $* $option changed $place"
    done
    rm -r copy
}
own() { # FOLDER COMMAND ARGUMENT…: refused without --overwrite, of which it speaks
    place=$1
    shift
    refused 1 "$place: expected a name that is free, found a result of cytomo $1. Choose another name or pass --overwrite" "$@"
}
others_results() { # of simulate in "here", of surface in "meshes", of measure in "numbers"
    other here simulate analyze here/tomogram.mrc here
    other here simulate measure here/tomogram.mrc here/classes.tif here
    other here simulate surface here/classes.tif here
    other here simulate bias here --cells 1
    other meshes surface measure "$CELL/tomogram.mrc" "$CELL/classes.tif" meshes
    other meshes surface simulate meshes --size 32
    other numbers measure analyze numbers/tomogram.mrc numbers
    other numbers measure surface numbers/classes.tif numbers
    other numbers measure bias numbers --like numbers/tomogram.mrc --cells 1
    own here simulate here --size 32
    own meshes surface "$CELL/classes.tif" meshes
    own numbers measure "$CELL/tomogram.mrc" "$CELL/classes.tif" numbers
}
others_results
# Lists of earlier versions do not name the command.
for place in here meshes numbers; do
    grep -q '^# Written by cytomo [a-z]*$' $place/.cytomo-files || fail "the list does not say who wrote $place"
    sed -i '/^# Written by/d' $place/.cytomo-files
done
others_results
# Version 0.1.0 wrote no lists.
rm here/.cytomo-files meshes/.cytomo-files numbers/.cytomo-files
others_results

# A result of analyze, as version 0.1.0 left it, too; the message shows the call with another folder.
mkdir analysis
echo '{"record": {"program": "cytomo 0.1.0"}}' > analysis/summary.json
echo "a page of cytomo" > analysis/report.html
cp "$CELL/classes.tif" analysis
mkdir analysis/surfaces
cp meshes/mitochondrion.stl analysis/surfaces
cp -r analysis listed
(cd listed && ls -p -d * surfaces/* > .cytomo-files)
for result in analysis listed; do
    other $result analyze surface $result/classes.tif $result
    grep -qx "  cytomo surface $result/classes.tif $result-surfaces" err.txt || fail "shows no call: $(cat err.txt)"
    other $result/surfaces analyze surface $result/classes.tif $result/surfaces
    other $result analyze measure "$CELL/tomogram.mrc" $result/classes.tif $result
    other $result analyze simulate $result --size 32
    other $result analyze bias $result --cells 1
    own $result analyze "$CELL/tomogram.mrc" $result
    # compare writes into none of the folders that it compares, whoever wrote them.
    refused 1 "$result/: expected a folder for the comparison, found one of the folders that are compared" \
        compare $result/ --group a=numbers --group b=./$result --overwrite
    grep -qF "$result-comparison" err.txt || fail "names no other folder: $(cat err.txt)"
    other $result analyze compare $result --group a=numbers --group b=here
done
cp -r analysis by-hand
rm by-hand/report.html
echo '{}' > by-hand/summary.json
refused 1 "found one of the folders that are compared" compare by-hand --group a=numbers --group b=by-hand --overwrite
holds by-hand classes.tif summary.json surfaces

# What was removed by hand is in nobody's way.
rm -r listed/*
cytomo surface "$CELL/classes.tif" listed --overwrite
[ -s listed/mitochondrion.ply ] || fail "no surface written"

# What is read is no result either, by whatever name: --overwrite would replace what nobody has a second time.
cp "$CELL/tomogram.mrc" read.mrc
cp read.mrc before.mrc
ln -s read.mrc link.mrc
printf '0\n' > tilts.tlt
"$CYTOMO" simulate --write-config cells.json --quiet
safe() { refused 2 "which is read. Choose another name" "$@" --overwrite; }
safe convert read.mrc read.mrc --voxel-nm 10
safe convert read.mrc link.mrc --resample-nm 80
safe convert link.mrc here/../read.mrc
safe convert "$CELL/classes.tif" read.mrc --like read.mrc
safe reconstruct read.mrc --angles tilts.tlt -o link.mrc
safe simulate --config cells.json --write-config ./cells.json
ln read.mrc picture.png
safe render slices read.mrc -o picture.png
cmp read.mrc before.mrc || fail "what was read is gone"
