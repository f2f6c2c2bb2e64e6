#!/bin/sh
# Tilt images become a volume of the promised size; angles must fit the images.
. "$(dirname "$0")/helpers.sh"

seq -46 4 46 > angles.tlt
cytomo reconstruct "$CELL/tomogram.mrc" --angles angles.tlt -o made.mrc --method fbp --thickness 16
cytomo info made.mrc --json
expect 64 "size along x" json out.txt size 0
expect 16 "thickness" json out.txt size 2
about "$(json out.txt voxel_nm 2)" 40 0.001 "voxel size along the beam"
cytomo reconstruct "$CELL/tomogram.mrc" --angles angles.tlt -o iterated.mrc --iterations 2 --thickness 16
head -20 angles.tlt > few.tlt
refused 1 "few.tlt" reconstruct "$CELL/tomogram.mrc" --angles few.tlt -o bad.mrc
printf '\377\376-\0006\000' > wide.tlt
refused 1 "wide.tlt: expected text in UTF-8, found text in UTF-16" reconstruct "$CELL/tomogram.mrc" --angles wide.tlt -o bad.mrc
[ ! -e bad.mrc ] || fail "a file in spite of the error"
[ ! -e bad.mrc ] || fail "a file in spite of the error"

# Angles that are none, images that are no transmission, a volume beyond all memory.
printf '0\nnan\n' > bad.tlt
refused 1 "line 2" reconstruct "$CELL/tomogram.mrc" --angles bad.tlt -o bad.mrc
refused 1 "transmission above 0" reconstruct "$CELL/tomogram.mrc" --angles angles.tlt -o bad.mrc --transmission
refused 1 "GB" reconstruct "$CELL/tomogram.mrc" --angles angles.tlt -o bad.mrc --thickness 100000 --memory-gb 5000
[ ! -e bad.mrc ] || fail "a file in spite of the error"
# Any order will do, if it is the images'.
tail -12 angles.tlt > turned.tlt
head -12 angles.tlt >> turned.tlt
cytomo reconstruct "$CELL/tomogram.mrc" --angles turned.tlt -o turned.mrc --method fbp --thickness 16
grep -q "not ascending" err.txt || fail "nothing said of the order of angles"
