#!/bin/sh
# What `cmake --install` leaves works by itself: program, manual, completions, library.
# BUILD: the build folder.
. "$(dirname "$0")/../commands/helpers.sh"

prefix=$work/prefix
"$CMAKE" --install "$BUILD" --prefix "$prefix" >install.txt 2>&1 || fail "cmake --install: $(tail -3 install.txt)"
CYTOMO=$prefix/bin/cytomo
unset CYTOMO_MODEL

# Its own model, not that of the source tree: without it, it says so.
cytomo version
grep -q '^model ' out.txt || fail "version: $(cat out.txt)"
mv "$prefix/share/cytomo/default.safetensors" kept
echo nothing > "$prefix/share/cytomo/default.safetensors"
refused 1 "share/cytomo/default.safetensors" version
mv kept "$prefix/share/cytomo/default.safetensors"
[ -x "$prefix/libexec/cytomo-torch" ] || fail "no cytomo-torch"
refused 1 "nowhere.mrc" train --images nowhere.mrc --labels "$CELL/classes.tif" -o new.safetensors
refused 1 "nowhere.tif" train --images "$CELL/tomogram.mrc" --labels nowhere.tif -o new.safetensors

# A page for each command, which says what the help says; completions that complete.
cytomo --help
names=$(awk '/^Subcommands:/ { on = 1; next } on && /^  [a-z]/ { print $1 }' out.txt)
[ "$(echo "$names" | wc -l)" -ge 15 ] || fail "commands: $names"
for name in $names; do
    page=$prefix/share/man/man1/cytomo-$name.1
    [ -f "$page" ] || fail "no man page of $name"
    cytomo "$name" --help
    for option in $(grep -oE '^  (-[a-z],)?--[a-z0-9-]+' out.txt | grep -oE -- '--[a-z0-9-]+'); do
        tr -d '\\' < "$page" | grep -qF -- "$option" || fail "$page: no $option"
        grep -qE "\"$name\"\) words=\".* $option( |\")" "$prefix/share/bash-completion/completions/cytomo" ||
            fail "bash: no $option of $name"
        grep -qF -- "*$option[" "$prefix"/share/zsh/*/_cytomo || fail "zsh: no $option of $name"
    done
done
cat > complete.bash <<'END'
. "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_cytomo
echo "${COMPREPLY[@]}"
END
completions=$prefix/share/bash-completion/completions/cytomo
expect "segment" "cytomo seg" bash complete.bash "$completions" cytomo seg
expect "auto dark bright" "segment --polarity" bash complete.bash "$completions" cytomo segment a.mrc --polarity ""
expect "--voxel-nm --voxel-error-percent" "analyze --vox" bash complete.bash "$completions" cytomo analyze --vox
expect "slices surfaces" "render s" bash complete.bash "$completions" cytomo render s
expect "" "a file" bash complete.bash "$completions" cytomo info "tomo"
if command -v zsh >/dev/null; then
    zsh -f -n "$prefix"/share/zsh/*/_cytomo || fail "zsh: its completions are no zsh"
else
    echo "the syntax of zsh's completions was not looked at: there is no zsh"
fi

# Programs of others: the examples, against what was installed, and all headers.
if grep -rlF "$SOURCE/src" "$prefix/lib" --include='*.cmake'; then fail "CMake files name the source tree"; fi
"$CMAKE" -S "$SOURCE/examples" -B examples -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" >cmake.txt 2>&1 ||
    fail "examples: $(cat cmake.txt)"
"$CMAKE" --build examples -j 2 >build.txt 2>&1 || fail "examples: $(tail -20 build.txt)"
examples/example_simulate_cell 7 | grep -q mitochondrion || fail "example_simulate_cell"
examples/example_list_objects "$CELL/classes.tif" | grep -q mitochondri || fail "example_list_objects"
(cd "$prefix/include" && find cytomo -name '*.h' | LC_ALL=C sort) > headers
[ "$(wc -l < headers)" -gt 50 ] || fail "headers: $(cat headers)"
sed 's/.*/#include "&"/' headers > headers.cpp
c++ -std=c++20 -fsyntax-only -I "$prefix/include" headers.cpp 2>errors.txt || fail "headers: $(head -5 errors.txt)"

mkdir training
cat > training/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.22)
project(training LANGUAGES CXX)
find_package(cytomo 0.1 REQUIRED COMPONENTS training)
add_executable(training main.cpp)
target_link_libraries(training PRIVATE cytomo::training)
END
cat > training/main.cpp <<'END'
#include "cytomo/network/libtorch.h"
int main() {
    const bool before = cytomo::has_libtorch();
    cytomo::use_libtorch();
    return !before && cytomo::has_libtorch() ? 0 : 1;
}
END
"$CMAKE" -S training -B training/build -DCMAKE_PREFIX_PATH="$prefix" >cmake.txt 2>&1 || fail "training: $(cat cmake.txt)"
"$CMAKE" --build training/build >build.txt 2>&1 || fail "training: $(tail -20 build.txt)"
training/build/training || fail "a program with cytomo::training"
