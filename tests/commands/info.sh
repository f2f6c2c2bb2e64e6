#!/bin/sh
# info tells what simulate was asked for, and its JSON can be read.
. "$(dirname "$0")/helpers.sh"

cytomo info "$CELL/tomogram.mrc" --json --quiet
[ ! -s err.txt ] || fail "--quiet speaks"
cp out.txt info.json
expect MRC format json info.json format
expect 64 "size along z" json info.json size 2
about "$(json info.json voxel_nm 0)" 40 0.001 "voxel size"
expect float32 type json info.json type
cytomo info "$CELL/tomogram.mrc"
grep -q "64 x 64 x 64" out.txt || fail "no size in: $(cat out.txt)"
cytomo info "$CELL/tomogram.mrc" --voxel-nm 12,13,14 --json
about "$(json out.txt voxel_nm 1)" 13 0.001 "voxel size given along y"
