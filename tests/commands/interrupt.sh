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
# As if its voxels were larger, so that the model sees many.
need_model
interrupted analyze "$CELL/tomogram.mrc" empty/result --voxel-nm 100
