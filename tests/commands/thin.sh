#!/bin/sh
# What a user looks at first: one slice or two take little work. Time is no test; multiply-adds are.
. "$(dirname "$0")/helpers.sh"
need_model

# raw N: N slices of 255 × 496 pixels of noise, as NPY (C order z, y, x).
raw() {
    printf '\223NUMPY\001\000v\000' >"$1.npy"
    printf "%-117s\n" "{'descr': '|u1', 'fortran_order': False, 'shape': ($1, 496, 255), }" >>"$1.npy"
    head -c $(($1 * 496 * 255)) /dev/urandom >>"$1.npy"
}
# Giga multiply-adds that segment says it took.
work_of() { sed -n 's/.* views* ([a-z ]*), \([0-9.e+]*\) G multiply-adds.*/\1/p' err.txt; }

for slices in 1 2; do
    raw $slices
    cytomo segment $slices.npy out$slices.npy --voxel-nm 20
    giga=$(work_of)
    [ -n "$giga" ] || fail "does not say how much work it was: $(cat err.txt)"
    # It was 1120: eight views of tiles of 16 slices, and eight views to decide the polarity.
    awk "BEGIN { exit !($giga > 50 && $giga < 100) }" || fail "$slices slices: $giga G multiply-adds, expected below 100"
done
# From three slices on accuracy counts: eight views, but one to decide the polarity.
raw 3
cytomo segment 3.npy out3.npy --voxel-nm 20
giga=$(work_of)
awk "BEGIN { exit !($giga > 400 && $giga < 700) }" || fail "3 slices: $giga G multiply-adds, expected below 700"
cytomo info out1.npy --json
expect 496 "size along y" json out.txt size 1
expect 1 "size along z" json out.txt size 2

# Models that come with cytomo have names.
cytomo segment 1.npy wide.npy --voxel-nm 20 --model wide
! cmp -s wide.npy out1.npy || fail "the wide model is the default one"
refused 1 "wyde: expected a model file, or the name of one that comes with cytomo (default, wide), found no such file" \
    segment 1.npy new.npy --voxel-nm 20 --model wyde
refused 1 "wyde.safetensors: expected" segment 1.npy new.npy --voxel-nm 20 --model wyde.safetensors

# What is its own negative, turned round: the guess is a coin, and is told before anything else.
printf '\223NUMPY\001\000v\000' >coin.npy
printf "%-117s\n" "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 128, 128), }" >>coin.npy
LC_ALL=C awk 'BEGIN { srand(7); n = 64 * 128
    for (i = 0; i < n; ++i) { v[i] = 1 + int(254 * rand()); printf "%c", v[i] }
    while (i-- > 0) printf "%c", 255 - v[i] }' >>coin.npy
cytomo segment coin.npy landed.npy --voxel-nm 20
sure=$(sed -n 's/.*guessed, \([0-9]*\) % sure.*/\1/p' err.txt)
[ "$sure" -lt 80 ] || fail "is $sure % sure of what is its own negative"
grep -n "warning: dense matter is taken for .*--polarity" err.txt >said.txt || fail "does not warn of a coin"
[ "$(cut -d : -f 1 said.txt)" -lt "$(grep -n "guessed, " err.txt | cut -d : -f 1)" ] || fail "warns at the end"
