#!/bin/sh
# Intervals are those of the model that made the classes, or absent, and then it is said why.
. "$(dirname "$0")/helpers.sh"
need_model

columns() { # FILE NAME: the numbers of a column that are there
    awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == name) c = i; next } $c != "" { print $c }' "$1"
}
absent() { # FOLDER WORDS: no intervals, and all places say why
    for c in volume_low_um3 volume_high_um3 surface_low_um2 chance_real; do
        [ -z "$(columns "$1/objects.csv" $c)" ] || fail "$1: $c in objects.csv"
    done
    for c in expected low high; do
        [ -z "$(columns "$1/class_intervals.csv" $c)" ] || fail "$1: $c in class_intervals.csv"
    done
    [ -n "$(columns "$1/class_intervals.csv" value)" ] || fail "$1: no values"
    grep -q '"expected_objects": [0-9]' "$1/summary.json" && fail "$1: expected objects in summary.json"
    for text in err.txt "$1/columns.csv"; do
        grep -qF -- "$2" "$text" || fail "$text does not say '$2'"
    done
    json "$1/summary.json" intervals absent | grep -qF -- "$2" || fail "$1/summary.json does not say '$2'"
}
present() { # FOLDER
    [ -n "$(columns "$1/objects.csv" volume_low_um3)" ] || fail "$1: no intervals"
    [ -n "$(columns "$1/class_intervals.csv" expected)" ] || fail "$1: nothing expected"
}
measure() { cytomo measure "$CELL/tomogram.mrc" "$@" --placements 0; }

# Labels of unknown origin, here the truth.
measure "$CELL/classes.tif" unknown
absent unknown "it is not known which model made"
grep -q -- "--errors default" err.txt || fail "no remedy: $(cat err.txt)"
measure "$CELL/classes.tif" none --errors none
absent none "--errors none"
measure "$CELL/classes.tif" default --errors default
present default
[ -z "$(json default/summary.json intervals absent)" ] || fail "$(json default/summary.json intervals absent)"
json default/summary.json intervals errors | grep -q "learnt by cytomo" || fail "does not say whose errors"
refused 1 "nothing.safetensors" measure "$CELL/tomogram.mrc" "$CELL/classes.tif" no --errors nothing.safetensors

# The default model's errors give what they gave when they stood in the source, for this cell.
cytomo simulate cube --preset cell-edge --seed 7 --size 64 --voxel-nm 40
cytomo measure cube/tomogram.mrc cube/classes.tif cubed --errors default --placements 0
grep '^[1-6],' cubed/class_intervals.csv | grep -v ',outside objects,' > found.csv
expect "$(cut -d, -f 1-4 "$here/errors_default.csv")" "classes and measures" cut -d, -f 1-4 found.csv
paste -d, "$here/errors_default.csv" found.csv | awk -F, '
    function differ(a, b) { return (a == "") != (b == "") || (a - b) ^ 2 > (1e-9 * a) ^ 2 + 1e-24 }
    { for (i = 5; i <= 8; ++i) if (differ($i, $(i + 8))) { print; bad = 1 } }
    END { exit bad }' || fail "other intervals than before"

# analyze: of its model; measure finds them beside the classes, and only for these very classes.
cytomo analyze "$CELL/tomogram.mrc" result --views 1 --placements 0 --pictures none
present result
grep -q "No intervals" result/report.html && fail "the page misses intervals"
measure result/classes.tif again
present again
measure result/classes.tif not-again --errors none
absent not-again "--errors none"
cp result/classes.tif result/other.tif
measure result/other.tif other
absent other "result/error_model.json is about classes.tif"
cp result/classes.tif before.tif
cytomo convert before.tif result/classes.tif --voxel-nm 41 --overwrite
measure result/classes.tif changed
absent changed "is not as the model left it"
cp before.tif result/classes.tif
printf 'delete 1\n' > edits.txt
measure result/classes.tif edited --edits edits.txt
present edited
measure edited/classes.tif edited-again
present edited-again
cp -r edited inside # beside the classes, which stay the model's
measure inside/classes.tif inside --overwrite
present inside
measure inside/classes.tif from-inside
present from-inside
printf '{' > result/error_model.json
refused 1 "error_model.json" measure "$CELL/tomogram.mrc" result/classes.tif no
printf '\377\376{\0}\0' > result/error_model.json
refused 1 "error_model.json: expected text in UTF-8, found text in UTF-16" measure "$CELL/tomogram.mrc" result/classes.tif no

# A model trained further has other weights: it does not inherit what was learnt.
cytomo train --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" --steps 1 --simulated 0 --method supervised --polarity dark \
    --no-report -o mine.safetensors
cytomo analyze "$CELL/tomogram.mrc" mine --model mine.safetensors --views 1 --placements 0 --pictures none
absent mine "nobody has learnt how far this model errs"
grep -q "nobody has learnt how far this model errs" mine/report.html || fail "the page does not say why"
measure mine/classes.tif mine-again
absent mine-again "nobody has learnt how far this model errs"

# bias without errors: what was expected is left out; with --learn it learns them into a copy of the model.
refused 2 "cells" bias few --model mine.safetensors --learn few.safetensors --cells 7
cp mine.safetensors there.safetensors
refused 1 "--overwrite" bias few --model mine.safetensors --learn there.safetensors
cmp -s mine.safetensors there.safetensors || fail "a model was overwritten"
cytomo bias learnt --model mine.safetensors --learn learnt.safetensors --cells 8 --size 80,80,36 --voxel-nm 40 --views 1 \
    --preset cell-edge --seed 11
holds learnt .cytomo-files bias.csv bias_samples.csv learnt_errors.csv report.html
grep -q 'expected' learnt/bias.csv && fail "expected numbers of a model whose errors nobody knew"
grep -q ',learnt$' learnt/learnt_errors.csv || fail "nothing learnt: $(cat learnt/learnt_errors.csv)"
grep -q 'none: .* to compare, needs' learnt/learnt_errors.csv || fail "nothing refused: $(cat learnt/learnt_errors.csv)"
grep -q 'no intervals: ' err.txt || fail "does not say what was refused"
cytomo analyze "$CELL/tomogram.mrc" now --model learnt.safetensors --views 1 --placements 0 --pictures none
present now
grep -q "No intervals, expected numbers and chances to be real for " err.txt || fail "does not say which have none"
cmp -s mine/classes.tif now/classes.tif || fail "the weights are not the same"
