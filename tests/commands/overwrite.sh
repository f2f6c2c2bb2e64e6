#!/bin/sh
# An existing result stays, unless --overwrite is given.
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
