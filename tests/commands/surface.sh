#!/bin/sh
# One mesh a class, in every format, as many triangles as its header says.
. "$(dirname "$0")/helpers.sh"

cytomo surface "$CELL/classes.tif" meshes
grep -qF "follow the probabilities" err.txt || fail "does not say why its areas are others than those of analyze"
[ -s meshes/mitochondrion.ply ] || fail "no mitochondrion.ply in: $(ls meshes)"
[ "$(head -c 3 meshes/mitochondrion.ply)" = ply ] || fail "not PLY"
cytomo surface "$CELL/classes.tif" stl --format stl --instances "$CELL/instances.tif"
count=$(od -An -tu4 -j80 -N4 stl/mitochondrion.stl | tr -d ' ')
expect $((84 + 50 * count)) "bytes of mitochondrion.stl" sh -c "wc -c < stl/mitochondrion.stl | tr -d ' '"
[ "$(find stl/objects -name '*.stl' | wc -l)" -gt 3 ] || fail "too few objects"
cytomo surface "$CELL/classes.tif" obj --format obj --simplify 0.5
[ "$(grep -c '^f ' obj/mitochondrion.obj)" -lt "$count" ] || fail "--simplify kept all triangles"
# One name for one thing: --smoothing, as in measure and analyze. The earlier one still does.
cytomo surface "$CELL/classes.tif" rough --smoothing 0
cytomo surface "$CELL/classes.tif" earlier --smooth 0
cmp rough/mitochondrion.ply earlier/mitochondrion.ply || fail "--smooth is not --smoothing"
! cmp -s rough/mitochondrion.ply meshes/mitochondrion.ply || fail "--smoothing changes nothing"
cytomo surface --help
! grep -q -- "--smooth " out.txt || fail "help shows two names for one thing"
refused 2 "--simplify" surface "$CELL/classes.tif" bad --simplify 2
[ ! -e bad ] || fail "a folder in spite of the error"

# Curvature and the missing wedge: in the files, by other programs that read them, and in surfaces.csv.
for format in ply vtp glb; do
    cytomo surface "$CELL/classes.tif" "curved-$format" --format "$format" --curvature --tilt-range=-60,60 \
        --instances "$CELL/instances.tif"
done
grep -q "% in the missing wedge" err.txt || fail "does not say how much is in the wedge: $(cat err.txt)"
[ "$(wc -l < curved-ply/surfaces.csv)" -eq $(($(find curved-ply/objects -name '*.ply' | wc -l) + 1)) ] ||
    fail "surfaces.csv has not one row an object"
head -1 curved-ply/surfaces.csv | grep -q "^object,class_id,class,mesh_volume_um3,area_um2," || fail "columns of surfaces.csv"
head -1 curved-ply/surfaces.csv | grep -q ",unsupported_share,mean_curvature_per_um," || fail "columns of surfaces.csv"
cytomo surface "$CELL/classes.tif" full --curvature --tilt-range=-90,90
grep -q ", 0 % in the missing wedge" err.txt || fail "full rotation leaves a wedge: $(cat err.txt)"
[ ! -e full/surfaces.csv ] || fail "rows of objects that nobody asked for"
grep -q -- "--per-instance beside it writes surfaces.csv" err.txt || fail "does not say how surfaces.csv is had"
cytomo surface --help
tr -s ' \n' ' ' <out.txt | grep -qF "with --per-instance or --instances, surfaces.csv" || fail "help does not say what surfaces.csv takes"
refused 2 "two angles" surface "$CELL/classes.tif" bad --curvature --tilt-range 60
refused 2 "tilt" surface "$CELL/classes.tif" bad --curvature --tilt-range=60,-60
[ ! -e bad ] || fail "a folder in spite of the error"
if /usr/bin/python3 -c 'import vtk' 2>/dev/null; then
    /usr/bin/python3 "$here/surface_scalars.py" curved-ply curved-vtp curved-glb || fail "files read by VTK differ"
else
    skip "files were not read by VTK, since python3-vtk9 is not there"
fi
