#!/bin/sh
# Wrong data for a training are named within seconds, with what was expected, what was found, and what to do.
. "$(dirname "$0")/helpers.sh"

image=$CELL/tomogram.mrc
learn() { cytomo train --init none --widths 16 --steps 1 --no-report -o "$@"; }
wrong() {
    code=$1 text=$2
    shift 2
    refused "$code" "$text" train --init none --steps 1 -o new.safetensors "$@"
}

wrong 2 "nothing with labels"
wrong 2 "as many --labels as --images" --images "$image"
wrong 1 "nowhere.tif" --images "$image" --labels nowhere.tif
wrong 2 "--classes" --images "$image" --labels "$CELL/classes.tif" --classes mitochondrion
wrong 1 "What is 2, 4, 5, 6?" --images "$image" --labels "$CELL/classes.tif" --classes 1=cell,3=mitochondrion
wrong 2 "--ignore-value" --images "$image" --labels "$CELL/classes.tif" --classes 1=cell --ignore-value 1

# Labels in place of a tomogram, a tomogram in place of labels, and both exchanged: the right call is shown.
wrong 1 "classes.tif: expected a tomogram, grey values, found labels (0 background" --images "$CELL/classes.tif" --labels "$CELL/classes.tif"
grep -q -- "--grey$" err.txt || fail "does not say how to go on all the same: $(cat err.txt)"
wrong 1 "instances.tif: expected a tomogram, grey values" --images "$image" --labels "$CELL/classes.tif" --unlabelled "$CELL/instances.tif"
wrong 1 "tomogram.mrc: expected labels of $image" --images "$image" --labels "$image"
wrong 1 "  cytomo train --init none --steps 1 -o new.safetensors --images $image --labels $CELL/classes.tif" \
    --images "$CELL/classes.tif" --labels "$image"

# Labels of another size, and of other voxels.
"$CYTOMO" simulate small --preset cell-edge --seed 7 --size 64,48,24 --voxel-nm 40 --quiet
wrong 1 "64 x 64 x 24, found 64 x 48 x 24" --images "$image" --labels small/classes.tif
cytomo convert "$CELL/classes.tif" coarse.tif --voxel-nm 50
wrong 1 "40 x 40 x 40 nm, found 50 x 50 x 50 nm" --images "$image" --labels coarse.tif

# Files without a voxel size: the image must have one.
cytomo convert "$image" bare.npy
rm -f bare.npy.json
wrong 1 "--voxel-nm" --images bare.npy --labels "$CELL/classes.tif"

# A folder, and a table: one tomogram with labels of its own numbers, one without.
mkdir -p set/images set/labels
cp "$image" set/images/one.mrc
cp "$CELL/classes.tif" set/labels/one.tif
cp "$image" set/images/two.mrc
learn folder.safetensors --folder set --polarity dark
grep -q "two.mrc (without labels)" err.txt || fail "does not find the unlabelled tomogram"
printf 'image,labels,voxel_nm,polarity\nimages/one.mrc,labels/one.tif,"40,40,40",dark\nimages/two.mrc,,,\n' >set/list.csv
learn table.safetensors --manifest set/list.csv \
    --classes "3=mitochondrion,4=droplet,1=cell,2=cell,5=background,6=unlabelled"
grep -q "dense matter is dark$" err.txt || fail "does not take the polarity of the table"
grep -q "^ *3 mitochondrion .* voxels" err.txt || fail "small numbers do not stay ids"
cytomo segment "$image" named.tif --model table.safetensors --probabilities p.tif
[ -s p.droplet.tif ] || fail "the model does not carry the names: $(ls)"
printf 'image,labels\nimages/one.mrc,labels/none.tif\n' >set/list.csv
wrong 1 "none.tif" --manifest set/list.csv
rm set/images/one.mrc
wrong 1 "one.tif: expected a tomogram of the same name" --folder set
[ ! -e new.safetensors ] || fail "a model in spite of the error"
