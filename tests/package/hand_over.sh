#!/bin/sh
# What takes libtorch goes on in cytomo-torch: same arguments, streams, process and exit status. Here that is a script
# which tells what it was given.
. "$(dirname "$0")/../commands/helpers.sh"

mkdir bin libexec
cp "$CYTOMO" bin/cytomo
CYTOMO=$work/bin/cytomo
train="train --labels l.tif -o m.safetensors --images"

# Not installed: said at once, and what to install.
refused 1 "cytomo-train" $train a.mrc
refused 1 "cytomo-train" segment "$CELL/tomogram.mrc" classes.tif --device cuda:0
holds . bin err.txt libexec out.txt
# All that does not need it works.
cytomo train --help
grep -q -- --minutes out.txt || fail "train --help without cytomo-torch"
cytomo --help
grep -q '^  train ' out.txt || fail "--help does not list train"
cytomo info "$CELL/tomogram.mrc"
refused 2 "--frobnicate" $train a.mrc --frobnicate

# One of other sources is as good as none, and named. What a program is of is written in its file.
mark=$(grep -ao 'cytomo-build:[0-9a-z.-]*;' "$CYTOMO" | head -n 1)
build=$(echo "$mark" | sed 's/.*:\(.*\);/\1/')
echo "$build" | grep -qE '^[0-9]+\.[0-9]+\.[0-9]+-[0-9a-f]{16}$' || fail "the build of cytomo: '$build'"
grep -qaF "$mark" "$CYTOMO_TORCH" || fail "cytomo-torch is of another build"
printf '#!/bin/sh\nexit 37\n' > libexec/cytomo-torch
chmod +x libexec/cytomo-torch
refused 1 "libexec/cytomo-torch: expected one of the same build as cytomo, $build, found one that names no build" \
    $train a.mrc
echo "# cytomo-build:0.0.9-0123456789abcdef;" >> libexec/cytomo-torch
refused 1 "$build, found 0.0.9-0123456789abcdef" $train a.mrc
refused 1 "make" segment "$CELL/tomogram.mrc" classes.tif --device cuda:0
holds . bin err.txt libexec out.txt
cytomo info "$CELL/tomogram.mrc"
cytomo train --help

cat > libexec/cytomo-torch <<'END'
#!/bin/sh
printf '<%s>' "$@"
cat
echo "on stderr, process $$" >&2
exit 37
END
echo "# $mark" >> libexec/cytomo-torch
# told ARGUMENT…: the helper heard exactly this, stdin and all, and its exit code is that of cytomo.
told() {
    code=0
    echo "from stdin" | "$CYTOMO" "$@" >out.txt 2>err.txt || code=$?
    [ $code -eq 37 ] || fail "exit code $code instead of 37"
    printf '<%s>' "$@" > wanted.txt
    echo "from stdin" >> wanted.txt
    cmp wanted.txt out.txt || fail "heard $(cat out.txt)"
}
told $train "a b.mrc" --quiet --threads 1
told segment "$CELL/tomogram.mrc" classes.tif --device cuda:0
told analyze "$CELL/tomogram.mrc" result --device cuda:1
[ ! -e result ] && [ -z "$(ls -d result* 2>/dev/null)" ] || fail "a result was begun before the hand-over"

# The one beside the program comes first if it is of the same build. The process stays the same: signals reach it.
cat > bin/cytomo-torch <<'END'
#!/bin/sh
trap 'exit 5' TERM
echo $$ > process
while true; do sleep 0.1; done
END
chmod +x bin/cytomo-torch
told $train a.mrc
echo "# $mark" >> bin/cytomo-torch
"$CYTOMO" $train a.mrc &
process=$!
tries=0
until [ -s process ]; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || fail "cytomo-torch was not started"
    sleep 0.1
done
expect $process "process of cytomo-torch" cat process
kill -TERM $process
code=0
wait $process || code=$?
[ $code -eq 5 ] || fail "exit code $code after a signal instead of 5"

# A model of a kind that takes libtorch, made by the real one; a file that is none is left to whoever reads it.
rm bin/cytomo-torch
"$CYTOMO_TORCH" train --method double-decoder --width 2 --steps 1 --simulated 1 --simulated-size 32,32,16 --no-report \
    -o double.safetensors >/dev/null 2>err.txt || fail "training a double decoder"
told segment "$CELL/tomogram.mrc" classes.tif --model double.safetensors
told analyze "$CELL/tomogram.mrc" result --model double.safetensors
told suggest "$CELL/tomogram.mrc" --previous double.safetensors
echo none > broken.safetensors
refused 1 "broken.safetensors" segment "$CELL/tomogram.mrc" classes.tif --model broken.safetensors
