// New results are made ready in a folder beside the former ones: files of others are linked into it, so that
// they are in both, and then the two folders exchange their names. Whatever cannot be linked moves after
// that.
#include "result_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "cytomo/core/error.h"
#include "known_results.h"
#include "leftovers.h"

namespace cytomo {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view writer_line = "# Written by cytomo ";

bool is_folder(const fs::path& path) {
    std::error_code ec;
    return fs::is_directory(fs::symlink_status(path, ec));
}

bool is_there(const fs::path& path) {
    std::error_code ec;
    return fs::exists(fs::symlink_status(path, ec));
}

/// Calls visit(name, is a folder) for everything in `folder`, folders before what they hold; not for the list
/// of results and what is under a temporary name.
void visit_all(const fs::path& folder, const std::function<void(const std::string&, bool)>& visit,
               const std::string& within = "") {
    for (const auto& entry :
         fs::directory_iterator(folder / within, fs::directory_options::skip_permission_denied)) {
        const std::string file = entry.path().filename().string();
        if (within.empty() && (file == result_list_name || is_temporary_name(file))) continue;
        const bool deeper = is_folder(entry.path());
        const std::string name = within + file + (deeper ? "/" : "");
        visit(name, deeper);
        if (deeper) visit_all(folder, visit, name);
    }
}

bool is_same_file(const fs::path& a, const fs::path& b) {
    struct stat s {
    }, t{};
    return ::lstat(a.c_str(), &s) == 0 && ::lstat(b.c_str(), &t) == 0 && s.st_dev == t.st_dev &&
           s.st_ino == t.st_ino;
}

/// The name itself, NAME.kept.EXTENSION, NAME.kept-2.EXTENSION, …
fs::path kept_name(const fs::path& path, int attempt) {
    if (attempt == 0) return path;
    return path.parent_path() /
           (path.stem().string() + ".kept" + (attempt > 1 ? "-" + std::to_string(attempt) : "") +
            path.extension().string());
}

bool carry_file(const fs::path& from, const fs::path& wanted, Carry how) {
    for (int attempt = 0;; ++attempt) {
        const fs::path to = kept_name(wanted, attempt);
        if (is_same_file(from, to)) return true;
        if (is_there(to)) continue;
        if (how == Carry::link) return ::link(from.c_str(), to.c_str()) == 0;
        return ::rename(from.c_str(), to.c_str()) == 0;
    }
}

void copy_rights(const fs::path& from, const fs::path& to) {
    struct stat s {};
    if (::stat(from.c_str(), &s) == 0) ::chmod(to.c_str(), s.st_mode & 07777);
}

std::string last_part(const std::string& name) {
    return fs::path(name.ends_with('/') ? name.substr(0, name.size() - 1) : name).filename().string();
}

std::string folder_of(const std::string& name) {
    const auto slash = name.rfind('/', name.size() - 2);
    return slash == std::string::npos ? "" : name.substr(0, slash + 1);
}

}  // namespace

ResultNames all_names(const fs::path& folder) {
    ResultNames names;
    visit_all(folder, [&](const std::string& name, bool) { names.insert(name); });
    return names;
}

ResultNames read_result_names(const fs::path& folder) {
    ResultNames names;
    if (std::ifstream in(folder / result_list_name); in) {
        for (std::string line; std::getline(in, line);)
            if (!line.empty() && line[0] != '#') names.insert(line);
        return names;
    }
    const KnownResults known(folder);
    visit_all(folder, [&](const std::string& name, bool) {
        if (known.hold(name)) names.insert(name);
    });
    return names;
}

namespace {

/// Whose result has `folder`, without a list of its own, as one of its folders: surfaces/,
/// surfaces/instances/.
Writers writers_around(const fs::path& folder) {
    std::error_code ec;
    if (fs::is_empty(folder, ec) || ec) return {};
    fs::path outer = folder;
    for (int level = 0; level < 2 && outer.has_relative_path(); ++level) {
        outer = outer.parent_path();
        const std::string name = folder.lexically_relative(outer).generic_string() + "/";
        const bool listed = is_there(outer / result_list_name);
        if (listed ? read_result_names(outer).count(name) > 0 : KnownResults(outer).hold(name))
            return read_writers(outer);
    }
    return {};
}

}  // namespace

Writers read_writers(const fs::path& folder) {
    std::ifstream in(folder / result_list_name);
    if (!in) {
        const Writers around = writers_around(folder);
        return around.empty() ? KnownResults(folder).writers() : around;
    }
    Writers writers;
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(writer_line)) writers.insert(line.substr(writer_line.size()));
    const ResultNames names = read_result_names(folder);
    if (std::none_of(names.begin(), names.end(), [&](const std::string& name) {
            return !name.ends_with('/') && is_there(folder / name);
        }))
        return {};
    return writers.empty() ? writers_of_names(names) : writers;
}

void write_result_names(const fs::path& folder, const ResultNames& names, const Writers& writers) {
    const fs::path temporary = temporary_name(folder / result_list_name, "partial");
    std::ofstream out(temporary, std::ios::binary);
    out << "# What cytomo wrote here: --overwrite replaces it, and leaves everything else.\n";
    for (const std::string& command : writers) out << writer_line << command << '\n';
    for (const std::string& name : names) out << name << '\n';
    out.close();
    std::error_code ec;
    if (out) fs::rename(temporary, folder / result_list_name, ec);
    if (out && !ec) return;
    const int reason = ec ? ec.value() : errno;
    fs::remove(temporary, ec);
    throw InputError((folder / result_list_name).string(), "to write the file",
                     std::generic_category().message(reason), "Check space and rights");
}

bool carry_others(const fs::path& from, const ResultNames& ours, const fs::path& to, Carry how) {
    std::vector<std::string> others;
    visit_all(from, [&](const std::string& name, bool) {
        if (ours.count(name) == 0) others.push_back(name);
    });
    bool all = true;
    std::map<std::string, fs::path> folders{{"", to}};  // where those of `from` are in `to`
    std::vector<std::string> made;
    const std::function<fs::path(const std::string&)> folder_for = [&](const std::string& name) {
        if (const auto it = folders.find(name); it != folders.end()) return it->second;
        const fs::path wanted = folder_for(folder_of(name)) / last_part(name);
        int attempt = 0;
        while (is_there(kept_name(wanted, attempt)) && !is_folder(kept_name(wanted, attempt))) ++attempt;
        const fs::path folder = kept_name(wanted, attempt);
        if (::mkdir(folder.c_str(), 0700) == 0) made.push_back(name);
        return folders[name] = folder;
    };
    std::vector<std::string> in_the_way;  // last, so that the names they get are none of the others'
    const auto carry = [&](const std::string& name) {
        all = carry_file(from / name, folder_for(folder_of(name)) / last_part(name), how) && all;
    };
    for (const std::string& name : others)
        if (name.ends_with('/'))
            all = is_folder(folder_for(name)) && all;
        else if (is_there(to / name))
            in_the_way.push_back(name);
        else
            carry(name);
    for (const std::string& name : in_the_way) carry(name);
    // Last, since one may have to write into what is read-only.
    for (auto name = made.rbegin(); name != made.rend(); ++name) copy_rights(from / *name, folders[*name]);
    return all;
}

fs::path swap_folders(const fs::path& folder, const fs::path& final_path, bool at_once) {
    if (at_once) {
        if (::renameat2(AT_FDCWD, folder.c_str(), AT_FDCWD, final_path.c_str(), RENAME_EXCHANGE) == 0)
            return folder;
        if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
            throw fs::filesystem_error("exchange", folder, final_path,
                                       std::error_code(errno, std::generic_category()));
    }
    const fs::path former = temporary_name(final_path, "former");
    fs::rename(final_path, former);
    try {
        fs::rename(folder, final_path);
    } catch (...) {
        std::error_code ec;
        fs::rename(former, final_path, ec);
        throw;
    }
    return former;
}

namespace {

/// The lists that both folders have at the moment when they are swapped: of the new one, its results and the
/// former ones that stay; of the former one, what vanishes. Unless they are swapped, the former folder gets
/// back the list that it had.
class Lists {
public:
    Lists(const fs::path& folder, const fs::path& final_path, const ResultNames& kept, const Writers& writers)
        : final_path_(final_path),
          listed_(is_there(final_path / result_list_name)),
          before_(read_result_names(final_path)),
          writers_before_(read_writers(final_path)),
          vanishing_(before_) {
        ResultNames names = all_names(folder);
        for (const std::string& name : kept)
            if (vanishing_.erase(name) > 0) names.insert(name);
        write_result_names(folder, names, writers);
        write_result_names(final_path, vanishing_, writers_before_);
    }
    ~Lists() {
        if (swapped_) return;
        std::error_code ec;
        try {
            if (listed_)
                write_result_names(final_path_, before_, writers_before_);
            else
                fs::remove(final_path_ / result_list_name, ec);
        } catch (const std::exception&) {
            // Then former results that were to stay count as files of others.
        }
    }
    Lists(const Lists&) = delete;
    Lists& operator=(const Lists&) = delete;

    const ResultNames& vanishing() const { return vanishing_; }
    void set_swapped() { swapped_ = true; }

private:
    fs::path final_path_;
    bool listed_, swapped_ = false;
    ResultNames before_;
    Writers writers_before_;
    ResultNames vanishing_;
};

}  // namespace

fs::path replace_results(const fs::path& folder, const fs::path& final_path, const ResultNames& kept,
                         const Writers& writers, bool at_once) {
    Lists lists(folder, final_path, kept, writers);
    carry_others(final_path, lists.vanishing(), folder, Carry::link);
    copy_rights(final_path, folder);
    const fs::path old = swap_folders(folder, final_path, at_once);
    lists.set_swapped();
    try {
        // What could not be linked, and what came meanwhile.
        if (!carry_others(old, lists.vanishing(), final_path, Carry::move)) return old;
    } catch (const fs::filesystem_error&) {
        return old;
    }
    std::error_code ec;
    fs::remove_all(old, ec);
    return {};
}

namespace {

void finish_within(const fs::path& finished, const fs::path& final_path) {
    const ResultNames names = read_result_names(finished), former = read_result_names(final_path);
    // What is listed as new has moved already, or stays. A list tells nothing of what lies elsewhere.
    const ResultNames present = all_names(final_path);
    for (auto name = present.rbegin(); name != present.rend();
         ++name)  // what a folder holds before the folder
        if (former.count(*name) > 0 && names.count(*name) == 0) {
            std::error_code ec;
            fs::remove(final_path / *name, ec);  // a folder that holds files of others stays
        }
    std::vector<std::string> files;
    visit_all(finished, [&](const std::string& name, bool folder) {
        const fs::path target = folder ? (final_path / name).parent_path() : final_path / name;
        const bool of_others = folder ? !is_folder(target) : former.count(name) == 0 || is_folder(target);
        if (is_there(target) && of_others) {
            int attempt = 1;
            while (is_there(kept_name(target, attempt))) ++attempt;
            fs::rename(target, kept_name(target, attempt));
        }
        if (folder)
            fs::create_directory(target);
        else
            files.push_back(name);
    });
    for (const std::string& file : files) fs::rename(finished / file, final_path / file);
    fs::rename(finished / result_list_name, final_path / result_list_name);
    std::error_code ec;
    fs::remove_all(finished, ec);
}

void mend(const Leftover& left) {
    std::error_code ec;
    const bool folder = is_folder(left.path);
    if (left.kind == "finished") {
        if (is_there(left.path / result_list_name))
            finish_within(left.path, left.path.parent_path());
        else
            fs::remove_all(left.path, ec);
        return;
    }
    if (left.kind == "former") {
        if (!folder) return;
        if (!is_there(left.final_path)) {
            fs::rename(left.path, left.final_path, ec);
            return;
        }
        if (!is_there(left.final_path / result_list_name)) return;  // of somebody else: it came in between
    }
    // With a list they have been under the final name, or were about to be.
    if (folder && is_there(left.path / result_list_name) && is_folder(left.final_path) &&
        !carry_others(left.path, read_result_names(left.path), left.final_path, Carry::move))
        return;
    fs::remove_all(left.path, ec);
}

}  // namespace

void replace_results_within(const fs::path& folder, const fs::path& final_path, const ResultNames& kept,
                            const Writers& writers) {
    Lists lists(folder, final_path, kept, writers);
    const fs::path finished = temporary_name(final_path / "", "finished");
    fs::rename(folder, finished);
    lists.set_swapped();
    finish_within(finished, final_path);
}

void mend_leftovers(const fs::path& folder) {
    const auto all = find_leftovers(folder);
    for (const bool former : {true, false})  // what has no successor first
        for (const Leftover& left : all)
            if ((left.kind == "former") == former) {
                try {
                    mend(left);
                } catch (const fs::filesystem_error&) {
                    // Whoever may, will.
                }
            }
}

}  // namespace cytomo
