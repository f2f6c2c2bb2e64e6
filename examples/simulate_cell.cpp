// Makes a cell that is known exactly, and prints what it holds.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "cytomo/core/legend.h"
#include "cytomo/simulation/simulate.h"

int main(int argc, char** argv) {
    try {
        cytomo::SimulationOptions options;
        options.seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
        options.size = {64, 64, 48};
        options.voxel_um = {0.04, 0.04, 0.04};
        options.preset = "cell-edge";
        const cytomo::SimulatedCell cell = cytomo::make_cell(options);

        const cytomo::Legend legend = cytomo::default_legend();
        for (const cytomo::ObjectTruth& o : cell.truth.objects)
            std::printf("%4u  %-14s %-16s %10.5f µm³, absorption %.2f /µm\n", o.instance,
                        legend.name_of(o.class_id).c_str(), o.kind.c_str(), o.labelled_volume_um3,
                        o.mean_lac_per_um);
        for (const cytomo::FilopodiumTruth& f : cell.truth.filopodia)
            std::printf("filopodium %u: %.2f µm long\n", f.instance, f.length_um);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "Error: %s\n", error.what());
        return 1;
    }
}
