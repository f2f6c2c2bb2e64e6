// CLI11 without what every file that includes it would compile anew, and no command uses: ready-made checks,
// each an object that is constructed when the program starts, and the texts of help and configuration files,
// which are in cli11.cpp. Two thirds of the time that a small command takes to compile.
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
