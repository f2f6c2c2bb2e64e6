// Results appear whole under their final name, or not at all.
#pragma once

#include <filesystem>

namespace cytomo {

/// A file or folder in the making. Write to path(), then commit(); without commit() the destructor
/// removes what was written. The constructor throws InputError at once if the final name exists and
/// may not be overwritten, or if its folder is missing or not writable.
class PendingOutput {
public:
    enum class Kind { file, folder };
    PendingOutput(std::filesystem::path final_path, bool overwrite, Kind kind = Kind::file);
    ~PendingOutput();
    PendingOutput(const PendingOutput&) = delete;
    PendingOutput& operator=(const PendingOutput&) = delete;

    /// Temporary name beside the final one, with the same extension. A folder exists already.
    const std::filesystem::path& path() const { return temporary_; }
    /// Renames to the final name. A folder that exists already keeps its other files; those of the
    /// same name are replaced.
    void commit();

private:
    std::filesystem::path final_, temporary_;
    Kind kind_;
    bool committed_ = false;
};

}  // namespace cytomo
