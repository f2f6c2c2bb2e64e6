// CLI11 as commands need it. Left out is what every file that includes it would compile anew: ready-made
// checks, each an object that is constructed when the program starts (no command uses them: Range and
// IsMember do), and what writes help and reads configuration files, which cli11.cpp compiles once. That is
// two thirds of the time that a small command would take.
#pragma once

#include <CLI/Version.hpp>

// The checks become declarations of functions that nobody calls.
#if CLI11_VERSION_MAJOR == 2 && CLI11_VERSION_MINOR == 1
#define ExistingFile ExistingFile()
#define ExistingDirectory ExistingDirectory()
#define ExistingPath ExistingPath()
#define NonexistentPath NonexistentPath()
#define ValidIPV4 ValidIPV4()
#define Number(...) Number()
#define NonNegativeNumber(...) NonNegativeNumber()
#define PositiveNumber(...) PositiveNumber()
#endif

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#undef ExistingFile
#undef ExistingDirectory
#undef ExistingPath
#undef NonexistentPath
#undef ValidIPV4
#undef Number
#undef NonNegativeNumber
#undef PositiveNumber
