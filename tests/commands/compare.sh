#!/bin/sh
# Groups of made-up results: what differs is found, what does not is not, and bad input is refused.
. "$(dirname "$0")/helpers.sh"

# result FOLDER NUMBER: a cell whose vesicles have a volume of NUMBER in all and are three, and whose droplets never
# differ. Further variables: VOXEL, MODEL, GREY, INPUT, PRECISION, DEFINITIONS, and RECORD: more of the record.
result() {
    mkdir -p "$1"
    cat >"$1/summary.json" <<END
{"definitions": ${DEFINITIONS:-1}, "size": [10, 10, 10], "voxel_um": [${VOXEL:-0.02}, 0.02, 0.03], "voxel_size_known": true,
 "grey_unit": "${GREY:-arbitrary}", "cell_volume_um3": 100, "ignored_volume_um3": 0,
 "classes": [
  {"id": 4, "name": "lipid droplet", "objects": 2, "voxels": 20, "volume_um3": 0.5, "mean_grey": 3},
  {"id": 5, "name": "vesicle", "objects": 3, "voxels": 70, "volume_um3": $2, "fraction_of_cell": null}],
 "filopodia": {"count": 1, "total_length_um": 4, "mean_length_um": $2, "mean_radius_um": 0.1},
 "record": {"Program": "cytomo 0.1.0", "Model checksum": "${MODEL:-abc}", "Input checksum": "${INPUT:-$1}",
  "Precision": "${PRECISION:-f32}"${RECORD:+, $RECORD}},
 "seconds": {"objects": 1.5}}
END
    cat >"$1/objects.csv" <<END
object,class_id,class,voxels,volume_um3,sphericity,centroid_x_um,touches_border
1,5,vesicle,5,$2,0.9,0.3,0
2,5,vesicle,5,1,0.5,0.4,0
3,5,vesicle,5,900,,0.5,1
4,6,filopodium,9,0.2,0.3,0.6,0
END
    printf 'object,length_um,attached\n4,%s,1\n' "$2" >"$1/filopodia.csv"
    printf 'object_a,class_a,object_b,class_b,gap_um,area_um2\n' >"$1/contacts.csv"
    [ "$2" = 1 ] ||
        printf '1,vesicle,7,lipid droplet,0.01,0.25\n8,lipid droplet,2,vesicle,0.01,0.5\n' >>"$1/contacts.csv"
}
# value CLASS MEASURE COLUMN: of comparison.csv in folder $out
value() {
    awk -F, -v class="$1" -v measure="$2" -v name="$3" '
        NR == 1 { for (i = 1; i <= NF; ++i) if ($i == name) c = i; next }
        $1 == measure && $2 == class { print $c }' "$out/comparison.csv"
}

for i in 1 2 3 4; do
    result "control/$i" "$i"
    result "treated/$i" "1$i"
done
out=four
cytomo compare four --group control=control/1,control/2,control/3,control/4 \
    --group treated=treated/1,treated/2,treated/3,treated/4
holds four .cytomo-files cells.csv comparison.csv pictures report.html
about "$(value vesicle volume_um3 p)" 0.0285714 0.0001 "p of the largest difference (2 of 70)"
about "$(value vesicle volume_um3 difference)" 10 1e-9 "difference"
about "$(value vesicle volume_um3 reference_median)" 2.5 1e-9 "median of the reference"
about "$(value vesicle median_volume_um3 median)" 12.5 1e-9 "median of medians over vesicles"
about "$(value vesicle median_sphericity median)" 0.7 1e-9 "median sphericity of two that are defined"
about "$(value filopodium mean_length_um difference)" 10 1e-9 "filopodia of the summary"
about "$(value filopodium median_length_um difference)" 10 1e-9 "filopodia of the table"
about "$(value vesicle objects_per_um3 median)" 0.03 1e-9 "vesicles in a µm³ of cell"
about "$(value "lipid droplet and vesicle" contacts median)" 2 1e-9 "contacts, whichever class comes first"
about "$(value "lipid droplet and vesicle" contacts reference_mean)" 1.5 1e-9 "no contact is 0 contacts"
about "$(value "lipid droplet and vesicle" total_contact_area_um2 median)" 0.75 1e-9 "area of contacts"
expect "" "p of what never differs" value "lipid droplet" volume_um3 p
for unwanted in definitions voxels centroid touches_border ignored attached mean_grey seconds; do
    if grep -q "^[^,]*$unwanted" four/comparison.csv; then fail "$unwanted was compared"; fi
done
grep -q '^cell,group,sample,measure,class,unit,value$' four/cells.csv || fail "columns of cells.csv"
grep -q '^control/2,control,control/2,volume_um3,vesicle,µm³,2$' four/cells.csv || fail "rows of cells.csv"
grep -q 'treated against control' four/report.html || fail "title of the report"
grep -q '<svg' four/pictures/vesicle.volume-um3.svg || fail "no picture"

# Measures by a part of their names, the shortest first.
refused 2 "Did you mean 'volume_um3', 'cell_volume_um3' or 'median_volume_um3'?" \
    compare parts --group a=control/1 --group b=treated/1 --measures volume
# Names with blanks, also around them.
cp -R control "my control"
cytomo compare blanks --group " my control = my control/1 , my control/2" --group "the treated=treated/1,treated/2"
grep -q '^1,my control,1,volume_um3' blanks/cells.csv || grep -q 'my control/1,my control,' blanks/cells.csv ||
    fail "group with a blank: $(head -3 blanks/cells.csv)"
# How many were tested, and that with two samples each none can have p ≤ 0.05, let alone by chance.
tested=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == "p") c = i; next } $c != "" { ++n } END { print n + 0 }' blanks/comparison.csv)
all=$(($(wc -l <blanks/comparison.csv) - 1))
grep -q "^$tested of $all comparisons were tested" err.txt || fail "not $tested of $all tested"
grep -q "none of them can have p ≤ 0.05" err.txt || fail "does not say that no p can be small"
! grep -q "by chance alone" err.txt || fail "says how many small p come by chance where none can"
refused 2 "need quotes around the whole" compare new --group "= control/1" --group b=treated/1

# Cells within samples: three and three samples allow no p below 0.1, and p does not profit from more cells.
mkdir plans
{
    printf 'folder;group;sample\r\n'
    for i in 1 2 3 4; do
        printf '../control/%s;control;c%s\r\n' $i $((i / 2))
        printf '../treated/%s;treated;t%s\r\n' $i $((i / 2))
    done
} >plans/design.csv
out=nested
cytomo compare nested --design plans/design.csv --reference treated --measures volume_um3,objects --classes vesicle
about "$(value vesicle volume_um3 p)" 0.1 1e-9 "p of three samples each"
about "$(value vesicle volume_um3 difference)" -10 1e-9 "difference from the other reference"
about "$(value vesicle volume_um3 reference_mean)" 12.5 1e-9 "mean of samples 11, (12 + 13) / 2, 14"
expect 4 "cells" value vesicle volume_um3 cells
expect 3 "samples" value vesicle volume_um3 samples
expect 2 "measures" sh -c "tail -n +2 nested/comparison.csv | wc -l | tr -d ' '"
grep -q "no p can be smaller than 0.1" err.txt || fail "does not say that p cannot be small"

out=whole
cytomo compare whole --group a=control/1,control/2 --group b=treated/1,treated/2 --whole-objects --quiet
about "$(value vesicle median_volume_um3 median)" 6.25 1e-9 "medians without objects at the border: 6, 6.5"
[ ! -s err.txt ] || fail "--quiet says something"

# One sample a group is described, not tested.
out=one
cytomo compare one --group a=control/1 --group b=treated/1 --group c=treated/2
expect "" "p of one sample" value vesicle volume_um3 p
grep -q "one sample only" err.txt || fail "does not say that one sample is no test"

# What makes results hard to compare is said.
VOXEL=0.04 result odd/voxel 5
MODEL=other result odd/model 6
GREY=1/µm INPUT=control/1 result odd/grey 7
PRECISION=bf16 result odd/precision 8
cytomo compare odd-out --group a=control/1,control/2 --group b=odd/voxel,odd/model,odd/grey
! grep -q "Different arithmetic" err.txt || fail "says that the arithmetic differs, though it does not"
cytomo compare mixed --group a=control/1,control/2 --group b=control/3,odd/precision
grep -q "Different arithmetic.*bf16 (such as .*precision).*f32" err.txt || fail "does not say that precisions are mixed"
cytomo compare odd-out --overwrite --group a=control/1,control/2 --group b=odd/voxel,odd/model,odd/grey
for text in "Voxel sizes differ" "Different models" "Only 1 of 5 tomograms are calibrated" "the same tomogram"; do
    grep -q "$text" err.txt || fail "does not say: $text"
done
grep -q "Voxel sizes differ" odd-out/report.html || fail "the report does not warn"
# Records as measure wrote them in the first version, and as all commands do now.
result former 5
sed -i 's|"record": {.*|"record": {"program": "cytomo 0.1.0", "command": "measure", "tomogram": "a.mrc"},|
    /"Precision"/d' former/summary.json
cytomo compare former-out --group a=control/1 --group b=former
! grep -q "Different versions" err.txt || fail "an earlier version's name for itself is taken for another version"
grep -q "Objects were told apart in different ways" err.txt || fail "does not say that objects were found otherwise"
grep -q "1 of 2 folders, of an earlier version, do not say which tomogram" err.txt || fail "does not say what is unknown"
# Smoothing and tilts change surfaces, whichever version wrote how; what a record does not say is no difference.
tilts='"Tilts": "-65,65 (assumed), axis 0 degrees"'
RECORD='"Options": "views 1", "Smoothing": "8", '$tilts result said/usual 5
RECORD='"Options": "views 1", "Smoothing": "3", '$tilts result said/rough 6
RECORD='"Options": "views 1", "Smoothing": "8", "Tilts": "-65,65, axis 0 degrees"' result said/given 7
RECORD='"Options": "views 1", "Smoothing": "8", "Tilts": "-65,65, axis 90 degrees"' result said/turned 8
RECORD='"Options": "views 8", "Smoothing": "8", '$tilts result said/views 9
former='absorption as in the file, tilts -65,65 (assumed), tilt axis 0 degrees, voxel size known to 1 %, 999 random placements'
RECORD='"Options": "views 1, smoothing 8", "Measures": "'$former'"' result said/former 10
RECORD='"Options": "views 1, smoothing 4", "Measures": "'$(echo "$former" | sed 's/-65,65 (assumed)/-60,60/')'"' \
    result said/former-rough 11
cytomo compare said-out --group a=said/usual,said/given --group b=said/former,control/1
! grep -q "ifferent" err.txt || fail "finds differences where there are none"
cytomo compare said-out --overwrite --group a=said/usual --group b=said/rough,said/turned,said/views
for text in "smoothed differently (--smoothing): 3 (such as said/rough); 8 (such as said/usual)" \
    "Different tilts .*: -65,65, axis 0 degrees (such as said/usual); -65,65, axis 90 degrees (such as said/turned)" \
    "different options: views 1 (such as said/usual); views 8 (such as said/views)"; do
    grep -q "$text" err.txt || fail "does not say: $text"
done
cytomo compare said-out --overwrite --group a=said/usual --group b=said/former-rough
grep -q "smoothed differently (--smoothing): 4 (such as said/former-rough); 8 (such as said/usual)" err.txt ||
    fail "does not say how an earlier version smoothed"
grep -q "Different tilts .*: -60,60, axis 0 degrees (such as said/former-rough)" err.txt ||
    fail "does not say which tilts an earlier version took"
! grep -q "different options" err.txt || fail "smoothing is said twice"

# By one name may go numbers that are defined in different ways.
DEFINITIONS=2 result defined/2 5
result defined/none 6
sed -i 's/"definitions": 1, //' defined/none/summary.json
cytomo compare defined-out --group a=control/1 --group b=control/2
! grep -q "defined" err.txt || fail "finds definitions different that are the same"
cytomo compare defined-out --overwrite --group a=control/1 --group b=defined/2
grep -q "defined in different ways: definitions 1 (such as control/1); definitions 2 (such as defined/2)" err.txt ||
    fail "does not say that measures are defined otherwise"
cytomo compare defined-out --overwrite --group a=control/1 --group b=defined/none
grep -q "defined in different ways: definitions 1 (such as control/1); those of an earlier version.*defined/none" err.txt ||
    fail "does not say that nobody knows how measures are defined"
cp -r defined/none defined/none-too
cytomo compare defined-out --overwrite --group a=defined/none --group b=defined/none-too
grep -q "may be defined in different ways" err.txt || fail "takes unknown definitions for the same"

mkdir measured
cytomo measure "$CELL/tomogram.mrc" "$CELL/classes.tif" measured/1 --placements 0
cytomo measure "$CELL/tomogram.mrc" "$CELL/classes.tif" measured/2 --instances "$CELL/instances.tif" --placements 0
cytomo compare measured-out --group a=measured/1 --group b=measured/2
grep -q "the same tomogram: it counts twice" err.txt || fail "a tomogram that was measured twice passes for two"
! grep -q "Different versions\|Different models\|Different arithmetic\|earlier version" err.txt ||
    fail "finds differences where there are none"
grep -q "found on the voxels of the classes (such as measured/1); given (such as measured/2)" err.txt ||
    fail "does not say that the objects of one were given"
cytomo measure "$CELL/tomogram.mrc" "$CELL/classes.tif" measured/3 --placements 0 --tilt-range=-50,50
cytomo compare measured-out --overwrite --group a=measured/1 --group b=measured/3
grep -q "Different tilts .*: -50,50, axis 0 degrees (such as measured/3); -65,65, axis 0 degrees (such as measured/1)" \
    err.txt || fail "does not say that tilts differ"
cytomo measure "$CELL/tomogram.mrc" "$CELL/classes.tif" measured/4 --placements 0 --smoothing 0
cytomo compare measured-out --overwrite --group a=measured/1 --group b=measured/4
grep -q "smoothed differently (--smoothing): 0 (such as measured/4); 8 (such as measured/1)" err.txt ||
    fail "does not say that smoothing differs"
refused 1 "expected a list of edits, found a folder" measure "$CELL/tomogram.mrc" "$CELL/classes.tif" no --edits measured

# Volumes of meshes are another number than volumes of voxels, whatever an earlier version called them.
cp -r measured/1 measured/earlier
sed -i '1s/,mesh_volume_um3,/,volume_um3,/' measured/earlier/surfaces.csv
cytomo compare measured-out --overwrite --group a=measured/1 --group b=measured/earlier
for measure in median_mesh_volume_um3 median_volume_um3; do
    expect 2 "cells with $measure of mitochondria" grep -c ",$measure,mitochondrion," measured-out/cells.csv
done
expect 1 "different volumes of meshes" \
    sh -c "grep ',median_mesh_volume_um3,mitochondrion,' measured-out/cells.csv | sed 's/.*,//' | uniq | wc -l | tr -d ' '"
! cmp -s measured/1/surfaces.csv measured/earlier/surfaces.csv || fail "surfaces.csv has no mesh_volume_um3"

for i in 1 2; do GREY=1/µm result calibrated/$i $i; GREY=1/µm result calibrated/b$i 1$i; done
out=grey
cytomo compare grey --group a=calibrated/1,calibrated/2 --group b=calibrated/b1,calibrated/b2
about "$(value "lipid droplet" mean_grey median)" 3 1e-9 "calibrated grey values"

# Refused.
refused 2 "expected --group" compare new
refused 2 "at least two" compare new --group a=control/1,control/2
refused 2 "NAME=FOLDER" compare new --group control/1
refused 2 "named twice" compare new --group a=control/1 --group b=treated/../control/1/
refused 2 '--reference: expected the name of a group, control or treated, found "c".' \
    compare new --group control=control/1 --group treated=control/2 --reference c
refused 2 "Did you mean 'treated'?" compare new --group control=control/1 --group treated=control/2 --reference traeted
refused 2 "volume_um3" compare new --group a=control/1 --group b=control/2 --measures volume
refused 2 "--classes" compare new --group a=control/1 --group b=control/2 --classes golgi
refused 1 "nowhere" compare new --group a=nowhere --group b=control/2
mkdir empty damaged
refused 1 "no summary.json" compare new --group a=empty --group b=control/2
# An error stands alone, whatever was being done: in a log, and in a terminal at the beginning of a clear line.
refused 1 "no summary.json" compare new --group a=control/1 --group b=empty
expect 1 "lines of an error" sh -c "wc -l <err.txt | tr -d ' '"
/usr/bin/python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' \
    "$CYTOMO" compare new --group a=control/1 --group b=empty </dev/null >terminal.txt || fail "no terminal"
grep -q "$(printf '\r\033\\[Kcytomo: empty: ')" terminal.txt || fail "progress before the error: $(cat terminal.txt)"
echo '{"classes": 3' >damaged/summary.json
refused 1 "damaged" compare new --group a=damaged --group b=control/2
result damaged 3
printf 'object,class,volume_um3\n1,vesicle,3 µm³\n' >damaged/objects.csv
refused 1 "a number in column" compare new --group a=damaged --group b=control/2
printf 'object,volume_um3\n1,3\n' >damaged/objects.csv
refused 1 'a column "class"' compare new --group a=damaged --group b=control/2
printf 'folder,sample\na,b\n' >plans/bad.csv
refused 1 'a column "group"' compare new --design plans/bad.csv
printf 'name,kind\na,b\n' >plans/bad.csv
refused 1 "lines folder,group,sample: these words are its first line" compare new --design plans/bad.csv
grep -qF "found the first line 'name,kind'" err.txt || fail "does not say what is there: $(cat err.txt)"
refused 1 "lines folder,group,sample: these words are its first line" compare new --design "$SOURCE/README.md"
printf 'folder,group,sample\n../control/1,a,\n' >plans/bad.csv
refused 1 "a sample in each row" compare new --design plans/bad.csv
refused 1 "nowhere.csv" compare new --design nowhere.csv
refused 1 "--overwrite" compare four --group a=control/1 --group b=control/2
[ ! -e new ] || fail "something was left behind"
