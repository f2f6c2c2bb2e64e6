// Lists the separate objects of a label volume with class, volume and position.
#include <cstdio>
#include <exception>
#include <optional>

#include "cytomo/io/volume_io.h"
#include "cytomo/labels/instance_options.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/objects.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s CLASSES.tif\n", argv[0]);
        return 2;
    }
    try {
        std::optional<cytomo::Legend> of_file;
        const cytomo::ClassVolume classes = cytomo::read_classes(argv[1], {}, nullptr, &of_file);
        const cytomo::Legend legend = of_file.value_or(cytomo::default_legend());
        const cytomo::Instances instances =
            cytomo::find_instances(classes, cytomo::instance_options_for(legend));
        for (const cytomo::Object& o : cytomo::measure_objects(instances, nullptr))
            std::printf("%4u  %-14s %10.5f µm³ at (%.2f, %.2f, %.2f) µm\n", o.instance,
                        legend.name_of(o.class_id).c_str(), o.volume_um3, o.centroid_um.x, o.centroid_um.y,
                        o.centroid_um.z);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "Error: %s\n", error.what());
        return 1;
    }
}
