#!/bin/sh
# cytomo starts without libtorch and what is behind it; cytomo-torch has it.
. "$(dirname "$0")/../commands/helpers.sh"

heavy='libtorch|libc10|libopencv|libavcodec'
ldd "$CYTOMO" > loaded || fail "ldd: $CYTOMO is no dynamic program"
grep -q libdnnl loaded || fail "not even oneDNN: $(cat loaded)"
if grep -E "$heavy|not found" loaded; then fail "cytomo loads libtorch"; fi
ldd "$CYTOMO_TORCH" > loaded
grep -q libtorch loaded || fail "cytomo-torch without libtorch"

# What is loaded at run time, as well as what is linked.
need_model
"$CYTOMO" segment "$CELL/tomogram.mrc" classes.tif --views 8 2>/dev/null &
process=$!
until [ -e classes.tif ] || ! kill -0 $process 2>/dev/null; do
    cat /proc/$process/maps >> maps 2>/dev/null || true
    sleep 0.05
done
wait $process || fail "segment: exit code $?"
grep -q libdnnl maps || fail "saw nothing of the program at work"
if grep -qE "$heavy" maps; then fail "cytomo segment loads libtorch"; fi
