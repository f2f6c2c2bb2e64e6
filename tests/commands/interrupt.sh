#!/bin/sh
# Ctrl-C ends with 130 and leaves nothing behind.
. "$(dirname "$0")/helpers.sh"

# interrupted COMMAND…: starts it, and sends SIGINT once it catches it (2 in the mask of caught signals).
interrupted() {
    "$CYTOMO" "$@" >out.txt 2>err.txt &
    process=$!
    tries=0
    until grep -q '^SigCgt:.*[2367abef]$' "/proc/$process/status"; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || fail "cytomo $1 never began its work"
        sleep 0.1
    done
    sleep 0.3
    kill -INT "$process"
    code=0
    wait "$process" || code=$?
    [ "$code" -eq 130 ] || fail "cytomo $1: exit code $code instead of 130"
    holds empty
}

mkdir empty
interrupted simulate empty/cell --size 256

# A training that has a checkpoint says how to go on and how to get a model of it.
learn() { # cytomo|interrupted OPTION…
    how=$1
    shift
    "$how" train --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" --voxel-nm 10 --polarity dark --init none \
        --widths 16 --no-report --checkpoint state.safetensors "$@"
}
learn cytomo --steps 1 -o one.safetensors
learn interrupted --steps 1000000 -o empty/model.safetensors
grep -qF "cytomo train --weights-of state.safetensors" err.txt || fail "does not say how to get a model of what is learnt"
cytomo train --weights-of state.safetensors -o model.safetensors

# As if its voxels were larger, so that the model sees many.
need_model
interrupted analyze "$CELL/tomogram.mrc" empty/result --voxel-nm 100
