// From cytomo, which starts without libtorch, to cytomo-torch, which has it.
#pragma once

#include <filesystem>
#include <string>

namespace cytomo::commands {

/// Set in the environment of a program that another one became: what that one said is not said again.
inline constexpr const char* handed_over_name = "CYTOMO_HANDED_OVER";

/// cytomo-torch beside this program, or in ../libexec; empty if none there is of the same build (build.h):
/// one of other sources would do something else than what was asked for. Reads the files, some milliseconds.
std::filesystem::path program_with_libtorch();

/// Becomes cytomo-torch: same arguments, process, standard streams and exit status, so that signals reach it.
/// To be called before any result is begun. Returns only in programs that have libtorch. Throws InputError
/// that names `what` and how to install it if it is not there, or the one that is of another build.
void hand_over_to_libtorch(const std::string& what);

/// The same if a device ("auto": if this machine has an NVIDIA driver and a cytomo-torch of the same build)
/// or the kind of model in a file needs it; "" is the model that comes with cytomo, and files that cannot be
/// read need nothing.
void hand_over_if_needed(const std::string& device, const std::string& model_file);

}  // namespace cytomo::commands
