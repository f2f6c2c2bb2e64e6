#!/bin/sh
# Memory that ends: an error that says so, exit code 1, nothing left behind. A limit on the address space stands for a
# small machine.
. "$(dirname "$0")/helpers.sh"
need_model

mkdir empty
code=0
(
    # Enough to start and to open the model, not for a large tile. As if the voxels were larger, so that there are many.
    ulimit -v 1600000
    exec "$CYTOMO" analyze "$CELL/tomogram.mrc" empty/result --voxel-nm 80,80,200 --views 1 --quiet >out.txt 2>err.txt
) || code=$?
[ "$code" -eq 1 ] || fail "exit code $code instead of 1: $(cat err.txt)"
grep -q "out of memory" err.txt || fail "does not say that memory is short: $(cat err.txt)"
holds empty
