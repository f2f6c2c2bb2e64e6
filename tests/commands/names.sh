#!/bin/sh
# Names of files may be any bytes; classes are told apart by their names, in files and in numbers; and an option that
# names something goes with what it names.
. "$(dirname "$0")/helpers.sh"

# Latin-1, as old disks have it: what was measured is written, as JSON that programs read.
latin=$(printf 'z\344hne')
cytomo simulate small --seed 8 --size 32 --voxel-nm 40
cp small/tomogram.mrc "$latin.mrc"
cp small/classes.tif "$latin.tif"
printf 'delete 1\n' > edits.txt
cytomo measure "$latin.mrc" "$latin.tif" measured --edits edits.txt --placements 0
json measured/summary.json record Input | grep -q '/z.*hne\.mrc$' || fail "$(json measured/summary.json record Input)"
json measured/error_model.json absent | grep -q 'hne\.tif' || fail "$(json measured/error_model.json absent)"

# Two classes whose files would have one name.
refused 1 "'lipid droplet' and 'lipid-droplet', both of them lipid-droplet" surface "$CELL/classes.tif" bad \
    --legend "1=a,2=b,3=c,4=lipid droplet,5=lipid-droplet,6=f"

# Classes that only the prediction has get ids that the truth leaves free: six here, then none.
prediction="1=a,2=b,3=c,4=d,5=e,6=f"
numbered() { awk -v n="$1" 'BEGIN { for (i = 1; i <= n; ++i) print i, "t" i }'; }
numbered 248 > many.txt
cytomo evaluate "$CELL/classes.tif" "$CELL/classes.tif" --json --legend "$prediction" --truth-legend many.txt
expect "1 2 3 4 5 6 249 250 251 252 253 254" "ids of the classes" sh -c "grep -o '\"id\": [0-9]*' out.txt | cut -c7- | xargs"
numbered 249 > many.txt
refused 1 "at most 254 classes" evaluate "$CELL/classes.tif" "$CELL/classes.tif" --legend "$prediction" --truth-legend many.txt
numbered 254 > many.txt
refused 1 "at most 254 classes" evaluate "$CELL/classes.tif" "$CELL/classes.tif" --legend "$prediction" --truth-legend many.txt

# Another part of the cell: nothing brings it back.
refused 1 "neither cropped nor binned" evaluate small/classes.tif "$CELL/classes.tif"

refused 2 "--classes" render slices "$CELL/tomogram.mrc" --legend 1=x -o bad.png
refused 2 "--world wide" simulate --world wide --write-config bad.json
[ ! -e bad ] && [ ! -e bad.png ] && [ ! -e bad.json ] || fail "a result in spite of the error"

# With a model. Names of as many letters as those they replace, so that its file stays whole.
need_model
model=${CYTOMO_MODEL:-$SOURCE/models/default.safetensors}
LC_ALL=C sed 's/cytoplasm/cell body/g' "$model" > renamed.safetensors
cytomo analyze small/tomogram.mrc result --model renamed.safetensors --views 1 --placements 0 --pictures none
[ -s result/surfaces/cell-body.ply ] && [ -s result/surfaces/cell-outline.ply ] || fail "surfaces are $(ls result/surfaces)"
LC_ALL=C sed 's/mitochondrion/lipid-droplet/g' "$model" > twice.safetensors
refused 1 "'lipid-droplet' and 'lipid droplet', both of them lipid-droplet" analyze small/tomogram.mrc bad \
    --model twice.safetensors
[ ! -e bad ] || fail "a folder in spite of the error"
refused 1 "'lipid-droplet' and 'lipid droplet', both of them lipid-droplet" segment small/tomogram.mrc bad.tif \
    --model twice.safetensors --probabilities p.tif
[ ! -e bad.tif ] || fail "a file in spite of the error"

cytomo suggest "$latin.mrc" --count 1 --views 1 --json
json out.txt record Input | grep -q '/z.*hne\.mrc$' || fail "$(cat out.txt)"
cytomo train --images "$latin.mrc" --labels "$latin.tif" --init none --widths 16 --polarity dark --steps 1 --simulated 0 \
    --method supervised --no-report -o learnt.safetensors
[ -s learnt.safetensors ] || fail "no model"
