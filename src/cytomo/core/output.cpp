#include "cytomo/core/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "cytomo/core/error.h"
#include "leftovers.h"
#include "result_folder.h"

namespace cytomo {

namespace fs = std::filesystem;

namespace {

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

bool is_mount_point(const fs::path& folder) {
    struct statx s {};
    if (::statx(AT_FDCWD, folder.c_str(), 0, STATX_BASIC_STATS, &s) != 0) return false;
    if ((s.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0)
        return (s.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
    struct stat inner {
    }, outer{};
    return ::stat(folder.c_str(), &inner) == 0 && ::stat(folder_of(folder).c_str(), &outer) == 0 &&
           inner.st_dev != outer.st_dev;
}

[[noreturn]] void refuse_what_came_meanwhile(const fs::path& final_path) {
    throw InputError(final_path.string(), "a name that is still free", "results that came meanwhile",
                     "Let one run at a time write there");
}

/// Renames a file to a name that nothing has.
void rename_to_free_name(const fs::path& from, const fs::path& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
    if (errno == EEXIST) refuse_what_came_meanwhile(to);
    if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
        throw fs::filesystem_error("rename", from, to, std::error_code(errno, std::generic_category()));
    // A file system that cannot see to it.
    if (fs::exists(fs::symlink_status(to))) refuse_what_came_meanwhile(to);
    fs::rename(from, to);
}

std::set<std::string> set_of(const std::string& command) {
    return command.empty() ? std::set<std::string>{} : std::set{command};
}

/// "a result of cytomo analyze", "results of cytomo analyze and cytomo simulate"
std::string results_text(const std::set<std::string>& commands) {
    std::string text = commands.size() == 1 ? "a result of" : "results of";
    for (const std::string& command : commands)
        text += (command == *commands.begin() ? " cytomo " : " and cytomo ") + command;
    return text;
}

bool is_made_by_cytomo(const fs::path& folder) {
    return std::any_of(folder.begin(), folder.end(),
                       [](const fs::path& part) { return is_temporary_name(part.string()); });
}

}  // namespace

PendingOutput::PendingOutput(fs::path final_path, bool overwrite, Kind kind)
    : PendingOutput(std::move(final_path), overwrite, kind, {}) {}

PendingOutput::PendingOutput(fs::path folder, bool overwrite, ResultsOf results)
    : PendingOutput(std::move(folder), overwrite, Kind::folder, std::move(results)) {}

PendingOutput::PendingOutput(fs::path final_path, bool overwrite, Kind kind, ResultsOf results)
    : final_(std::move(final_path)), kind_(kind), overwrite_(overwrite), results_(std::move(results)) {
    if (!final_.has_filename()) final_ = final_.parent_path();  // "out/" is "out"
    std::error_code ec;
    if (final_.empty()) throw InputError("output: expected a name, found nothing. Name the output");
    const std::string name = final_.string();
    if (kind == Kind::folder && fs::is_directory(final_, ec))
        final_ = fs::canonical(final_);  // of "." or a link
    const fs::path parent = folder_of(final_);
    // What lies in a folder in the making is nobody else's.
    if (!is_made_by_cytomo(parent)) mend_leftovers(parent);
    const auto status = fs::status(final_, ec);
    const bool exists = fs::exists(status);
    if (exists && fs::is_directory(status) != (kind == Kind::folder))
        throw InputError(name, kind == Kind::folder ? "a folder" : "a file",
                         fs::is_directory(status) ? "a folder" : "a file", "Choose another name");
    if (exists && kind == Kind::folder) mend_leftovers(final_);
    const bool empty_folder = exists && kind == Kind::folder && fs::is_empty(final_, ec);
    if (exists && kind == Kind::folder) refuse_results_of_others(name);
    if (exists && !overwrite && !empty_folder) {
        const auto writers = kind == Kind::folder ? read_writers(final_) : std::set<std::string>{};
        const bool unknown = kind == Kind::folder && writers.empty();
        throw InputError(name, "a name that is free",
                         unknown           ? "a folder with files in it"
                         : writers.empty() ? "an existing result"
                                           : results_text(writers),
                         std::string("Choose another name or pass --overwrite") +
                             (unknown ? ": files that cytomo did not write stay" : ""));
    }
    if (!exists && (!overwrite || kind == Kind::folder) && fs::is_symlink(fs::symlink_status(final_, ec)))
        throw InputError(name, "a name that is free", "a link that leads nowhere",
                         "Choose another name or remove the link");
    if (!fs::is_directory(parent, ec))
        throw InputError(name, "an existing folder " + parent.string(), "none", "Create it first");
    const bool may_rename = ::access(parent.c_str(), W_OK) == 0;
    within_ = exists && kind == Kind::folder &&
              (!may_rename || is_mount_point(final_) || fs::equivalent(final_, ".", ec));
    const fs::path place = within_ ? final_ / "" : final_;
    if (::access(folder_of(place).c_str(), W_OK) != 0 ||
        (exists && ::access(final_.c_str(), W_OK) != 0 && kind == Kind::folder))
        throw InputError(name, "a folder one may write to",
                         (may_rename ? final_ : parent).string() + " read-only", "Choose another place");
    temporary_ = temporary_name(place, "partial");
    if (kind == Kind::folder) {
        fs::remove_all(temporary_, ec);  // of a process that had our number before
        fs::create_directory(temporary_, ec);
        if (ec)
            throw InputError(temporary_.string(), "to create a folder", ec.message(),
                             "Check space and rights");
    }
}

PendingOutput::~PendingOutput() {
    if (committed_) return;
    std::error_code ec;
    fs::remove_all(temporary_, ec);
}

void PendingOutput::refuse_results_of_others(const std::string& name) const {
    if (results_.command.empty()) return;
    std::set<std::string> others = read_writers(final_);
    others.erase(results_.command);
    if (others.empty()) return;
    throw InputError(name, "a new folder or an earlier result of cytomo " + results_.command,
                     results_text(others), results_.remedy ? results_.remedy() : "Choose another folder");
}

void PendingOutput::keep(const fs::path& input) {
    std::error_code ec;
    if (kind_ == Kind::file || input.empty() || !fs::is_directory(final_, ec)) return;
    const fs::path file = fs::canonical(input, ec);
    if (ec) return;  // whoever reads it will say so
    const std::string name = file.lexically_relative(final_).generic_string();
    const bool whole = name == ".", folder = fs::is_directory(file, ec);
    if (!whole && (name.empty() || name.starts_with(".."))) return;
    for (const std::string& former : read_result_names(final_))
        if (whole || former == name || (folder && former.starts_with(name + "/"))) kept_.insert(former);
}

void PendingOutput::commit() {
    fs::path left;
    try {
        std::error_code ec;
        const std::set<std::string> writers = set_of(results_.command);
        if (kind_ == Kind::folder && fs::is_directory(final_, ec)) refuse_results_of_others(final_.string());
        if (kind_ == Kind::file && !overwrite_) {
            rename_to_free_name(temporary_, final_);
        } else if (kind_ == Kind::file) {
            fs::rename(temporary_, final_);
        } else if (within_) {
            if (!overwrite_ && !read_result_names(final_).empty()) refuse_what_came_meanwhile(final_);
            replace_results_within(temporary_, final_, kept_, writers);
        } else if (fs::is_directory(final_, ec)) {
            if (!overwrite_ && !fs::is_empty(final_)) refuse_what_came_meanwhile(final_);
            left = replace_results(temporary_, final_, kept_, writers);
        } else {
            write_result_names(temporary_, all_names(temporary_), writers);
            fs::rename(temporary_, final_);
        }
    } catch (const fs::filesystem_error& e) {
        throw InputError(final_.string(), "to move the finished result here", e.code().message(),
                         "Check space and rights");
    }
    committed_ = true;
    if (!left.empty())
        throw InputError(left.string(), "to move files that cytomo did not write to " + final_.string(),
                         "no right to some of them", "Move them by hand; the new results are complete");
}

}  // namespace cytomo
