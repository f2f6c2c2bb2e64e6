#!/bin/sh
# Every subcommand explains itself and its common options.
. "$(dirname "$0")/helpers.sh"

cytomo --help
names=$(awk '/^Subcommands:/ { on = 1; next } on && /^  [a-z]/ { print $1 }' out.txt)
[ "$(echo "$names" | wc -l)" -eq 15 ] || fail "not 15 subcommands: $names"
for name in $names; do
    cytomo "$name" --help
    for option in --overwrite --quiet --threads; do
        grep -q -- "$option" out.txt || fail "$name --help: no $option"
    done
done
cytomo --version
grep -qx '[0-9]*\.[0-9]*\.[0-9]*' out.txt || fail "--version: $(cat out.txt)"
