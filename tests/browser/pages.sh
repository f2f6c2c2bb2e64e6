#!/bin/sh
# The pages of a small analysis and of a short training, in a browser without a window.
. "$(dirname "$0")/../commands/helpers.sh"
command -v chromedriver >/dev/null || skip "chromedriver is not installed (scripts/install-dependencies test)"
need_model

cytomo analyze "$CELL/tomogram.mrc" analysis --views 1 --pictures quick --quiet
cytomo convert analysis/instances.tif analysis/instances.npy
cp -r analysis again
cytomo compare groups --group "one=analysis" --group "another=again" --quiet
cytomo train --images "$CELL/tomogram.mrc" --labels "$CELL/classes.tif" --init none --widths 16 --polarity dark --steps 1 --seed 1 -o tiny.safetensors
/usr/bin/python3 "$here/pages.py" analysis tiny.html groups/report.html --pictures "$PICTURES"
