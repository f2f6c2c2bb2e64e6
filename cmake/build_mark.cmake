# cmake -DVERSION=… -DSOURCE=FOLDER -DLIST=FILE -DOUT=FILE.cpp -P build_mark.cmake
# Writes the build mark (commands/build.h): version, and a hash of the files that LIST names, one a line, from SOURCE.
file(STRINGS ${LIST} files)
set(hashes "")
foreach(file IN LISTS files)
  file(SHA256 ${SOURCE}/${file} hash)
  string(APPEND hashes "${hash} ${file}\n")
endforeach()
string(SHA256 hash "${hashes}")
string(SUBSTRING ${hash} 0 16 hash)
file(WRITE ${OUT} "namespace cytomo::commands {
extern const char build_mark[];
// Stays in the program whatever the compiler makes of its uses.
[[gnu::used]] const char build_mark[] = \"cytomo-build:${VERSION}-${hash};\";
}  // namespace cytomo::commands
")
