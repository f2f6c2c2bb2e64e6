#!/bin/sh
# info tells what simulate was asked for, and its JSON can be read.
. "$(dirname "$0")/helpers.sh"

cytomo info "$CELL/tomogram.mrc" --json --quiet
[ ! -s err.txt ] || fail "--quiet speaks"
cp out.txt info.json
expect MRC format json info.json format
expect 24 "size along z" json info.json size 2
about "$(json info.json voxel_nm 0)" 40 0.001 "voxel size"
expect float32 type json info.json type
cytomo info "$CELL/tomogram.mrc"
grep -q "64 x 64 x 24" out.txt || fail "no size in: $(cat out.txt)"
# What other programs meant by their axes is understood, and said.
cytomo info "$SOURCE/tests/golden/io_axistags.h5"
grep -q "5 x 4 x 3" out.txt || fail "axes x, y, z were not brought into order: $(cat out.txt)"
grep -q "as the attribute axistags says" out.txt || fail "does not say how it read the axes: $(cat out.txt)"
cytomo info "$SOURCE/tests/golden/io_int64.tif" --json
expect int64 "type of 64-bit labels" json out.txt type
refused 1 "c0 … c1" info "$SOURCE/tests/golden/io_ilastik.h5"
cytomo info "$SOURCE/tests/golden/io_ilastik.h5" --dataset exported_data:c1 --json
about "$(json out.txt voxel_nm 1)" 12.5 0.001 "voxel size along y from axistags"
cytomo info "$CELL/tomogram.mrc" --voxel-nm 12,13,14 --json
about "$(json out.txt voxel_nm 1)" 13 0.001 "voxel size given along y"
