#!/bin/sh
# The truth agrees with itself in everything.
. "$(dirname "$0")/helpers.sh"

cytomo evaluate "$CELL/classes.tif" "$CELL/classes.tif" --json
about "$(json out.txt mean_dice)" 1 0 "mean Dice of the truth with itself"
expect evaluate "the command in the record" json out.txt record Command
case $(json out.txt record "Truth checksum") in ????????????????" (FNV-1a)") ;; *) fail "no checksum: $(cat out.txt)" ;; esac
cytomo evaluate "$CELL/classes.tif" "$CELL/classes.tif"
grep -q "mean Dice 1.000" out.txt || fail "no mean Dice in: $(cat out.txt)"
cytomo simulate other --seed 8 --size 32 --voxel-nm 40
refused 1 "expected the size of the truth" evaluate other/classes.tif "$CELL/classes.tif"
