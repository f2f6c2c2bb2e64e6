// The program: finds the subcommand, runs it, and turns errors into one message and an exit code.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>

#include "calls.h"
#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "hand_over.h"
#include "mistakes.h"
#if CYTOMO_HAS_NETWORK
#include "libtorch_here.h"
#endif

namespace cytomo::commands {
#define COMMAND(name) Command name##_command();
#include "command_list.inc"
#undef COMMAND

namespace {

std::vector<Command> all_commands() {
    return {
#define COMMAND(name) name##_command(),
#include "command_list.inc"
#undef COMMAND
    };
}

/// The command line, and what it chooses once it is parsed.
struct CommandLine {
    CLI::App app{
        "cytomo: from a cryo soft X-ray tomogram to measured organelles.\n"
        "Start with: cytomo analyze TOMOGRAM OUTDIR"};
    Common common;
    Run selected;

    CommandLine() {
        app.require_subcommand(1);
        app.failure_message(explain_refusal);
        app.set_version_flag("--version", CYTOMO_VERSION);
        for (const Command& command : all_commands()) {
            CLI::App* sub = app.add_subcommand(command.name, command.summary);
            sub->add_flag("--overwrite", common.overwrite, "Replace existing results");
            sub->add_flag("--quiet", common.quiet, "No progress and no remarks");
            sub->add_option("--threads", common.threads, "Number of threads (0: all cores)")
                ->check(CLI::Range(0, 1024));
            Run runner = command.declare(*sub);
            sub->callback([this, runner] { selected = runner; });
        }
    }
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;
};

/// Whether the command line could be these words.
bool is_taken(Words words) {
    CommandLine line;
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    try {
        line.app.parse(words);
    } catch (const CLI::ParseError& e) {
        return e.get_exit_code() == 0;  // --help
    }
    return true;
}

/// What was given behind --voxel-nm, whichever command it was given to; empty if nothing was.
std::string voxel_nm_of(const CLI::App& app) {
    for (const CLI::App* sub : app.get_subcommands()) {
        const CLI::Option* option = sub->get_option_no_throw("--voxel-nm");
        if (option != nullptr && option->count() > 0) return option->results().front();
        if (std::string given = voxel_nm_of(*sub); !given.empty()) return given;
    }
    return {};
}

int run(int argc, char** argv) {
    CommandLine line;
    try {
        line.app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return line.app.exit(e) == 0 ? 0 : 2;
    }
    set_thread_count(line.common.threads);
    const bool begun = std::getenv(handed_over_name) == nullptr;
    if (begun && thread_count() < line.common.threads)
        line.common.say("--threads " + std::to_string(line.common.threads) + ": the environment allows " +
                        std::to_string(thread_count()) + " (OMP_THREAD_LIMIT), which is what is taken");
    try {
        if (const std::string remark = unusual_voxel_remark(voxel_nm_of(line.app)); begun && !remark.empty())
            line.common.say(remark);
        line.selected(line.common);
        return 0;
    } catch (const Cancelled&) {
        print_error("cytomo: stopped; nothing was left half-written");
        return 130;
    } catch (const UsageError& e) {
        print_error(std::string("cytomo: ") + e.what());
        return 2;
    } catch (const InputError& e) {
        print_error(std::string("cytomo: ") + e.what());
    } catch (const std::bad_alloc&) {
        print_error("cytomo: out of memory. Crop or bin the tomogram, or use a machine with more");
    } catch (const std::exception& e) {
        print_error(std::string("cytomo: internal error, please report it: ") + e.what());
    }
    return 1;
}

}  // namespace
}  // namespace cytomo::commands

int main(int argc, char** argv) {
    if (!CYTOMO_CPU_SUPPORTED) {
        std::fprintf(stderr,
                     "cytomo: this build needs a processor with AVX2. Build again with "
                     "-DCYTOMO_MARCH= for older ones\n");
        return 1;
    }
#if CYTOMO_HAS_NETWORK
    cytomo::commands::take_libtorch();
#endif
    cytomo::commands::remember_call(argc, argv, cytomo::commands::is_taken);
    return cytomo::commands::run(argc, argv);
}
