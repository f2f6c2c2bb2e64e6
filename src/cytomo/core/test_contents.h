// Whole folders as values, for tests.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "leftovers.h"
#include "result_folder.h"

namespace cytomo::test {

namespace fs = std::filesystem;
using Contents = std::map<std::string, std::string>;  // folders end in "/", links hold "-> " and where to

/// `unfinished`: also what has a temporary name.
inline Contents contents_of(const fs::path& folder, bool unfinished = true) {
    Contents out;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::string name = entry.path().lexically_relative(folder).generic_string();
        if (name == result_list_name || (!unfinished && is_temporary_name(name))) continue;
        if (entry.is_symlink()) {
            out[name] = "-> " + fs::read_symlink(entry.path()).string();
        } else if (entry.is_directory()) {
            out[name + "/"];
        } else {
            std::ifstream in(entry.path(), std::ios::binary);
            out[name].assign(std::istreambuf_iterator<char>(in), {});
        }
    }
    return out;
}

inline void write_all(const fs::path& folder, const Contents& contents) {
    for (const auto& [name, text] : contents) {
        fs::create_directories((folder / name).parent_path());
        if (text.starts_with("-> "))
            fs::create_symlink(text.substr(3), folder / name);
        else if (!name.ends_with('/'))
            std::ofstream(folder / name, std::ios::binary) << text;
    }
}

inline Contents operator+(Contents a, const Contents& b) {
    a.insert(b.begin(), b.end());
    return a;
}

}  // namespace cytomo::test
