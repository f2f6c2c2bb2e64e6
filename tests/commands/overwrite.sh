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
cytomo measure "$CELL/tomogram.mrc" "$CELL/classes.tif" meshes --overwrite
expect "" "files of another command" find meshes -name '*.stl'
[ -s meshes/objects.csv ] || fail "no table written"
expect precious "a folder among results" cat meshes/mine/notes.txt

# What is read is not lost, and the folder where one stands stays the same.
mkdir here
cp "$CELL/classes.tif" here
(cd here && cytomo simulate . --size 32 --voxel-nm 40 --overwrite)
holds here .cytomo-files classes.kept.tif classes.tif err.txt instances.tif out.txt tomogram.mrc truth.json
cytomo measure here/tomogram.mrc here/classes.tif here --overwrite
[ -s here/tomogram.mrc ] || fail "the tomogram that was read is gone"
cmp -s here/classes.kept.tif "$CELL/classes.tif" || fail "a file of the user is gone"
[ ! -e here/truth.json ] || fail "a result of the former run"
holds . err.txt here meshes out.txt taken taken.tif

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
