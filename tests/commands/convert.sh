#!/bin/sh
# Values, voxel size and order survive a walk through all formats, bit by bit.
. "$(dirname "$0")/helpers.sh"

cytomo convert "$CELL/tomogram.mrc" start.npy
cytomo convert start.npy a.tif
cytomo convert a.tif b.h5
cytomo convert b.h5 c.mrc
cytomo convert c.mrc end.npy
cmp start.npy end.npy || fail "values changed on the way"
cytomo info c.mrc --json
about "$(json out.txt voxel_nm 2)" 40 0.001 "voxel size after the walk"

cytomo convert "$CELL/instances.tif" numbers.npy
cytomo convert numbers.npy numbers.tif
cytomo evaluate "$CELL/classes.tif" "$CELL/classes.tif" --json \
    --truth-instances "$CELL/instances.tif" --instances numbers.tif
cytomo convert "$CELL/tomogram.mrc" small.tif --type uint8 --scale-to-type
cytomo info small.tif --json
expect uint8 "type asked for" json out.txt type
refused 1 "Take --type float32, or stretch grey values with --scale-to-type" \
    convert "$CELL/tomogram.mrc" bad.tif --type uint8
refused 1 "start.xyz" convert start.npy start.xyz

# Other voxels: counted again with numpy, and what can be said without it.
cytomo convert "$CELL/tomogram.mrc" coarse.npy --resample-nm 100,60,80
grep -q "taken as grey values" err.txt || fail "does not say that it averages: $(cat err.txt)"
cytomo convert "$CELL/classes.tif" classes.npy
cytomo convert "$CELL/classes.tif" coarse_classes.npy --resample-nm 100,60,80
grep -q "taken as labels" err.txt || fail "does not say that labels keep their values: $(cat err.txt)"
cytomo convert numbers.npy coarse_numbers.npy --resample-nm 70
cytomo convert small.tif small.npy
cytomo convert small.tif coarse_small.npy --resample-nm 90 --grey
cytomo info coarse_classes.npy --json
expect 26 "voxels along x: 2560 nm by 100" json out.txt size 0
about "$(json out.txt voxel_nm 1)" 60 0.001 "voxel size along y"
expect mitochondrion "class 3 keeps its name" json out.txt legend 3 name
about "$(json out.txt origin_um 0)" 0.03 1e-6 "origin: the outer faces stay where they were"
cytomo info coarse_small.npy --json
expect uint8 "averages stay in the type" json out.txt type

# Onto the voxels of another file: of the same box whatever its origin, and back.
cytomo convert coarse_classes.npy fine.tif --like "$CELL/tomogram.mrc"
cytomo info fine.tif --json
expect 64 "voxels along x" json out.txt size 0
about "$(json out.txt voxel_nm 2)" 40 0.001 "voxel size along z"
cytomo simulate elsewhere --seed 8 --size 32 --voxel-nm 100 --quiet
refused 1 "reach out of" convert "$CELL/classes.tif" bad.tif --like elsewhere/classes.tif
refused 2 "--like: expected it or --resample-nm" convert start.npy bad.tif --like a.tif --resample-nm 10
refused 2 "--grey: expected --resample-nm or --like" convert start.npy bad.tif --grey
refused 2 "--resample-nm" convert start.npy bad.tif --resample-nm 0
refused 1 "--overwrite" convert start.npy fine.tif --resample-nm 80
[ ! -e bad.tif ] || fail "a file in spite of the error"

# A piece: where it lies, and what is none.
cytomo convert "$CELL/classes.tif" piece_classes.tif --crop 5:40,0:33,7:20
cytomo info piece_classes.tif --json
expect 35 "voxels along x" json out.txt size 0
expect 33 "voxels along y" json out.txt size 1
expect 13 "voxels along z" json out.txt size 2
about "$(json out.txt voxel_nm 1)" 40 0.001 "voxel size of a piece"
expect mitochondrion "class 3 keeps its name" json out.txt legend 3 name
cytomo info start.npy --json
begin=$(json out.txt origin_um 0) begin_z=$(json out.txt origin_um 2)
cytomo convert start.npy piece.npy --crop 5:40,0:33,7:20
cytomo info piece.npy --json
about "$(json out.txt origin_um 0)" "$(awk "BEGIN { print $begin + 5 * 0.04 }")" 1e-5 "the piece lies where it did along x"
about "$(json out.txt origin_um 2)" "$(awk "BEGIN { print $begin_z + 7 * 0.04 }")" 1e-5 "the piece lies where it did along z"
cytomo convert start.npy whole.npy --crop :,0:,:24
cmp start.npy whole.npy || fail "all voxels are another volume"
for ranges in 0:65,0:64,0:24 -1:64,0:64,0:24 0:64,9:9,0:24 0:64,0:64,20:10; do
    refused 2 "expected ranges within 0:64,0:64,0:24, the size of start.npy" convert start.npy bad.tif --crop=$ranges
done
for ranges in 0:8 0:8,0:8 0:8,0:8,0:8,0:8 0-8,0:8,0:8 a:8,0:8,0:8 8,8,8; do
    refused 2 "All of start.npy is 0:64,0:64,0:24" convert start.npy bad.tif --crop $ranges
done
refused 2 "--crop: expected it without --resample-nm" convert start.npy bad.tif --crop 0:8,0:8,0:8 --resample-nm 80
[ ! -e bad.tif ] || fail "a file in spite of the error"

/usr/bin/python3 -c 'import numpy' 2>/dev/null || skip "values were not counted again, since python3-numpy is not there"
counted() { /usr/bin/python3 "$here/resampled.py" "$@" || fail "$2 is not what numpy finds"; }
counted start.npy coarse.npy 40,40,40 100,60,80 grey
counted small.npy coarse_small.npy 40,40,40 90,90,90 grey
counted classes.npy coarse_classes.npy 40,40,40 100,60,80 labels
counted numbers.npy coarse_numbers.npy 40,40,40 70,70,70 labels

# A crop that is one column shorter lies where its origin says, not where the whole begins.
/usr/bin/python3 - <<'EOF'
import json
import numpy as np
np.save("crop.npy", np.load("start.npy")[:, :, 1:])
json.dump({"voxel_um": [0.04] * 3, "origin_um": [0.04, 0, 0]}, open("crop.npy.json", "w"))
EOF
cytomo convert start.npy like_crop.npy --like crop.npy
grep -q "begins 40, 0, 0 nm from where start.npy does" err.txt || fail "does not say where it lies: $(cat err.txt)"
/usr/bin/python3 -c 'import numpy as np; assert np.array_equal(np.load("crop.npy"), np.load("like_crop.npy"))' ||
    fail "not the voxels of the crop"

# Grey values in a rim of a constant are no labels: they are averaged, too.
/usr/bin/python3 - <<'EOF'
import numpy as np
values = np.full((8, 64, 64), 255, np.uint8)
values[:, 20:44, 20:44] = np.random.default_rng(1).normal(128, 20, (8, 24, 24)).clip(0, 255)
np.save("rim.npy", values)
EOF
cytomo convert rim.npy coarse_rim.npy --voxel-nm 40 --resample-nm 80
grep -q "taken as grey values" err.txt || fail "takes grey values in a rim for labels: $(cat err.txt)"
counted rim.npy coarse_rim.npy 40,40,40 80,80,80 grey

# The voxels of a piece, cut out again.
cytomo convert piece_classes.tif piece_classes.npy
/usr/bin/python3 - <<'EOF' || fail "a piece is not what numpy cuts out"
import numpy as np
for whole, piece in (("start.npy", "piece.npy"), ("classes.npy", "piece_classes.npy")):
    wanted, found = np.load(whole)[7:20, 0:33, 5:40], np.load(piece)
    assert wanted.dtype == found.dtype and np.array_equal(wanted, found), piece
EOF
