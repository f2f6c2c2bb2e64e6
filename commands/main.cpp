// The program: finds the subcommand, runs it, and turns errors into one message and an exit code.
#include <cstdio>
#include <exception>
#include <new>

#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
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

int run(int argc, char** argv) {
    CLI::App app{
        "cytomo: from a cryo soft X-ray tomogram to measured organelles.\n"
        "Start with: cytomo analyze TOMOGRAM OUTDIR"};
    app.require_subcommand(1);
    app.failure_message(explain_refusal);
    app.set_version_flag("--version", CYTOMO_VERSION);
    Common common;
    Run selected;
    for (const Command& command : all_commands()) {
        CLI::App* sub = app.add_subcommand(command.name, command.summary);
        sub->add_flag("--overwrite", common.overwrite, "Replace existing results");
        sub->add_flag("--quiet", common.quiet, "No progress and no remarks");
        sub->add_option("--threads", common.threads, "Number of threads (0: all cores)")
            ->check(CLI::Range(0, 1024));
        Run runner = command.declare(*sub);
        sub->callback([&selected, runner] { selected = runner; });
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    set_thread_count(common.threads);
    try {
        selected(common);
        return 0;
    } catch (const Cancelled&) {
        std::fprintf(stderr, "\ncytomo: stopped; nothing was left half-written\n");
        return 130;
    } catch (const UsageError& e) {
        std::fprintf(stderr, "cytomo: %s\n", e.what());
        return 2;
    } catch (const InputError& e) {
        std::fprintf(stderr, "cytomo: %s\n", e.what());
    } catch (const std::bad_alloc&) {
        std::fprintf(stderr, "cytomo: out of memory. Crop or bin the tomogram, or use a machine with more\n");
    } catch (const std::exception& e) {
        std::fprintf(stderr, "cytomo: internal error, please report it: %s\n", e.what());
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
    cytomo::commands::remember_call(argc, argv);
    return cytomo::commands::run(argc, argv);
}
