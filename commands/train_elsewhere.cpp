// cytomo train in the program without libtorch: knows the options, and leaves the work to cytomo-torch.
#include "command.h"
#include "hand_over.h"
#include "train_options.h"

namespace cytomo::commands {

Command train_command() {
    return {train_name, train_summary, [](CLI::App& app) -> Run {
                const auto parsed_into = declare_train_options(app);
                return [parsed_into](const Common&) { hand_over_to_libtorch("train"); };
            }};
}

}  // namespace cytomo::commands
