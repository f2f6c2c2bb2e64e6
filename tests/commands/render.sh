#!/bin/sh
# Pictures of slices and surfaces are PNG files of the size asked for.
. "$(dirname "$0")/helpers.sh"

png_side() { od -An -tu1 -j"$2" -N4 "$1" | awk '{ print (($1 * 256 + $2) * 256 + $3) * 256 + $4 }'; }

cytomo render slices "$CELL/tomogram.mrc" --classes "$CELL/classes.tif" -o slices.png
cytomo render slices "$CELL/tomogram.mrc" --plane xz --index 30 -o xz.png
grep -q "^xz slice 31 of 64 (index 30, y = 1.2" err.txt || fail "does not say which slice: $(cat err.txt)"
refused 2 "expected 0 to 23, for slice 1 to 24" render slices "$CELL/tomogram.mrc" --index 64 -o no.png
cytomo surface "$CELL/classes.tif" meshes
cytomo render surfaces meshes/mitochondrion.ply meshes/vesicle.ply -o surfaces.png --size 200,120 --samples 4
expect 200 "width" png_side surfaces.png 16
expect 120 "height" png_side surfaces.png 20
for picture in slices.png xz.png surfaces.png; do
    expect "89504e47" "$picture" sh -c "od -An -tx1 -N4 $picture | tr -d ' '"
done
refused 1 "surfaces.png" render surfaces meshes/vesicle.ply -o surfaces.png
