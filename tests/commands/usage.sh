#!/bin/sh
# Wrong words end with 2 and missing files with 1, and the message names them.
. "$(dirname "$0")/helpers.sh"

refused 2 "subcommand"
refused 2 "subcommand" frobnicate
refused 2 "--frobnicate" info "$CELL/tomogram.mrc" --frobnicate
refused 2 "FILE" info
refused 2 "--size" simulate new --size 8,8
refused 2 "--voxel-nm" simulate new --voxel-nm -3
refused 2 "--type" convert "$CELL/tomogram.mrc" new.mrc --type int17
refused 2 "--precision" segment "$CELL/tomogram.mrc" new.tif --precision f99
refused 2 "--threads" info "$CELL/tomogram.mrc" --threads minus

refused 1 "nowhere.mrc" info nowhere.mrc
refused 1 "nowhere.mrc" convert nowhere.mrc new.tif
refused 1 "nowhere.tif" surface nowhere.tif new
refused 1 "nowhere.tif" measure "$CELL/tomogram.mrc" nowhere.tif new
refused 1 "nowhere.tif" evaluate nowhere.tif "$CELL/classes.tif"
refused 1 "nowhere.mrc" render slices nowhere.mrc -o new.png
refused 1 "nowhere.txt" reconstruct "$CELL/tomogram.mrc" --angles nowhere.txt -o new.mrc
refused 1 "nowhere.safetensors" segment "$CELL/tomogram.mrc" new.tif --model nowhere.safetensors
refused 1 "nowhere/new.tif" convert "$CELL/tomogram.mrc" nowhere/new.tif
holds . err.txt out.txt
