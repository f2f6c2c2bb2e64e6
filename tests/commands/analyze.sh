#!/bin/sh
# One command makes everything, and prints where the page is.
. "$(dirname "$0")/helpers.sh"
need_model

cytomo analyze "$CELL/tomogram.mrc" result
expect result/report.html "what it prints" cat out.txt
# "done" comes last: behind the last line of progress, and in one stream (below) behind the path of the page.
tail -1 err.txt | grep -q '^done (' || fail "the last line is: $(tail -1 err.txt)"
holds result .cytomo-files $tables classes.tif error_model.json found instances.tif measures.json pictures report.html summary.json surfaces
json result/summary.json >/dev/null
# The terminal has the numbers of the page's cards.
volume=$(awk '$1 == "cytoplasm" { print $4 }' err.txt)
share=$(awk '$1 == "cytoplasm" { print $6 }' err.txt)
grep -q "<h3>cytoplasm</h3><p class=\"headline\">$volume " result/report.html || fail "not on the page: $volume µm³"
grep -q ">of the cell</dt><dd>$share " result/report.html || fail "not on the page: $share %"
precision=$(json result/summary.json record Precision)
case $precision in f32 | bf16) ;; *) fail "the record's precision: '$precision'" ;; esac
device=$(json result/summary.json record Device)
case $device in "no NVIDIA driver, so cpu" | *CUDA*", so cpu") ;; *) fail "the record's device: '$device'" ;; esac
grep -qF "; $device, $precision, " err.txt || fail "the terminal says something else than the record: $device, $precision"
grep -q "Precision</td><td>$precision\|Precision.*$precision" result/report.html || fail "the page does not say the precision"
grep -qi "<!doctype html>" result/report.html || fail "report.html is no HTML"
# What touches the border is counted as the column says, over all rows.
counted=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == "touches_border") t = i; next }
    { ++n; cut += $t } END { print cut " of " n " objects touch" }' result/objects.csv)
grep -qF "$counted the border" result/report.html || fail "the note about the border is not: $counted"
grep -qF "note: $counted the border" err.txt || fail "the page's notes are not told on the terminal: $(cat err.txt)"
! grep -Eq '(src|href)="https?:' result/report.html || fail "the page loads something from elsewhere"
[ -n "$(ls result/pictures)" ] || fail "no pictures"
cytomo evaluate result/classes.tif "$CELL/classes.tif" --json
grep -qF -- "--truth-instances $CELL/instances.tif" err.txt || fail "does not name the exact objects beside the truth"
json out.txt mean_dice >/dev/null

"$CYTOMO" analyze "$CELL/tomogram.mrc" once-more --views 1 --placements 0 --pictures none >both.txt 2>&1
tail -2 both.txt | head -1 | grep -q '^once-more/report.html$' || fail "before the last line: $(tail -2 both.txt)"
tail -1 both.txt | grep -q '^done (' || fail "the last line is: $(tail -1 both.txt)"

refused 1 "--overwrite" analyze "$CELL/tomogram.mrc" result
full=$(ls result/pictures)
for name in plots.svg slice-xy.png slice-xz.png slice-yz.png surfaces-top.png surfaces.png; do
    case "$full" in *"$name"*) ;; *) fail "no picture $name" ;; esac
done
[ "$(grep -c 'class="rendering"' result/report.html)" = 1 ] || fail "no ray-traced picture on the page"

# Less is drawn if less is asked for; the numbers are the same.
cytomo analyze "$CELL/tomogram.mrc" result --overwrite --per-instance --format stl --quiet --views 1 --pictures quick --no-probabilities
[ ! -s err.txt ] || fail "--quiet speaks"
[ -n "$(ls result/surfaces/instances)" ] || fail "no surfaces of objects"
[ ! -e result/found ] || fail "probabilities in spite of --no-probabilities"
expect quick "the record's pictures" json result/summary.json record Pictures
[ ! -e result/pictures/surfaces-top.png ] || fail "quick draws two pictures of surfaces"
for part in 'id="slices"' 'id="view"' 'class="rendering"'; do
    grep -q "$part" result/report.html || fail "quick: the page has no $part"
done
cytomo analyze "$CELL/tomogram.mrc" plain --quiet --views 1 --pictures none
expect plots.svg "what is drawn without pictures" ls plain/pictures
! grep -Eq 'id="(slices|view|picture)"' plain/report.html || fail "the page has pictures that nobody wanted"
grep -q 'id="tables"' plain/report.html || fail "the page has no tables"
json plain/summary.json seconds >out.txt
! grep -q 'ray tracing' out.txt || fail "rays were traced though nobody wanted pictures"
cmp plain/objects.csv result/objects.csv
refused 2 "--pictures" analyze "$CELL/tomogram.mrc" other --pictures some
