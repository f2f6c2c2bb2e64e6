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
refused 1 "start.xyz" convert start.npy start.xyz
