#include "cytomo/core/output.h"

#include <unistd.h>

#include "cytomo/core/error.h"

namespace cytomo {

namespace fs = std::filesystem;

PendingOutput::PendingOutput(fs::path final_path, bool overwrite, Kind kind)
    : final_(std::move(final_path)), kind_(kind) {
    if (!final_.has_filename()) final_ = final_.parent_path();  // "out/" is "out"
    std::error_code ec;
    if (final_.empty()) throw InputError("output: expected a name, found nothing. Name the output");
    const auto status = fs::status(final_, ec);
    const bool exists = fs::exists(status);
    if (exists && fs::is_directory(status) != (kind == Kind::folder))
        throw InputError(final_.string(), kind == Kind::folder ? "a folder" : "a file",
                         fs::is_directory(status) ? "a folder" : "a file", "Choose another name");
    const bool empty_folder = exists && kind == Kind::folder && fs::is_empty(final_, ec);
    if (exists && !overwrite && !empty_folder)
        throw InputError(final_.string(), "a name that is free", "an existing result",
                         "Choose another name or pass --overwrite");
    const fs::path parent = final_.has_parent_path() ? final_.parent_path() : fs::path(".");
    if (!fs::is_directory(parent, ec))
        throw InputError(final_.string(), "an existing folder " + parent.string(), "none", "Create it first");
    if (::access(parent.c_str(), W_OK) != 0)
        throw InputError(final_.string(), "a folder one may write to", parent.string() + " read-only",
                         "Choose another place");
    const std::string stem = final_.stem().string() + ".partial-" + std::to_string(::getpid());
    temporary_ = parent / (stem + final_.extension().string());
    if (kind == Kind::folder) {
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

namespace {
void move_into(const fs::path& from, const fs::path& to) {
    if (!fs::is_directory(to)) {
        fs::rename(from, to);
        return;
    }
    for (const auto& entry : fs::directory_iterator(from)) {
        const fs::path target = to / entry.path().filename();
        if (entry.is_directory())
            move_into(entry.path(), target);
        else
            fs::rename(entry.path(), target);
    }
    fs::remove_all(from);
}
}  // namespace

void PendingOutput::commit() {
    try {
        if (kind_ == Kind::folder)
            move_into(temporary_, final_);
        else
            fs::rename(temporary_, final_);
    } catch (const fs::filesystem_error& e) {
        throw InputError(final_.string(), "to move the finished result here", e.code().message(),
                         "Check space and rights");
    }
    committed_ = true;
}

}  // namespace cytomo
