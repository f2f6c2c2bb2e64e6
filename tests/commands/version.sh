#!/bin/sh
# What this program and this machine are. Rates are measured once, remembered, and never in the way.
. "$(dirname "$0")/helpers.sh"
need_model
export XDG_CACHE_HOME="$work/cache"

cytomo version
grep -q "^cytomo [0-9]" out.txt || fail "no version in: $(cat out.txt)"
[ ! -e cache ] || fail "measures without being asked"
cytomo version --machine
grep -q "measured now" out.txt || fail "does not measure: $(cat out.txt)"
cytomo version --machine --json
expect ON "remembered" json out.txt machine inference remembered
first=$(json out.txt machine inference f32_voxels_per_s)
[ -n "$(json out.txt machine processor)" ] || fail "no processor"
cytomo version --machine --json
expect "$first" "the rate that is remembered" json out.txt machine inference f32_voxels_per_s
cytomo version --machine --json --threads 1
expect OFF "remembered for another number of threads" json out.txt machine inference remembered
cytomo version --machine --json --again
expect OFF "remembered though asked to measure" json out.txt machine inference remembered
refused 2 "--machine" version --again

# What is chosen is what runs, and what rates say is what is chosen, whatever the processor.
cytomo version --machine --json
chosen=$(json out.txt machine inference auto)
cytomo segment "$CELL/tomogram.mrc" one.npy --views 1
grep -q "cpu, $chosen, 1 view" err.txt || fail "runs something else than $chosen: $(cat err.txt)"
swap() { # F32 BF16: rates in all files of the cache
    for file in cache/cytomo/*.json; do
        sed -i "s/\"bf16\": [0-9.e+]*/\"bf16\": $2/; s/\"f32\": [0-9.e+]*/\"f32\": $1/" "$file"
    done
}
cytomo version --machine --json
if [ -n "$(json out.txt machine inference bf16_voxels_per_s)" ]; then
    swap 1000.0 2000.0
    cytomo segment "$CELL/tomogram.mrc" bf16.npy --views 1
    grep -q "cpu, bf16" err.txt || fail "not the faster one: $(cat err.txt)"
    swap 2000.0 1000.0
    cytomo segment "$CELL/tomogram.mrc" f32.npy --views 1
    grep -q "cpu, f32" err.txt || fail "not the faster one: $(cat err.txt)"
    cytomo segment "$CELL/tomogram.mrc" fixed.npy --views 1 --precision f32
    cmp f32.npy fixed.npy || fail "auto and --precision f32 differ although both are f32"
fi

# A damaged file is measured anew, and a cache that cannot be written is no error.
for file in cache/cytomo/*.json; do echo '{"f32": ' >"$file"; done
cytomo version --machine --json
expect OFF "remembered from a damaged file" json out.txt machine inference remembered
cytomo version --machine --json
expect ON "mended" json out.txt machine inference remembered
touch file
XDG_CACHE_HOME="$work/file" cytomo version --machine
env -u HOME XDG_CACHE_HOME= "$CYTOMO" version --machine >out.txt 2>err.txt || fail "without a home: $(cat err.txt)"
grep -q "measured now" out.txt || fail "without a home, yet remembered"

# Without AVX-512 there is nothing to choose.
DNNL_MAX_CPU_ISA=AVX2 cytomo version --machine --json
expect f32 "with AVX2" json out.txt machine inference auto
expect "" "rate of bf16 with AVX2" json out.txt machine inference bf16_voxels_per_s
