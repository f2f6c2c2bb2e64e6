// Private to core: names that results had before folders listed them.
#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace cytomo {

/// Commands that write results of these names (as in ResultNames), told by a file that each of them always
/// writes: "analyze", also of its results that measure measured again; "measure", of classes that were given;
/// …
std::set<std::string> writers_of_names(const std::set<std::string>& names);

/// What version 0.1.0 wrote into folders, told by names together with what the files say of who wrote them:
/// each mesh for itself, and for the rest a file that always came with it.
class KnownResults {
public:
    /// Looks which commands wrote into `folder`.
    explicit KnownResults(const std::filesystem::path& folder);
    /// Whether they may have written this (as in ResultNames).
    bool hold(const std::string& name) const;
    /// Those commands, as writers_of_names names them.
    std::set<std::string> writers() const;

private:
    /// A mesh that `surface` wrote for a class.
    bool is_surface(const std::string& name) const;

    std::filesystem::path folder_;
    bool cell_ = false, simulation_ = false, comparison_ = false, bias_ = false, surface_ = false;
};

}  // namespace cytomo
