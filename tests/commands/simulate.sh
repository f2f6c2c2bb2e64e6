#!/bin/sh
# Distributions can be written, changed and read; tilt series are what reconstruct takes.
. "$(dirname "$0")/helpers.sh"

cytomo simulate --write-config cells.json --preset yeast
about "$(json cells.json rounded wall_per_um normal 0)" 0.346 1e-9 "absorption of the wall"
refused 1 "cells.json" simulate --write-config cells.json
[ ! -e cell ] || fail "a cell although none was asked for"
refused 2 "folder" simulate

printf '{"lipid_droplet": {"absorption_per_um": {"fixed": 0.66}, "spread_per_um": {"fixed": 0}}}' > mine.json
cytomo simulate cell --config mine.json --size 48 --voxel-nm 40 --seed 3 --tilt-series --tilt-step 5 \
    --missing-images 0.2 --smooth 0 --polarity bright
about "$(json cell/truth.json cells lipid_droplet absorption_per_um fixed)" 0.66 1e-9 "the value used"
holds cell .cytomo-files classes.tif instances.tif tilts.mrc tilts.tlt tomogram.mrc truth.json
images=$(wc -l < cell/tilts.tlt | tr -d ' ')
[ "$images" -lt 27 ] || fail "no image is missing: $images"
expect "  -65.00" "first angle" head -1 cell/tilts.tlt
cytomo info cell/tilts.mrc --json
expect "$images" "images" json out.txt size 2
about "$(json out.txt voxel_nm 0)" 40 0.001 "pixel size"

cytomo reconstruct cell/tilts.mrc --angles cell/tilts.tlt --transmission -o made.mrc --thickness 64
cytomo reconstruct cell/tilts.mrc --angles cell/tilts.tlt --transmission -o ended.mrc --thickness 64 --tolerance 0.1
grep -q "iterations: [0-9]" err.txt || fail "the number of iterations is not told"
refused 2 "tolerance" reconstruct cell/tilts.mrc --angles cell/tilts.tlt --transmission -o bad.mrc --tolerance 2

cytomo simulate shares --size 48 --voxel-nm 40 --seed 3 --fractions
[ -s shares/fractions.lipid-droplet.tif ] || fail "no fractions in: $(ls shares)"
cytomo surface shares/fractions.tif meshes --probabilities
[ -s meshes/cytoplasm.ply ] || fail "no surface from fractions in: $(ls meshes)"

cytomo simulate turned --size 48 --voxel-nm 40 --seed 3 --tilt-axis 90 --bits 16 --clip 0.01,0.02 --median --diffusion 2 \
    --sharpen 0.5 --sharpen-voxels 4 --fringes 0.4 --flicker 0.02 --flat-field-error 0.01 --image-smoothing 0.5
cytomo info turned/tomogram.mrc --json
expect "uint16" "type of values" json out.txt type
about "$(json turned/truth.json options acquisition axis_deg)" 90 1e-9 "the tilt axis"
about "$(json turned/truth.json options export clip_high)" 0.02 1e-9 "the share cut off"
# The wide world: everything drawn; the same seed, the same tomogram; slices fewer than were made.
cytomo simulate wide --world wide --size 48 --voxel-nm 40 --seed 4 --count 6
cytomo simulate wide2 --world wide --size 48 --voxel-nm 40 --seed 6
cmp wide/0003/tomogram.mrc wide2/tomogram.mrc || fail "another tomogram of the same seed"
for i in 1 2 3 4 5 6; do json "wide/000$i/truth.json" options preset; done > presets.txt
[ "$(sort -u presets.txt | wc -l)" -ge 2 ] || fail "one kind of cell only: $(cat presets.txt)"
cytomo simulate packed --preset wide-packed --varied --size 48 --voxel-nm 40 --seed 2
[ "$(json packed/truth.json options preset)" = wide-packed ] || fail "not the preset asked for"
refused 2 "excludes" simulate bad --world wide --preset yeast --size 32
refused 1 "GB" simulate bad --size 4096
refused 2 "axis" simulate bad --size 32 --tilt-axis 100
refused 2 "two shares" simulate bad --size 32 --clip 3
refused 2 "12" simulate bad --size 32 --bits 12

# What was made is what measure finds on the labels.
cytomo simulate crowd --preset perinuclear --size 96 --voxel-nm 30 --seed 5 --droplets 3 --tilt-step 10 --iterations 2
cytomo measure crowd/tomogram.mrc crowd/classes.tif sizes --instances crowd/instances.tif --min-volume-um3 0
column() { # NAME FILE OBJECT
    awk -F, -v name="$1" -v n="$3" 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == name) c = i }
                                    $1 == n { print $c }' "$2"
}
for i in 1 2 3 4 5; do
    about "$(awk -F, -v n="$((i + 1))" '$1 == n { print $5 }' sizes/objects.csv)" \
        "$(json crowd/truth.json objects "$i" labelled_volume_um3)" 1e-9 "volume of object $((i + 1))"
    about "$(column centroid_x_um sizes/objects.csv "$((i + 1))")" \
        "$(json crowd/truth.json objects "$i" centre_um 0)" 1e-6 "place of object $((i + 1))"
done
area=$(json crowd/truth.json contacts_below_30_nm 0 area_um2)
awk -v a="$area" 'BEGIN { exit !(a > 0) }' || fail "a contact without area: $area"

printf '{"lipid_droplet": {"radius": {"fixed": 1}}}' > wrong.json
refused 1 "lipid_droplet.radius" simulate bad --config wrong.json --size 32
refused 2 "SIRT" reconstruct cell/tilts.mrc --angles cell/tilts.tlt -o bad.mrc --method fbp --tolerance 0.1
mkdir folder
refused 1 "a folder" simulate bad --config folder --size 32
printf '{' > wrong.json
refused 1 "wrong.json" simulate bad --config wrong.json --size 32
refused 1 "absent.json" simulate bad --config absent.json --size 32
printf '\377\376{\0}\0' > wide.json
refused 1 "wide.json: expected text in UTF-8, found text in UTF-16" simulate bad --config wide.json --size 32
[ ! -e bad ] || fail "a folder in spite of the error"
