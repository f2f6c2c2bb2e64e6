// How an analysis becomes a folder of files: analyze writes it, and measure, when it measures a result again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "command.h"
#include "cytomo/analyze.h"

namespace cytomo::commands {

/// Which surfaces are written.
struct SurfaceFiles {
    std::string format = "ply";
    bool per_instance = false;  ///< one file an object, too

    void declare(CLI::App& app);
};

/// What `--pictures` says: none, quick or full.
Pictures pictures_named(const std::string& name);

/// Writes classes and objects, surfaces, tables, pictures, page and summary into a folder. `errors`: of the
/// model that made the classes. Throws InputError.
void write_result(const std::filesystem::path& folder, const Analysis& analysis, const SurfaceFiles& surfaces,
                  const Legend& legend, const KnownErrors& errors, const StageTimes& times,
                  const Progress& progress);

/// What came out, on the terminal: the notes on top of the page but for those in `said`, which were told
/// before, and one line a class.
void say_result(const Analysis& analysis, const std::vector<std::string>& said, const Common& common);

}  // namespace cytomo::commands
