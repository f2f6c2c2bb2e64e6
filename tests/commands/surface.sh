#!/bin/sh
# One mesh a class, in every format, as many triangles as its header says.
. "$(dirname "$0")/helpers.sh"

cytomo surface "$CELL/classes.tif" meshes
[ -s meshes/mitochondrion.ply ] || fail "no mitochondrion.ply in: $(ls meshes)"
[ "$(head -c 3 meshes/mitochondrion.ply)" = ply ] || fail "not PLY"
cytomo surface "$CELL/classes.tif" stl --format stl --instances "$CELL/instances.tif"
count=$(od -An -tu4 -j80 -N4 stl/mitochondrion.stl | tr -d ' ')
expect $((84 + 50 * count)) "bytes of mitochondrion.stl" sh -c "wc -c < stl/mitochondrion.stl | tr -d ' '"
[ "$(find stl/objects -name '*.stl' | wc -l)" -gt 3 ] || fail "too few objects"
cytomo surface "$CELL/classes.tif" obj --format obj --simplify 0.5
[ "$(grep -c '^f ' obj/mitochondrion.obj)" -lt "$count" ] || fail "--simplify kept all triangles"
refused 2 "--simplify" surface "$CELL/classes.tif" bad --simplify 2
[ ! -e bad ] || fail "a folder in spite of the error"
