#!/bin/sh
# The default model labels every voxel, the same way every time.
. "$(dirname "$0")/helpers.sh"
need_model

cytomo segment "$CELL/tomogram.mrc" one.npy --threads 1 --precision f32 --views 1
cytomo segment "$CELL/tomogram.mrc" two.npy --threads 2 --precision f32 --views 1
cmp one.npy two.npy || fail "other classes with other threads"
cytomo segment "$CELL/tomogram.mrc" classes.tif
grep -qx "classes.tif: the class of every voxel" err.txt || fail "does not say what was written: $(cat err.txt)"
call="measure $CELL/tomogram.mrc classes.tif classes-measured --errors default"
expect "  cytomo $call" "how to go on" tail -1 err.txt
cytomo $call --placements 0
[ -s classes-measured/objects.csv ] || fail "the call that was shown measures nothing"
cytomo info classes.tif --json
expect 64 "size along y" json out.txt size 1
expect uint8 type json out.txt type
cytomo segment "$CELL/tomogram.mrc" again.tif --probabilities p.tif --views 1
grep -q "^p.CLASS.tif: how probable" err.txt || fail "does not say what was written: $(cat err.txt)"
[ -s p.mitochondrion.tif ] || fail "no probabilities of mitochondria in: $(ls)"
refused 1 "p.background.tif" segment "$CELL/tomogram.mrc" third.tif --probabilities p.tif
cytomo segment "$CELL/tomogram.mrc" sure.tif --confidence confidence.tif --views 1
cytomo info confidence.tif --json
expect 24 "size along z" json out.txt size 2
expect uint8 "type of the confidence" json out.txt type
refused 1 "confidence.tif" segment "$CELL/tomogram.mrc" third.tif --confidence confidence.tif
refused 2 "--confidence" segment "$CELL/tomogram.mrc" third.tif --confidence third.tif
refused 2 "--confidence" segment "$CELL/tomogram.mrc" third.tif --confidence map.png
# Results that would be one file, and what is read: said before any work.
refused 2 "p.vesicle.tif', that of output" segment "$CELL/tomogram.mrc" p.vesicle.tif --probabilities p.tif --overwrite
refused 2 "new.nucleus.mrc', that of --confidence" segment "$CELL/tomogram.mrc" third.tif --probabilities new.mrc \
    --confidence ./new.nucleus.mrc
cp "$CELL/tomogram.mrc" read.mrc
refused 2 "'./read.mrc', which is read" segment read.mrc ./read.mrc --overwrite
cmp read.mrc "$CELL/tomogram.mrc" || fail "the tomogram is gone"
refused 2 "output" segment read.mrc ""
[ ! -e third.tif ] || fail "a file in spite of the error"
cytomo surface p.tif soft --probabilities --per-instance
[ -s soft/mitochondrion.ply ] || fail "no surface from probabilities in: $(ls soft)"
[ -n "$(ls soft/objects)" ] || fail "no surfaces of objects from probabilities"
rm p.vesicle.tif
refused 1 "p.vesicle.tif" surface p.tif missing --probabilities
echo "not a model" > broken.safetensors
refused 1 "broken.safetensors" segment "$CELL/tomogram.mrc" bad.tif --model broken.safetensors
[ ! -e bad.tif ] || fail "a file in spite of the error"

# Labels in place of a tomogram.
for command in "segment classes.tif bad.tif" "analyze classes.tif bad" "suggest classes.tif"; do
    refused 1 "classes.tif: expected a tomogram, grey values, found labels (0 background, 1 cytoplasm" $command
    grep -qF "  cytomo $command --grey" err.txt || fail "$command: does not show how to go on"
done
[ ! -e bad ] && [ ! -e bad.tif ] || fail "a result in spite of the error"
cytomo segment classes.tif grey.tif --grey --views 1
head -1 err.txt | grep -q "^warning: classes.tif was taken as grey values" || fail "no warning on top: $(cat err.txt)"
