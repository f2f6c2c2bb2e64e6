#!/bin/sh
# Spaces and other letters in names; folders that cannot be written to.
. "$(dirname "$0")/helpers.sh"

mkdir "my cells"
name="my cells/Zelle № 1 (Kälte).mrc"
cp "$CELL/tomogram.mrc" "$name"
cp "$CELL/classes.tif" "my cells/true classes.tif"
cytomo info "$name" --json
expect MRC format json out.txt format
cytomo convert "$name" "my cells/copy of it.tif"
cytomo measure "$name" "my cells/true classes.tif" "my cells/numbers, first try"
cytomo surface "my cells/true classes.tif" "my cells/sur faces"
holds "my cells" "Zelle № 1 (Kälte).mrc" "copy of it.tif" "numbers, first try" "sur faces" "true classes.tif"

[ "$(id -u)" -ne 0 ] || exit 0 # root may write everywhere
mkdir locked
chmod a-w locked
refused 1 "locked" convert "$name" locked/new.tif
refused 1 "locked" simulate locked/new --size 32
