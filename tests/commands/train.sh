#!/bin/sh
# A model learnt in a few steps can be used at once.
. "$(dirname "$0")/helpers.sh"

cytomo train --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" --init none --steps 2 --seed 1 \
    -o tiny.safetensors
cytomo segment "$CELL/tomogram.mrc" classes.tif --model tiny.safetensors
cytomo info classes.tif --json
expect uint8 type json out.txt type
refused 1 "tiny.safetensors" train --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" --init none \
    --steps 1 -o tiny.safetensors
