#!/bin/sh
# Wrong words end with 2 and missing files with 1, and the message names them.
. "$(dirname "$0")/helpers.sh"

refused 2 "subcommand"
refused 2 "There are: info, convert" frobnicate
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

# says TEXT: what was refused says it, too.
says() { grep -qF -- "$1" err.txt || fail "does not say '$1'"; }
volume=$CELL/tomogram.mrc classes=$CELL/classes.tif

# Commands and options that are nearly right, and the right call.
refused 2 "Did you mean 'analyze'?" analyse "$volume" results
says "  cytomo analyze $volume results"
refused 2 "Did you mean 'measure'?" mesure
refused 2 "  cytomo analyze $volume results" "$volume"
refused 2 "  cytomo segment --help" help segment
refused 2 "there is no option --voxel. Did you mean --voxel-nm?" analyze "$volume" results --voxel 10
says "  cytomo analyze $volume results --voxel-nm 10"
refused 2 "  cytomo info $volume --voxel-nm=10" info "$volume" --pixel_size=10
refused 2 "  cytomo analyze 'my cell.mrc' results --overwrite" analyze 'my cell.mrc' results --force
refused 2 "  cytomo segment $volume c.tif --device cuda:0" segment "$volume" c.tif --gpu
refused 2 "Did you mean --polarity?" analyze "$volume" results --polarty dark
refused 2 "Did you mean --tilt-range or --tilt-axis?" analyze "$volume" results --tilt 3
refused 2 "  cytomo analyze $volume results" analyze "$volume" --output results
refused 2 "cytomo measure has one of that name" analyze "$volume" results --edits list.txt
refused 2 "cytomo analyze --help lists all" analyze "$volume" results --frobnicate
refused 2 "cytomo analyze TOMOGRAM OUTDIR" analyze "$volume"
refused 2 "more names than it takes" info "$volume" "$volume"
refused 2 "Did you mean 'slices'?" render slice "$volume" -o a.png

# Names in the wrong order: the right call, whatever order they came in.
mkdir made
refused 2 "  cytomo analyze $volume made" analyze made "$volume"
refused 2 "  cytomo analyze $volume new --voxel-nm 10" analyze new "$volume" --voxel-nm 10
refused 2 "  cytomo segment $volume new.tif" segment new.tif "$volume"
refused 2 "  cytomo convert $volume new.tif" convert new.tif "$volume"
refused 2 "  cytomo surface $classes new" surface new "$classes"
refused 2 "  cytomo measure $volume $classes new" measure new "$volume" "$classes"
refused 2 "  cytomo measure $volume $classes new" measure "$volume" new "$classes"
refused 2 "  cytomo bias expected --like $volume" bias "$volume"
printf '0\n' > tilts.tlt
refused 2 "  cytomo reconstruct $volume --angles tilts.tlt -o new.mrc" reconstruct tilts.tlt --angles "$volume" -o new.mrc
holds . err.txt made out.txt tilts.tlt

# What is not there is told in words, and a file of nearly that name is named.
cp "$volume" tomogram.mrc
refused 1 "tomgram.mrc: expected a file that can be read, found nothing of that name." info tomgram.mrc
says "Check the name. Did you mean 'tomogram.mrc'?"
refused 1 "found no folder nowhere" info nowhere/tomogram.mrc
refused 1 "found nothing of that name" measure "$volume" "$classes" new --edits none.txt
refused 1 "found nothing of that name" reconstruct "$volume" --angles none.tlt -o new.mrc
refused 1 "found nothing of that name" simulate new --config none.json

# Misspelt classes.
refused 2 "Did you mean 'lipid droplet'?" measure "$volume" "$classes" new --lac-scale 'lipid droplt=0.65'
printf 'class 1 mitocondrion\n' > edits.txt
refused 1 "Did you mean 'mitochondrion'?" measure "$volume" "$classes" new --edits edits.txt
cytomo render slices "$volume" --classes "$classes" --legend 1=cell,2=nucleus,3=mitocondrion,4=d,5=v,6=nucleolus -o a.png
says "class 3, 'mitocondrion', is no name that cytomo knows. Did you mean 'mitochondrion'?"
! grep -q "'nucleolus', is no name" err.txt || fail "takes nucleoli for nuclei"

# Labels in place of a tomogram: refused with what was found, what to do, and how to go on.
refused 1 "classes.tif: expected a tomogram, grey values, found labels (0 background, 1 cytoplasm" \
    measure "$classes" "$classes" new
says "  cytomo measure $classes $classes new --grey"
refused 1 "  cytomo measure $volume $classes new" measure "$classes" "$volume" new
refused 1 "what seems to be labels" measure "$CELL/instances.tif" "$classes" new
cytomo measure "$classes" "$classes" new --grey --placements 0
expect "warning: $classes was taken as grey values (--grey) but holds labels" "the first words" \
    sh -c "head -1 err.txt | sed 's/ (0 back.*//'"
grep -q "was taken as grey values" new/summary.json || fail "the record does not say so"
