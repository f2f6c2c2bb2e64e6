#!/bin/sh
# A model learnt in one step can be used at once, and a report tells how it was made.
. "$(dirname "$0")/helpers.sh"

cytomo train --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" --init none --widths 16 --steps 1 --seed 1 \
    --curve curve.csv -o tiny.safetensors
grep -q "64 x 64 x 24 voxels of 40 x 40 x 40 nm" err.txt || fail "does not say what it read"
grep -q "mitochondrion .* voxels" err.txt || fail "does not count labels"
grep -q "the model as written, on all that was held out; the validation Dice above" err.txt || fail "two figures of one set, unexplained"
grep -q "held out" err.txt || fail "does not say what is held out"
cytomo segment "$CELL/tomogram.mrc" classes.tif --model tiny.safetensors
cytomo info classes.tif --json
expect uint8 type json out.txt type

holds . classes.tif curve.csv curve.svg err.txt out.txt tiny.html tiny.safetensors
grep -qi "<!doctype html>" tiny.html || fail "tiny.html is no HTML"
for text in "Learning curves" "held-out labels" "tomogram.mrc" "lipid droplet" "Record: seed"; do
    grep -qF "$text" tiny.html || fail "the report lacks: $text"
done
! grep -Eq '(src|href)="https?:' tiny.html || fail "the report loads something from elsewhere"
grep -q '^step,minutes,loss,mean_dice,dice background' curve.csv || fail "curve.csv: $(head -1 curve.csv)"
grep -q '^<svg xmlns' curve.svg || fail "curve.svg is no SVG"

# Nothing that exists is lost, and nothing is begun that could not be finished.
again() { refused "$@" --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" --init none --steps 1; }
again 1 "tiny.safetensors" train -o tiny.safetensors
again 1 "tiny.html" train -o new.safetensors --report tiny.html
again 1 "curve.csv" train -o new.safetensors --curve curve.csv
again 1 "nowhere" train -o nowhere/new.safetensors
again 1 "nowhere" train -o new.safetensors --report nowhere/page.html
again 1 "nowhere" train -o new.safetensors --checkpoint nowhere/state.safetensors
again 2 "--no-report" train -o new.safetensors --report page.html --no-report
[ ! -e new.safetensors ] || fail "a model in spite of the error"

# A model is no checkpoint of itself, and what a training reads is not replaced by what it writes.
own() { refused 2 "expected a file of its own" train --steps 1 --overwrite "$@"; }
own --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" --init tiny.safetensors -o tiny.safetensors
own --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" --init none -o one.safetensors --checkpoint ./one.safetensors
cp "$CELL/classes.tif" labels.tif
own --images "$CELL/tomogram.mrc" --labels labels.tif --init none -o labels.tif
own --images "$CELL/tomogram.mrc" --labels labels.tif --init none -o one.safetensors --checkpoint labels.tif
own --images "$CELL/tomogram.mrc" --labels labels.tif --init none -o one.safetensors --report one.safetensors
cmp labels.tif "$CELL/classes.tif" || fail "labels that were read are gone"
cytomo train --images "$CELL/tomogram.mrc" --labels labels.tif --init none --widths 16 --steps 1 --no-report \
    --polarity dark --voxel-nm 10 --checkpoint state.safetensors -o one.safetensors
cp state.safetensors before.safetensors
ln -s state.safetensors link.safetensors
for name in state.safetensors "$PWD/state.safetensors" link.safetensors; do
    refused 2 "which is read. Choose another name" train --weights-of state.safetensors -o "$name" --overwrite
done
refused 2 "which is read" train --weights-of link.safetensors -o state.safetensors --overwrite
cmp state.safetensors before.safetensors || fail "the checkpoint is gone"

# What was computed in is asked for, kept, and said.
cytomo train --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" --init none --widths 16 --polarity dark --steps 1 --seed 1 --precision f32 \
    --voxel-nm 10 --no-report -o exact.safetensors
# recorded MODEL KEY: the header of a safetensors file, its length before it in 8 bytes, holds the record as JSON in JSON.
recorded() {
    tail -c +9 "$1" | head -c "$(od -An -t u8 -N 8 "$1" | tr -d ' ')" > header.json
    json header.json __metadata__ cytomo > record.json
    json record.json record "$2"
}
expect f32 "what a model was trained in" recorded exact.safetensors precision
taken=$(recorded tiny.safetensors precision)
[ "$taken" = f32 ] || [ "$taken" = bf16 ] || fail "what auto took: '$taken'"
again 2 "--precision" train -o new.safetensors --precision int8
