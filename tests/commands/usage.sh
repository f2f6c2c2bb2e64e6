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

# shown CODE CALL ARGUMENT…: refused, and this call is shown, which the program takes: run elsewhere, without a model, it may
# lack files, but must not end as a wrong command line does, or as nothing should.
shown() {
    wanted_code=$1 call="  cytomo $2"
    shift 2
    refused "$wanted_code" "$call" "$@"
    grep -qxF -- "$call" err.txt || fail "cytomo $*: shows another call than '$call'"
    code=0
    (cd "$elsewhere" && CYTOMO_MODEL=none CYTOMO=$CYTOMO sh -c "\"\$CYTOMO\" ${call#  cytomo }" >/dev/null 2>said.txt) || code=$?
    [ "$code" -lt 2 ] || fail "the call shown is refused: $call: $(cat "$elsewhere/said.txt")"
}
elsewhere=$(mktemp -d)
trap 'rm -rf "$work" "$elsewhere"' EXIT

# Commands and options that are nearly right, and the right call.
shown 2 "analyze $volume results" analyse "$volume" results
says "Did you mean 'analyze'?"
refused 2 "Did you mean 'measure'?" mesure
shown 2 "analyze $volume results" "$volume"
shown 2 "analyze $volume results" "$volume" --voxel 10  # as far as it can be understood
shown 2 "segment --help" help segment
shown 2 "analyze $volume results --voxel-nm 10" analyze "$volume" results --voxel 10
says "there is no option --voxel. Did you mean --voxel-nm?"
shown 2 "info $volume --voxel-nm=10" info "$volume" --pixel_size=10
shown 2 "analyze 'my cell.mrc' results --overwrite" analyze 'my cell.mrc' results --force
shown 2 "analyze 'my cell.mrc' results --overwrite" analyze 'my cell.mrc' results --force=yes
shown 2 "analyze $volume results --threads=2 --quiet" analyze "$volume" results --jobs=2 -q
shown 2 "segment $volume c.tif --device cuda:0" segment "$volume" c.tif --gpu
shown 2 "segment $volume c.tif --device cuda:1 --quiet" segment "$volume" c.tif --gpu 1 --quiet
shown 2 "segment $volume c.tif --device cuda:1" segment "$volume" c.tif --cuda=1
shown 2 "segment --device cuda:0 $volume c.tif" segment --gpu "$volume" c.tif
shown 2 "analyze $volume results --polarity dark" analyze "$volume" results --polarty dark
refused 2 "Did you mean --tilt-range or --tilt-axis?" analyze "$volume" results --tilt 3
! grep -q '^  cytomo' err.txt || fail "shows a call that nobody knows"

# A word that is none of those an option takes.
shown 2 "analyze $volume results --pictures quick" analyze "$volume" results --pictures qiuck
says "--pictures: expected none, quick or full, found 'qiuck'. Did you mean 'quick'?"
shown 2 "convert $volume new.mrc --type=int16" convert "$volume" new.mrc --type=int17
shown 2 "surface $classes results --format stl" surface "$classes" results --format STL
refused 2 "found 'hamm'. Did you mean 'hamming'?" simulate new --window hamm
refused 2 "--plane: expected xy, xz or yz, found 'z'." render slices "$volume" --plane z -o a.png
! grep -q "Did you mean" err.txt || fail "takes z for another plane"
refused 2 "--bits: expected 8, 16 or 32, found '12'." simulate new --bits 12
! grep -q "Did you mean" err.txt || fail "takes 12 bits for 16"
refused 2 "--bits: expected 8, 16 or 32, found 'eight'." simulate new --bits eight
refused 2 "--type: expected int8" convert "$volume" new.mrc --type int
! grep -q "Did you mean" err.txt || fail "knows which type was meant"
# Classes behind an option: a file goes without, what its values are is said by --legend, by one name everywhere.
shown 2 "surface $classes meshes" surface meshes --classes "$classes"
shown 2 "measure $volume $classes new --placements 0" measure "$volume" --classes "$classes" new --placements 0
shown 2 "surface $classes named --legend 1=a,2=b,3=c,4=d,5=e,6=f" \
    surface "$classes" named --classes 1=a,2=b,3=c,4=d,5=e,6=f
refused 2 "what its values are is said by --legend" surface "$classes" meshes --classes mitochondrion
! grep -q '^  cytomo' err.txt || fail "shows a call that nobody knows"

# Decimals behind a comma, with any option that takes a number.
shown 2 "surface $classes results --min-volume-um3 0.01" surface "$classes" results --min-volume-um3 0,01
says "--min-volume-um3: expected a number, with a point before its decimals, found '0,01': write 0.01."
shown 2 "surface $classes results --simplify=0.5" surface "$classes" results --simplify=0,5
shown 2 "measure $volume $classes results --voxel-error-percent 1.5" measure "$volume" "$classes" results --voxel-error-percent 1,5
refused 2 "--threads" info "$volume" --threads 0,5
! grep -q '^  cytomo' err.txt || fail "takes half a thread for what was meant"
# What was typed stays in the call that is shown, whatever is missing.
shown 2 "bias --like $volume --cells 3 OUTDIR" bias --like "$volume" --cells 3
shown 2 "analyze $volume --polarity dark OUTDIR" analyze "$volume" --polarity dark
shown 2 "reconstruct none.mrc --method fbp --angles ANGLES --output OUTPUT" reconstruct none.mrc --method fbp
shown 2 "bias --learn MODEL.safetensors OUTDIR" bias --learn
says "--learn: expected MODEL.safetensors behind it, found nothing."
shown 2 "bias new --learn MODEL.safetensors --cells 8" bias new --learn --cells 8
says "--learn: expected MODEL.safetensors behind it, found --cells."

# Names that cytomo takes by their place: what is read first, what is written last, whatever order they came in.
shown 2 "analyze $volume results" analyze "$volume" --output results
shown 2 "analyze $volume results" analyze --outdir=results --input="$volume"
shown 2 "segment $volume c.tif --polarity dark" segment --polarity dark -o c.tif -i "$volume"
shown 2 "measure $volume --output new $classes --smoothing 3" measure "$volume" --out new "$classes" --smoothing 3
shown 2 "reconstruct none.mrc --angles none.tlt -o new.mrc" reconstruct none.mrc --angles none.tlt --outdir=new.mrc
shown 2 "reconstruct none.mrc --angles none.tlt -o new.mrc" reconstruct none.mrc --angles none.tlt --output-dir new.mrc
shown 2 "render slices none.mrc -o a.png --overwrite" render slices none.mrc --output a.png --overwrite
shown 2 "render slices none.mrc -oa.png --quiet --size 300" render slices none.mrc -oa.png --quiet --sise 300
# What cannot be put right shows no call.
refused 2 "How long it learns is said by --minutes or --steps." train --images a.mrc --labels a.tif -o m.safetensors --epochs 9
! grep -q '^  cytomo' err.txt || fail "takes epochs for minutes"
refused 2 "there is no option --input" train --input a.mrc -o m.safetensors
! grep -q '^  cytomo' err.txt || fail "shows a call that is refused"
refused 2 "cytomo measure has one of that name" analyze "$volume" results --edits list.txt
refused 2 "cytomo analyze --help lists all" analyze "$volume" results --frobnicate
refused 2 "cytomo analyze TOMOGRAM OUTDIR" analyze "$volume"
refused 2 "more names than it takes" info "$volume" "$volume"
refused 2 "Did you mean 'slices'?" render slice "$volume" -o a.png

# Names in the wrong order: the right call, whatever order they came in.
mkdir made
shown 2 "analyze $volume made" analyze made "$volume"
shown 2 "analyze $volume new --voxel-nm 10" analyze new "$volume" --voxel-nm 10
shown 2 "segment $volume new.tif" segment new.tif "$volume"
shown 2 "convert $volume new.tif" convert new.tif "$volume"
shown 2 "surface $classes new" surface new "$classes"
mkdir former  # a folder of nearly that name is not what was meant for a file
shown 2 "surface $classes formed" surface formed "$classes"
rmdir former
shown 2 "surface $classes made" surface made "$classes"
shown 2 "measure $volume $classes new --placements 0" measure new "$volume" "$classes" --placements 0
shown 2 "measure $volume $classes new --placements=0" measure "$volume" new "$classes" --placements=0
shown 2 "bias expected --cells 3 --like $volume" bias "$volume" --cells 3
shown 2 "bias new --like $volume" bias "$volume" --like new
printf '0\n' > tilts.tlt
shown 2 "reconstruct $volume --angles tilts.tlt -o new.mrc --method fbp" \
    reconstruct tilts.tlt --angles "$volume" -o new.mrc --method fbp
shown 2 "reconstruct --angles=tilts.tlt -o new.mrc $volume" reconstruct --angles="$volume" -o new.mrc tilts.tlt
holds . err.txt made out.txt tilts.tlt

# What is not there is told in words, and a file of nearly that name is named.
cp "$volume" tomogram.mrc
refused 1 "tomgram.mrc: expected a file that can be read, found nothing of that name." info tomgram.mrc
says "Check the name. Did you mean 'tomogram.mrc'?"
refused 1 "found no folder nowhere" info nowhere/tomogram.mrc
# So it is beside the result of a former run, which no one took for the tomogram.
cp "$classes" former.tif
refused 1 "Did you mean 'tomogram.mrc'?" segment tomgram.mrc former.tif --overwrite
refused 1 "Did you mean 'tomogram.mrc'?" convert tomgram.mrc former.tif
cp "$classes" old.tif
shown 2 "convert old.tif ole.tif" convert ole.tif old.tif
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
shown 1 "measure $classes $classes new --placements 0 --grey" measure "$classes" "$classes" new --placements 0
shown 1 "measure $volume $classes new --smoothing 3 --placements 0" measure "$classes" "$volume" new --smoothing 3 --placements 0
refused 1 "what seems to be labels" measure "$CELL/instances.tif" "$classes" new
cytomo measure "$classes" "$classes" new --grey --placements 0
expect "warning: $classes was taken as grey values (--grey) but holds labels" "the first words" \
    sh -c "head -1 err.txt | sed 's/ (0 back.*//'"
grep -q "was taken as grey values" new/summary.json || fail "the record does not say so"

# Names that are no result, or too few.
mkdir result
shown 2 "measure result --output=new --smoothing 3" measure result new --smoothing 3
says "expected -o before the folder for new results"
shown 2 "measure result --tomogram=$volume --output=c9" measure result "$volume" --output=c9
says "a result that knows its tomogram, found the file '$volume' behind it."
refused 1 "found nothing of that name. Check the name. Did you mean 'result'?" measure resul
refused 2 "found the file '$volume' only" measure "$volume"
refused 2 "expected one folder for results" measure "$volume" "$classes" new -o another
refused 2 "no folder for the results behind '$classes'" measure "$volume" "$classes"
refused 2 "found no name" measure
mkdir nothing
refused 1 "nothing: expected a folder that cytomo analyze wrote, found no summary.json." measure nothing
cytomo measure "$volume" "$classes" -o behind --placements 0
[ -s behind/objects.csv ] || fail "-o is not the folder for results"
