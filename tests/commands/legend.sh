#!/bin/sh
# A user's own classes keep their names from training to the last table, whatever program or format lies between.
. "$(dirname "$0")/helpers.sh"

# The true classes 3 (mitochondrion) and 4 (lipid droplet) as a user would number them. A file of which nobody knows
# what it holds: numpy's, without the file beside it.
cytomo convert "$CELL/classes.tif" classes.npy
header=$(($(wc -c <classes.npy) - 64 * 64 * 24))
renumber() { # the values 1, 2, 3, 4, 5, 6 become these
    { head -c $header classes.npy; tail -c +$((header + 1)) classes.npy | tr '\001\002\003\004\005\006' "$1"; }
}
renumber '\000\000\001\002\000\000' >own.npy
[ "$(wc -c <own.npy)" -eq "$(wc -c <classes.npy)" ] || fail "wrong size of own.npy"

# Training gives names, and everything that the model makes carries them.
cytomo train --images "$CELL/tomogram.mrc" --labels own.npy --classes 1=mitochondrion,2=droplet --init none --widths 16 --polarity dark --steps 2 \
    --seed 1 --no-report --quiet --voxel-nm 40 -o own.safetensors
cytomo segment "$CELL/tomogram.mrc" predicted.tif --model own.safetensors --views 1 --probabilities p.tif
cytomo info predicted.tif
grep -q "^legend  *0 background, 1 mitochondrion, 2 droplet$" out.txt || fail "no legend: $(cat out.txt)"
cytomo info predicted.tif --json
expect droplet "name of class 2" json out.txt legend 2 name
cytomo surface p.tif soft --probabilities
grep -q "does not say" err.txt && fail "the probabilities do not say what they are"

# The user's own labels with their names, through all formats. convert keeps it.
cytomo convert own.npy own.tif --legend 1=mitochondrion,2=droplet --voxel-nm 40
cytomo convert own.tif own.mrc
cytomo convert own.mrc own.h5
cytomo convert own.h5 back.npy
cytomo info back.npy --json
expect mitochondrion "name of class 1 after tif, mrc, h5, npy" json out.txt legend 1 name
expect 214 "its colour" json out.txt legend 1 colour 0
cytomo convert back.npy named.tif --type uint8

# measure: names, and what is done with them, follow the name and not the number.
cytomo measure "$CELL/tomogram.mrc" named.tif named --placements 0
grep -q "does not say" err.txt && fail "the legend of named.tif was not found"
names() { tail -n +2 "$1/objects.csv" | cut -d, -f3 | sort -u | tr '\n' ' '; }
expect "droplet mitochondrion " "classes of objects.csv" names named
tail -n +2 named/network.csv | grep -q . || fail "mitochondria were not measured as networks"
grep -q "as the file of the classes says" named/summary.json || fail "the record does not say whose names these are"
expect 0 "filopodia" sh -c "tail -n +2 named/filopodia.csv | wc -l | tr -d ' '"

# The same objects as with the standard numbers: found and measured as mitochondria and droplets.
renumber '\000\000\003\004\000\000' >standard.npy
cytomo measure "$CELL/tomogram.mrc" standard.npy standard --placements 0 --voxel-nm 40
grep -q "standard.npy: the file does not say what its classes are; those of the default model are taken" err.txt ||
    fail "a bare file takes the default legend in silence"
rows() { tail -n +2 "$1/objects.csv" | cut -d, -f1,4- | sort; }
rows standard >standard.txt
rows named >named.txt
cmp standard.txt named.txt || fail "objects differ by the numbers of their classes"
for table in network.csv contacts.csv; do
    expect "$(wc -l <standard/$table)" "rows of $table" sh -c "wc -l < named/$table"
done

# surface, render, evaluate.
cytomo surface named.tif meshes --per-instance
[ -s meshes/mitochondrion.ply ] && [ -s meshes/droplet.ply ] || fail "surfaces are named $(ls meshes)"
[ ! -e meshes/cytoplasm.ply ] || fail "a surface of cytoplasm"
ls meshes/objects | grep -q '^droplet-' || fail "objects are named $(ls meshes/objects)"
cytomo render slices "$CELL/tomogram.mrc" --classes named.tif -o names.png
cytomo render slices "$CELL/tomogram.mrc" --classes standard.npy --legend 3=mitochondrion,4=droplet -o same.png
cytomo render slices "$CELL/tomogram.mrc" --classes own.npy --legend 1=nucleus,2=golgi -o other.png
cmp names.png same.png || fail "pictures differ by the numbers of the classes"
cmp -s names.png other.png && fail "--legend does not change the picture"
cytomo render surfaces meshes/droplet.ply -o a.png --size 60,40 --samples 4
cytomo render surfaces meshes/droplet.ply -o b.png --size 60,40 --samples 4 --legend '2=droplet #0000ff'
cmp -s a.png b.png && fail "--legend does not colour surfaces"

# evaluate matches classes by name; what only one of them has is told by its name.
cytomo evaluate named.tif "$CELL/classes.tif" --json --classes 4
about "$(json out.txt classes 0 dice)" 1 0 "Dice of droplets"
expect "lipid droplet" "class 4" json out.txt classes 0 name
# A truth that names some classes only: numbers are the prediction's, and what nobody labelled has no score.
cytomo evaluate "$CELL/classes.tif" named.tif --json
expect cytoplasm "class 1 of the prediction" json out.txt classes 0 name
grep -q '"dice": *null' out.txt || fail "a Dice of what nobody labelled: $(cat out.txt)"
! grep -q '"dice": *0[.,]' out.txt || fail "a Dice near 0: $(cat out.txt)"
about "$(json out.txt mean_dice)" 1 0 "mean Dice over both of the user's classes"
grep -q "named.tif: names no class 1 cytoplasm, 2 nucleus, .*: nobody labelled it there" err.txt ||
    fail "does not say what nobody labelled"
cytomo evaluate "$CELL/classes.tif" named.tif --json --classes 3
expect mitochondrion "the prediction's class 3" json out.txt classes 0 name
about "$(json out.txt classes 0 dice)" 1 0 "Dice of mitochondria"
cytomo evaluate "$CELL/classes.tif" own.npy --truth-legend 1=mitochondrion,2=droplet --voxel-nm 40 --classes 1,3
head -1 out.txt | grep -q "1 cytoplasm  *3 mitochondrion$" || fail "the columns are called: $(head -1 out.txt)"
grep -q "^Dice  *-  *1.000$" out.txt || fail "Dice of what nobody labelled: $(cat out.txt)"
grep -q "^detection F1  *-  " out.txt || fail "F1 of what nobody labelled: $(cat out.txt)"
grep -q "^objects  *-  *[1-9]" out.txt || fail "objects that nobody labelled: $(cat out.txt)"
# Each side has classes of its own: the truth's numbers, and no class gets the number of another.
cytomo evaluate "$CELL/classes.tif" own.npy --truth-legend 1=mitochondrion,2=golgi --voxel-nm 40
head -1 out.txt | grep -q "1 mitochondrion  *2 golgi .*4 lipid droplet" || fail "the columns are called: $(head -1 out.txt)"
! head -1 out.txt | grep -q " 3 " || fail "another class has the number of the prediction's mitochondria: $(head -1 out.txt)"
cytomo evaluate own.npy named.tif --json --voxel-nm 40
grep -q "own.npy: .* taken to be those of named.tif" err.txt || fail "does not say what own.npy is taken for"
about "$(json out.txt mean_dice)" 1 0 "mean Dice of the same, bare"
cytomo evaluate own.npy "$CELL/classes.tif" --json --legend 1=mitochondrion,2=droplet \
    --truth-legend "$CELL/truth.json" --classes 4 --voxel-nm 40
about "$(json out.txt classes 0 dice)" 1 0 "Dice of droplets with two legends"
cytomo evaluate "$CELL/classes.tif" own.npy --match 4=2 --json --voxel-nm 40 --truth-legend 1=mitochondrion,2=droplet
about "$(json out.txt classes 1 dice)" 1 0 "Dice of what was matched by hand"

# --legend wins, and says so; files say it as well as lists.
printf '# mine\n1 vesicle\n2 lipid droplet 240,190,70\n' >legend.txt
cytomo measure "$CELL/tomogram.mrc" named.tif told --legend legend.txt --placements 0
grep -q "named.tif: the file says that its classes are 0 background, 1 mitochondrion, 2 droplet; --legend says" err.txt ||
    fail "does not say that --legend contradicts the file"
expect "lipid droplet vesicle " "classes by --legend" names told
printf '{"1": "mitochondrion", "2": {"name": "droplet"}}' >legend.json
cytomo measure "$CELL/tomogram.mrc" own.npy json --legend legend.json --placements 0 --voxel-nm 40
rows json | cmp - named.txt || fail "a list and a file do not say the same"
grep -q "contradict\|otherwise" err.txt && fail "a contradiction where there is none"

# Values that nothing explains are refused, with advice, and nothing is begun.
renumber '\000\000\001\011\000\000' >unknown.npy
for command in "measure $CELL/tomogram.mrc unknown.npy bad" "surface unknown.npy bad" \
    "render slices $CELL/tomogram.mrc --classes unknown.npy -o bad.png" "evaluate unknown.npy $CELL/classes.tif" \
    "evaluate $CELL/classes.tif unknown.npy"; do
    refused 1 "What is 9? Name every value: --" $command --voxel-nm 40
done
refused 1 "What is 2? Name every value: --legend" measure "$CELL/tomogram.mrc" named.tif bad --legend 1=mitochondrion
refused 2 "--legend: expected VALUE=NAME" measure "$CELL/tomogram.mrc" named.tif bad --legend mitochondrion
refused 1 "legend.bad, line 2" surface named.tif bad --legend "$(printf '1 a\n2\n' >legend.bad; echo legend.bad)"
refused 2 "--legend: expected for each class a value of its own" convert own.npy bad.tif --legend 1=a,2=a
[ ! -e bad ] && [ ! -e bad.png ] && [ ! -e bad.tif ] || fail "a result in spite of the error"

# Edits write the names again.
printf 'delete 1\n' >edits.txt
cytomo measure "$CELL/tomogram.mrc" named.tif edited --edits edits.txt --placements 0
cytomo info edited/classes.tif --json
expect droplet "name of class 2 after edits" json out.txt legend 2 name

# Labels that carry their names teach the classes that they name: here under the default model's numbers.
cytomo train --images "$CELL/tomogram.mrc" --labels named.tif --init none --widths 16 --polarity dark --steps 1 --no-report --seed 1 -o again.safetensors
grep -q "1 mitochondrion, 2 lipid droplet.*, as their files say" err.txt || fail "names of the labels: $(cat err.txt)"

# A mask of which nobody says what it is: told before it is measured, with the value that stands in the file.
renumber '\000\000\001\000\000\000' >mask.npy
renumber '\000\000\377\000\000\000' >mask255.npy
cytomo surface mask.npy masked --voxel-nm 40 --min-volume-um3 0
grep -qF "warning: mask.npy: holds one class, 1, and does not say which. It is taken as cytoplasm" err.txt ||
    fail "makes surfaces of a mask in silence"
grep -qxF "  cytomo surface mask.npy masked --voxel-nm 40 --min-volume-um3 0 --legend 1=NAME" err.txt ||
    fail "does not show how it is named"
cytomo measure "$CELL/tomogram.mrc" mask255.npy masked255 --voxel-nm 40 --min-volume-um3 0 --placements 0
grep -qF "warning: mask255.npy: holds one class, 255, and does not say which" err.txt || fail "measures a mask in silence"
grep -qF -- "--legend 255=NAME" err.txt || fail "does not name the value that stands in the file"
cytomo surface mask.npy told-masked --voxel-nm 40 --min-volume-um3 0 --legend 1=mitochondrion
! grep -q "holds one class" err.txt || fail "a warning about a mask that was named"
cytomo surface standard.npy told-standard --voxel-nm 40
! grep -q "holds one class" err.txt || fail "two classes are taken for a mask"

# A misspelt name is told before it stands in a file.
cytomo convert own.npy misspelt.tif --legend 1=mitochondira,2=droplet --voxel-nm 40
grep -qF "'mitochondira', is no name that cytomo knows. Did you mean 'mitochondrion'?" err.txt ||
    fail "writes a misspelt name in silence"
cytomo convert own.npy spelt.tif --legend 1=mitochondrion,2=droplet --voxel-nm 40
! grep -q "Did you mean" err.txt || fail "takes a known name for a misspelt one"

# Object numbers in place of classes.
cp "$CELL/instances.tif" "$CELL/classes.tif" .
shown() { grep -qxF -- "$1" err.txt || fail "does not show '$1'"; }
refused 1 "instances.tif: expected classes, one number for each kind of organelle, found what looks like object numbers" \
    measure "$CELL/tomogram.mrc" instances.tif objects
shown "  cytomo measure $CELL/tomogram.mrc classes.tif objects --instances instances.tif"
refused 1 "classes.tif lies beside it" surface instances.tif objects
shown "  cytomo surface classes.tif objects --instances instances.tif"
[ ! -e objects ] || fail "a result in spite of the error"
