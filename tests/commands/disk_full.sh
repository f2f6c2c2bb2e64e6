#!/bin/sh
# A disk without space: an error that names the file, and nothing half-written under the final name. A limit on
# the size of files stands for the disk.
. "$(dirname "$0")/helpers.sh"

# full TEXT COMMAND…: the command may write 40 KiB a file, must fail, say TEXT, and leave `empty` empty.
full() {
    text=$1
    shift
    code=0
    (
        trap '' XFSZ
        ulimit -f 80
        exec "$CYTOMO" "$@" >out.txt 2>err.txt
    ) || code=$?
    [ "$code" -eq 1 ] || fail "cytomo $*: exit code $code instead of 1"
    grep -qF -- "$text" err.txt || fail "cytomo $*: does not say '$text'"
    holds empty
}

mkdir empty
for ending in mrc tif npy h5; do
    full "empty/copy" convert "$CELL/tomogram.mrc" "empty/copy.$ending"
done
full "empty" surface "$CELL/classes.tif" empty/surfaces
full "empty" simulate empty/cell --size 64 --voxel-nm 40
need_model
full "empty" analyze "$CELL/tomogram.mrc" empty/result --views 1
