#!/bin/sh
# The other ways of learning than the default, and what follows a training.
. "$(dirname "$0")/helpers.sh"

# Little is computed: as if voxels were smaller, so that the model sees few of them (patches, held-out parts and the forest
# shrink with them); one level; and nobody asks the default model for the polarity, which takes longer than to learn.
polarity=dark
new="--init none --widths 16"
pair() {
    cytomo train --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" --voxel-nm 10 --polarity "$polarity" \
        --no-report "$@"
}

# The published method, for two classes and for more; its model is used like any other.
pair --method double-decoder --width 2 --steps 2 -o published.safetensors
grep -q "from nothing" err.txt || fail "does not say that it starts from nothing"
cytomo segment "$CELL/tomogram.mrc" published.tif --model published.safetensors --views 1
cytomo info published.tif --json
expect 64 size json out.txt size 0
cytomo convert "$CELL/tomogram.mrc" unlabelled.mrc
pair --method double-decoder --width 2 --steps 2 --classes 3=mitochondrion,1=background,2=background,4=background,5=background,6=background \
    --unlabelled unlabelled.mrc -o one.safetensors
cytomo segment "$CELL/tomogram.mrc" one.tif --model one.safetensors --views 1
refused 1 "double-decoder network" train --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" \
    --method double-decoder --init "$SOURCE/models/default.safetensors" --steps 1 -o no.safetensors
refused 1 "a 3D U-Net" train --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" \
    --init published.safetensors --steps 1 -o no.safetensors
refused 2 "double-decoder" train --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" \
    --method double-decoder --suggest 2 --steps 1 -o no.safetensors

# Simulated cells teach beside labels whose classes they have, under the user's spelling, if there is time.
classes="1=Cytosol,2=Nuclei,3=mitochondria,4=lipid,5=vesicles,6=filopodia"
pair $new --steps 1 --simulated 1 --simulated-size 48,48,32 --classes "$classes" -o both.safetensors
grep -q "1 simulated cells" err.txt || fail "does not say that simulated cells teach"
pair $new --steps 1 --simulated 2 --world wide --simulated-size 48,48,32 --classes "$classes" -o wide.safetensors
grep -q "2 simulated cells" err.txt || fail "does not learn from the wide world"
pair $new --steps 1 --classes "$classes" --suggest 2 -o short.safetensors
! grep -q "simulated cells" err.txt || fail "spends more on simulated cells than on the training"
# Slices to label next; where all are labelled, of the others (below).
grep -q "every slice has labels" out.txt || fail "names slices that have labels"
refused 2 "found 'plastid'" train --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" $new --polarity dark \
    --steps 1 --simulated 1 --classes "1=plastid,2=b,3=c,4=d,5=e,6=f" -o no.safetensors
[ ! -e no.safetensors ] || fail "a model in spite of the error"

pair $new --steps 1 --unlabelled unlabelled.mrc --suggest 2 -o suggesting.safetensors
expect 2 "suggested slices" grep -c "unlabelled.mrc, slice [0-9]* of 24 (index [0-9]*, z = " out.txt

# What hardly moved may be mixed with its start as far as it goes; what starts from nothing is not.
pair --steps 1 -o near.safetensors
grep -q "mixed 50 %" err.txt || fail "does not mix the starting model in"
pair $new --checkpoint state.safetensors --steps 1 -o far.safetensors
! grep -q "mixed" err.txt || fail "mixes random weights in"
cytomo segment "$CELL/tomogram.mrc" far.tif --model far.safetensors --views 1
grep -q "dense matter is" err.txt || fail "does not say the polarity"
! grep -q "guessed" err.txt || fail "guesses the polarity though the model was taught on one"
for polarity in dark bright; do # what it is taught later counts
    pair --init far.safetensors --steps 1 -o turned.safetensors --overwrite
    cytomo segment "$CELL/tomogram.mrc" turned.tif --model turned.safetensors --views 1 --overwrite
    grep -q "dense matter is $polarity;" err.txt || fail "forgets that it was taught on $polarity tomograms"
done

# A training that was stopped is not lost: it goes on, or its checkpoint (of far.safetensors, above) becomes a model.
cytomo train --weights-of state.safetensors -o so-far.safetensors
grep -q "step 1, running mean of the weights" err.txt || fail "does not say what it wrote"
cytomo segment "$CELL/tomogram.mrc" so-far.tif --model so-far.safetensors --views 1
! grep -q "guessed" err.txt || fail "the model of a checkpoint forgets the polarity"
refused 1 "so-far.safetensors" train --weights-of state.safetensors -o so-far.safetensors
refused 1 "a model, which can be used as it is" train --weights-of far.safetensors -o no.safetensors
refused 1 "cytomo train --weights-of" segment "$CELL/tomogram.mrc" no.tif --model state.safetensors
refused 2 "found --images" train --weights-of state.safetensors --images "$CELL/tomogram.mrc" -o no.safetensors
[ ! -e no.safetensors ] || fail "a model in spite of the error"

refused 2 "multiples of 16, up to 1024, found 15" train --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" \
    --init none --widths 15 --steps 1 -o no.safetensors
