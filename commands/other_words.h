// Calls whose words are right but not where or how they should be (private to mistakes).
#pragma once

#include <cstddef>
#include <string>

#include "calls.h"

namespace cytomo::commands {

/// Words that the shell took apart at blanks: a name of a file that is there ("my", "cell.mrc"), or numbers
/// that belong together ("--voxel-nm", "20", "20", "10"). The call with them in one; empty if there are none.
/// `from`: the first word behind the command.
Words rejoined(const Words& words, std::size_t from);

/// This call with the options that tomogram and labels have in cytomo train, where `places`, the words that
/// stand without an option, are two; else empty. `name`: of the command.
Words with_data_options(const Words& places, const std::string& name);

/// This call of cytomo compare with `places`, the folders that stand without an option, as groups of their
/// own behind a name for the comparison: the one of them that is not there, or "comparison". A folder of
/// cytomo simulate is replaced by what measuring it makes. Empty if it has groups, or there are not two
/// folders.
Words with_groups(const Words& places, const std::string& name);

}  // namespace cytomo::commands
