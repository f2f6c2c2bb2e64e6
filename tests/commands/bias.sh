#!/bin/sh
# Simulated cells, measured and compared with their truth.
. "$(dirname "$0")/helpers.sh"
need_model

cytomo bias made --cells 1 --size 64,64,32 --voxel-nm 40 --views 1
grep -q 'cytoplasm *total volume, µm³ ' out.txt || fail "no volume of the cytoplasm printed: $(cat out.txt)"
holds made .cytomo-files bias.csv bias_samples.csv report.html
head -1 made/bias.csv | grep -q '^class,measure,unit,samples,cells,true_mean,measured_mean,bias_percent' ||
    fail "columns: $(head -1 made/bias.csv)"
[ "$(wc -l < made/bias_samples.csv)" -gt 2 ] || fail "no samples"
grep -q 'Expected bias' made/report.html || fail "no page"
# Image, truth and what was found are one slice; what is of cells is not said to be of objects.
expect 3 "pictures" sh -c "grep -o 'figcaption>xy slice' made/report.html | wc -l | tr -d ' '"
expect 1 "different slices" \
    sh -c "grep -o 'figcaption>xy slice [0-9]* of 32 (index [0-9]*' made/report.html | sort -u | wc -l | tr -d ' '"
for text in "simulated image" "the truth" "what was found"; do
    grep -q "figcaption>xy slice [^<]* µm): $text<" made/report.html || fail "no picture of $text"
done
grep -q 'Each point is one simulated cell' made/report.html || fail "points that are cells are called objects"

# Like a tomogram: its voxel size comes out again.
cytomo bias like --like "$CELL/tomogram.mrc" --cells 1 --views 1 --photons 1000
grep -q 'voxels of 40 nm' err.txt || fail "voxel size not taken from the tomogram"

# How many cells are taken is said once, and the same beside --learn.
cytomo bias --help
grep -q "default 6; with --learn 32, and at least 8" out.txt || fail "does not say how many cells"
! grep -q "32 cells or more" out.txt || fail "says two things of how many cells --learn takes"

refused 1 "--overwrite" bias made --cells 1
refused 1 "none.mrc" bias none --like none.mrc
[ ! -e none ] || fail "something was left"
refused 2 "--cells" bias none --cells 0
