// Extracts the surface of one class of a label volume, smooths it, and writes it as PLY.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>

#include "cytomo/core/legend.h"
#include "cytomo/io/mesh_io.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/surfaces/fields.h"
#include "cytomo/surfaces/smooth.h"

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: %s CLASSES.tif CLASS_ID OUT.ply\n", argv[0]);
        return 2;
    }
    try {
        std::optional<cytomo::Legend> legend;
        const cytomo::ClassVolume classes = cytomo::read_classes(argv[1], {}, nullptr, &legend);
        const auto id = static_cast<std::uint8_t>(std::atoi(argv[2]));
        cytomo::Mesh mesh = cytomo::extract_class(classes, id);

        cytomo::SmoothOptions options;
        options.iterations = 10;
        options.border = classes.grid();  // caps at the border of the volume stay flat
        cytomo::smooth_surface(mesh, options);

        cytomo::write_mesh(argv[3], mesh, /*overwrite=*/true);
        std::printf("%s: %zu triangles, %.4f µm², %.4f µm³\n",
                    legend.value_or(cytomo::default_legend()).name_of(id).c_str(), mesh.triangles.size(),
                    area_um2(mesh), volume_um3(mesh));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "Error: %s\n", error.what());
        return 1;
    }
}
