// Private to core: what in a folder is cytomo's, and how new results take the place of former ones.
#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace cytomo {

/// The results in a folder: paths relative to it with "/", those of folders end in "/".
using ResultNames = std::set<std::string>;

/// Commands whose results lie in a folder: "analyze".
using Writers = std::set<std::string>;

/// The list of results that lies in the folder, so that the next run knows them.
inline constexpr const char* result_list_name = ".cytomo-files";

/// Everything in a folder that nobody but cytomo has written to yet.
ResultNames all_names(const std::filesystem::path& folder);
/// As the list in the folder says. Without one (results of version 0.1.0 and before): of the names that those
/// versions gave, all that are there, if the file that always came with them is there too and cytomo wrote
/// it, as meshes say each for itself.
ResultNames read_result_names(const std::filesystem::path& folder);
/// Who wrote them, as the list says, or, where it does not, the names of the results; in a folder without a
/// list that is part of a result, such as surfaces/, whose result that is. None if none of the files in the
/// list is there any more.
Writers read_writers(const std::filesystem::path& folder);
/// Writes the list; it appears whole or not at all. Throws InputError.
void write_result_names(const std::filesystem::path& folder, const ResultNames& names,
                        const Writers& writers);

enum class Carry {
    link,  ///< what cannot be linked is left out
    move   ///< what is there already, linked before, is left out
};

/// Everything in `from` that is none of `ours` gets the same name in `to`; where that is taken by something
/// else, NAME.kept.EXTENSION. Folders that are not ours are made anew, with their rights. Returns false if
/// something could not be moved.
bool carry_others(const std::filesystem::path& from, const ResultNames& ours, const std::filesystem::path& to,
                  Carry how);

/// Gives `folder`, new results, the name of `final_path`, an existing folder: at one stroke, or, with
/// `at_once` false or where the file system cannot do that, by way of a free name. Returns where the former
/// results are now. Throws std::filesystem::filesystem_error, with everything as before.
std::filesystem::path swap_folders(const std::filesystem::path& folder,
                                   const std::filesystem::path& final_path, bool at_once = true);

/// Swaps `folder`, results of `writers`, for the former results in `final_path`, and removes those;
/// files of others are carried over, and so are `kept` ones of the former results. Killed at any moment, it
/// leaves the former or the new results whole under their name (or under none, if the file system cannot
/// exchange names), and what it leaves besides is put right by mend_leftovers. Throws InputError or
/// filesystem_error, with everything as before. Returns nothing, or the folder that holds files of others
/// that could not be moved.
std::filesystem::path replace_results(const std::filesystem::path& folder,
                                      const std::filesystem::path& final_path, const ResultNames& kept,
                                      const Writers& writers, bool at_once = true);

/// The same for a folder within `final_path`, where that cannot be renamed: file by file. Killed halfway, it
/// is finished by mend_leftovers.
void replace_results_within(const std::filesystem::path& folder, const std::filesystem::path& final_path,
                            const ResultNames& kept, const Writers& writers);

/// Removes what dead processes left in `folder`. Former results without successor return to their name, files
/// of others to the folder where they were, and what replace_results_within began is finished.
void mend_leftovers(const std::filesystem::path& folder);

}  // namespace cytomo
