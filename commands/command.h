// What every subcommand is made of.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "cli11.h"
#include "cytomo/core/grid.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"

namespace cytomo::commands {

/// Options that every subcommand has.
struct Common {
    bool overwrite = false;  ///< --overwrite: replace existing results
    bool quiet = false;      ///< --quiet: no progress, no remarks on stderr
    int threads = 0;         ///< --threads N: 0 uses all cores

    /// Draws stage, rate and time left on stderr; Ctrl-C makes it throw Cancelled.
    Progress progress() const;
    /// A remark for people, on stderr unless --quiet, below what was drawn and printed before.
    void say(const std::string& remark) const;
};

/// An error, on stderr, at the beginning of a line: in a terminal, what stands there of the work that failed
/// (its progress, "^C") makes room. Ends with a line feed. Call it where the work is unwound.
void print_error(const std::string& message);

/// Runs after options were parsed. Throws InputError, UsageError or Cancelled.
using Run = std::function<void(const Common&)>;

/// A subcommand: one file NAME.cpp defines `Command NAME_command()`; `declare` adds its options to
/// `app`, checks nothing, and returns what runs.
struct Command {
    std::string name;
    std::string summary;
    std::function<Run(CLI::App& app)> declare;
};

/// Adds --voxel-nm X,Y,Z (one number serves for all three): `text` becomes what was given, and stays empty if
/// nothing was. Use `parse_voxel_nm` when running.
void add_voxel_option(CLI::App& app, std::string& text, const std::string& help);
/// "10" or "20,20,10" (blanks serve for commas) in nm → µm. Throws UsageError for anything else or values
/// outside 0.1 … 10,000 nm.
std::optional<Vec3> parse_voxel_nm(const std::string& text);
/// A sentence about a size that is taken as given but unusual (below 1 nm, 200 nm and more); else empty.
/// Throws UsageError.
std::string unusual_voxel_remark(const std::string& text);
/// The same as parse_voxel_nm for another option.
std::optional<Vec3> parse_nm(const std::string& option, const std::string& text);
/// "64" or "128,128,64" → size. Throws UsageError for anything else or values outside 1 … 100,000.
Size3 parse_size(const std::string& text);
/// "-60,60" → two numbers. Throws UsageError that names the option and what it expects.
std::pair<double, double> parse_pair(const char* option, const char* expected, const std::string& text);
/// Throws InputError for `name` if `bytes` for these voxels are more than the machine's memory: better to say
/// so now than to be ended by the system.
void check_memory(const std::string& name, double bytes, Size3 voxels, const std::string& advice);

/// 64-bit FNV-1a of a file's bytes, hexadecimal. Reads it once.
std::string file_checksum(const std::filesystem::path& file);
/// "2024-05-17 09:30 UTC", and what /proc/cpuinfo calls the processor: for records.
std::string time_now();
std::string processor_name();

/// Writes a text file, mostly into a folder that is not yet under its final name. Throws InputError.
void write_text(const std::filesystem::path& file, const std::string& text);

/// The name of a class for use in file names: blanks and '/' become "-".
std::string file_name_of_class(const Legend& legend, int class_id);
/// Throws InputError for `file`, whose classes these are, if the files of two would have one name.
void check_file_names(const Legend& legend, const std::string& file, const std::string& advice);
/// The file for one class where there is one for each: NAME.EXT becomes NAME.CLASS.EXT.
std::filesystem::path file_of_class(const std::filesystem::path& base, const Legend& legend, int class_id);

}  // namespace cytomo::commands
