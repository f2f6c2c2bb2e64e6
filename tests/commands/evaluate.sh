#!/bin/sh
# The truth agrees with itself in everything.
. "$(dirname "$0")/helpers.sh"

cytomo evaluate "$CELL/classes.tif" "$CELL/classes.tif" --json
about "$(json out.txt mean_dice)" 1 0 "mean Dice of the truth with itself"
expect evaluate "the command in the record" json out.txt record Command
case $(json out.txt record "Truth checksum") in ????????????????" (FNV-1a)") ;; *) fail "no checksum: $(cat out.txt)" ;; esac
cytomo evaluate "$CELL/classes.tif" "$CELL/classes.tif"
tr "\n" " " <out.txt | grep -q "that themselves lie by more than half on that" || fail "recognised is half explained: $(cat out.txt)"
# Which classes the mean is of follows what occurs: it is said.
cytomo evaluate "$CELL/classes.tif" "$CELL/classes.tif" --classes vesicle,3,1
grep -q "^mean Dice 1.000 of 3 mitochondrion, 5 vesicle; recognised" out.txt || fail "not of what the mean is: $(cat out.txt)"
cytomo evaluate "$CELL/classes.tif" "$CELL/classes.tif" --classes 1 --json
expect 1 "class that the mean is of" json out.txt mean_dice_classes 0
cytomo evaluate "$CELL/classes.tif" "$CELL/classes.tif"
grep -q "mean Dice 1.000" out.txt || fail "no mean Dice in: $(cat out.txt)"
cytomo simulate other --seed 8 --size 32 --voxel-nm 40
refused 1 "expected the size of the truth" evaluate other/classes.tif "$CELL/classes.tif"

# Volumes of 32³ voxels of 40 nm, made here: a file of which nobody knows what it holds, numpy's without the one beside it.
cytomo convert other/classes.tif other.npy
header=$(($(wc -c <other.npy) - 32 * 32 * 32))
volume() { # FILE AWK: the value of each voxel (x, y, z), one digit
    {
        head -c $header other.npy
        awk "BEGIN { for (z = 0; z < 32; ++z) for (y = 0; y < 32; ++y) for (x = 0; x < 32; ++x) {
            v = 0; $2; printf \"%d\", v } }" |
            tr '0123456' '\000\001\002\003\004\005\006'
    } >"$1"
    [ "$(wc -c <"$1")" -eq "$(wc -c <other.npy)" ] || fail "wrong size of $1"
}
box() { echo "if (x >= $2 && x < $3 && y >= 4 && y < 24 && z >= 4 && z < 24) v = $1"; }

# A nucleus (0.5 µm³) and seven crumbs of its class are one object, as analyze says, and not eight.
crumb='if (z == 30 && y == 30 && x % 4 == 1 && x < 28) v = 2'
volume whole.npy "$(box 2 4 24)"
volume crumbs.npy "$(box 2 4 24); $crumb"
names="--legend 1=cytoplasm,2=nucleus,3=mitochondrion"
cytomo evaluate crumbs.npy whole.npy --voxel-nm 40 $names --json
expect 1 "nuclei" json out.txt classes 0 objects_predicted
about "$(json out.txt classes 0 detection_f1)" 1 0 "F1 of the nucleus"
grep -q -- "--connected" err.txt || fail "does not say how objects were found"
cytomo evaluate crumbs.npy whole.npy --voxel-nm 40 $names --json --connected
expect 8 "what hangs together" json out.txt classes 0 objects_predicted
about "$(json out.txt classes 0 detection_f1)" 0.222222 1e-5 "F1 by what hangs together: 2 / (1 + 8)"
cytomo evaluate "$CELL/classes.tif" "$CELL/classes.tif" --json
# Each class that occurs: 1, or null where nothing is an object.
sed -n 's/.*"detection_f1": *\([^,}]*\).*/\1/p' out.txt >f1.txt
[ "$(grep -cxF 1.0 f1.txt)" -ge 4 ] || fail "no detection F1 of four classes in: $(cat out.txt)"
! grep -vxF -e 1.0 -e null f1.txt || fail "the truth does not agree with itself: $(cat out.txt)"

# A mask of one organelle beside classes: told, with the right call; and named by both numbers.
volume mask.npy "$(box 1 4 24)"
volume classes.npy "v = 1; $(box 3 4 24)"
cytomo evaluate classes.npy mask.npy --voxel-nm 40
grep -qF "holds one class, 1, and does not say which" err.txt || fail "does not say that it compares a mask"
grep -qF "looks like 3 mitochondrion (Dice 1.000)" err.txt || fail "does not say what the mask looks like"
grep -qF "  cytomo evaluate classes.npy mask.npy --voxel-nm 40 --match 3=1" err.txt || fail "does not show the call"
cytomo evaluate classes.npy mask.npy --voxel-nm 40 --match 3=1
head -1 out.txt | grep -q "3=1 mitochondrion" || fail "the column is called: $(head -1 out.txt)"
grep -q "^Dice  *1.000" out.txt || fail "Dice of what was matched: $(cat out.txt)"
cytomo evaluate classes.npy mask.npy --voxel-nm 40 --match 3=1 --legend 1=cell,3=vesicle --truth-legend 1=nucleus
head -1 out.txt | grep -q "3 vesicle = 1 nucleus" || fail "the column is called: $(head -1 out.txt)"
cytomo evaluate mask.npy classes.npy --voxel-nm 40
grep -qF -- "--match 1=3" err.txt || fail "does not show the call for a mask as prediction"
cytomo evaluate classes.npy classes.npy --voxel-nm 40
! grep -q -- "--match" err.txt || fail "a hint where there is nothing to say"

# Classes by name, and what was meant.
cytomo evaluate "$CELL/classes.tif" "$CELL/classes.tif" --classes vesicle,3 --json
expect vesicle "the second class" json out.txt classes 1 name
refused 2 "Did you mean 'mitochondrion'?" evaluate "$CELL/classes.tif" "$CELL/classes.tif" --classes mitocondria

# A binned prediction, and the call that brings it back.
cytomo convert "$CELL/classes.tif" binned.tif --resample-nm 80
refused 1 "  cytomo convert binned.tif on-the-truth.tif --like $CELL/classes.tif --labels" \
    evaluate binned.tif "$CELL/classes.tif"
cytomo convert binned.tif on-the-truth.tif --like "$CELL/classes.tif" --labels
cytomo evaluate on-the-truth.tif "$CELL/classes.tif" --json
about "$(json out.txt classes 0 dice)" 0.97 0.03 "Dice of the cytoplasm, binned and brought back"

# Truth and prediction exchanged: the first holds what cytomo simulate knows to be true, the second does not.
mkdir result
cytomo convert "$CELL/classes.tif" result/classes.tif
echo '{}' >result/summary.json
cytomo evaluate "$CELL/classes.tif" result/classes.tif --instances "$CELL/instances.tif"
head -1 err.txt | grep -qF "warning: $CELL/classes.tif, given as the prediction, holds the true classes" ||
    fail "does not say on top that truth and prediction are exchanged"
grep -qF "result/classes.tif, given as the truth, lies in a result of cytomo" err.txt || fail "does not know the result"
grep -qxF "  cytomo evaluate result/classes.tif $CELL/classes.tif --truth-instances $CELL/instances.tif" err.txt ||
    fail "does not show the right call"
cytomo evaluate result/classes.tif "$CELL/classes.tif"
! grep -q exchanged err.txt || fail "takes the right order for the wrong one"
cytomo evaluate "$CELL/classes.tif" "$CELL/classes.tif"
! grep -q exchanged err.txt || fail "takes two truths for exchanged"
refused 2 "no class is called 'golgi'. There are 0 background, 1 cytoplasm, 2 nucleus" \
    evaluate "$CELL/classes.tif" "$CELL/classes.tif" --classes droplet,golgi

# Object numbers in place of classes, on either side.
refused 1 "what looks like object numbers, 1 to" evaluate "$CELL/instances.tif" "$CELL/classes.tif"
grep -qxF "  cytomo evaluate $CELL/classes.tif $CELL/classes.tif --instances $CELL/instances.tif" err.txt ||
    fail "does not show where numbers of the prediction's objects go"
refused 1 "what looks like object numbers, 1 to" evaluate result/classes.tif "$CELL/instances.tif"
grep -qxF "  cytomo evaluate result/classes.tif $CELL/classes.tif --truth-instances $CELL/instances.tif" err.txt ||
    fail "does not show where numbers of the true objects go"
