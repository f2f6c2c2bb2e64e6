// Results appear whole under their final name, or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>

namespace cytomo {

/// What a folder in the making holds.
struct ResultsOf {
    std::string command;  ///< "surface", of cytomo surface: results of other commands are not replaced
    /// What to do where those of another command lie, a sentence without its full stop; none: "Choose another
    /// folder". Asked for only then.
    std::function<std::string()> remedy;
};

/// A file or folder in the making. Write to path(), then commit(); without commit() the destructor
/// removes what was written. The constructor throws InputError at once if the final name exists and
/// may not be overwritten, or if its folder is missing or not writable; it also removes what processes that
/// were killed left beside it. One process has one of a name at a time. Where results of another command than
/// the one that is named lie in a folder, it is refused, with `overwrite` or without.
///
/// A folder lists what was written into it and by which command (.cytomo-files), so that the next run with
/// `overwrite` replaces those results as a whole and leaves everything else: files of others stay where they
/// are, or, if a new result needs the name, as NAME.kept.EXTENSION. Killed at any moment, a run leaves the
/// former results or the new ones, and perhaps a folder that the next run there removes or puts back in its
/// place. The working folder, mount points and folders in one that is read-only cannot be swapped: there
/// files are replaced one by one, and the next run finishes what was killed.
class PendingOutput {
public:
    enum class Kind { file, folder };
    /// A folder is of no command, and replaces results of any.
    PendingOutput(std::filesystem::path final_path, bool overwrite, Kind kind = Kind::file);
    PendingOutput(std::filesystem::path folder, bool overwrite, ResultsOf results);
    ~PendingOutput();
    PendingOutput(const PendingOutput&) = delete;
    PendingOutput& operator=(const PendingOutput&) = delete;

    /// Temporary name beside the final one, with the same extension. A folder exists already.
    const std::filesystem::path& path() const { return temporary_; }
    /// What a run reads (a file, or a folder with all results in it) stays, also if it is a former result.
    void keep(const std::filesystem::path& input);
    /// Gives it the final name. Throws InputError, also if somebody else took the name meanwhile and may not
    /// be overwritten; what was there stays then.
    void commit();

private:
    PendingOutput(std::filesystem::path final_path, bool overwrite, Kind kind, ResultsOf results);
    void refuse_results_of_others(const std::string& name) const;

    std::filesystem::path final_, temporary_;
    Kind kind_;
    bool overwrite_;
    bool within_ = false;  ///< made within the final folder, which cannot be renamed
    bool committed_ = false;
    ResultsOf results_;
    std::set<std::string> kept_;  ///< of the former results
};

}  // namespace cytomo
