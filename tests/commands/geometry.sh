#!/bin/sh
# Voxels that cannot be are asked about by everything that measures, before any work; info and convert remark them.
. "$(dirname "$0")/helpers.sh"

# A header that gives voxels of 0.0018 nm: the cell's size in Å as a 32-bit number for each axis.
cytomo convert "$CELL/tomogram.mrc" tomogram.mrc
cytomo convert "$CELL/classes.tif" classes.mrc
for file in tomogram.mrc classes.mrc; do
    for offset in 40 44; do  # 64 voxels of 0.018 Å: 1.152, little-endian
        printf '\274\164\223\077' | dd of="$file" bs=1 seek=$offset conv=notrunc 2>/dev/null
    done
    printf '\033\057\335\076' | dd of="$file" bs=1 seek=48 conv=notrunc 2>/dev/null  # 24 of them: 0.432
done
cytomo info tomogram.mrc
grep -q "0.0018 x 0.0018 x 0.0018 nm cannot be" out.txt || fail "info does not remark it: $(cat out.txt)"
cytomo convert tomogram.mrc same.tif
grep -q "0.0018 x 0.0018 x 0.0018 nm cannot be" err.txt || fail "convert does not remark it"

asks() { refused 1 "found voxels of 0.0018 x 0.0018 x 0.0018 nm in its header" "$@"; }
asks measure tomogram.mrc "$CELL/classes.tif" new
asks surface classes.mrc new
asks evaluate classes.mrc classes.mrc
asks evaluate "$CELL/classes.tif" classes.mrc
asks render slices tomogram.mrc -o new.png
asks train --images tomogram.mrc --labels "$CELL/classes.tif" --init none --steps 1 -o new.safetensors
holds . classes.mrc err.txt out.txt same.tif tomogram.mrc

# An explicit size is believed, whatever it is.
cytomo measure tomogram.mrc "$CELL/classes.tif" small --voxel-nm 0.5
cytomo surface classes.mrc meshes --voxel-nm 40
cytomo evaluate classes.mrc classes.mrc --voxel-nm 0.5 --json
cytomo render slices tomogram.mrc -o new.png --voxel-nm 40

need_model
asks segment tomogram.mrc new.tif
asks analyze tomogram.mrc new
asks suggest tomogram.mrc
asks bias new --like tomogram.mrc --cells 1
