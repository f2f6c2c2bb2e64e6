// Skeletons of one class, from label files, with the time that they take; for skeleton_speed and
// network_validation:
// cytomo_bench_networks CLASSES [--instances FILE] [--class N] [--split] [--voxel-nm X,Y,Z] [--threads N]
//                       [--csv FILE] [--write-instances FILE]
// Without --instances objects are found in the classes; --split also parts them at constrictions.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include "cytomo/core/clock.h"
#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/io/table_io.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/network.h"

namespace {

using namespace cytomo;

class Laps {
public:
    void lap(const char* what) {
        std::printf("%s %.3f s\n", what, seconds_since(last_));
        last_ = Clock::now();
    }

private:
    Clock::time_point last_ = Clock::now();
};

Vec3 edges_from(const std::string& nm) {
    Vec3 e;
    if (std::sscanf(nm.c_str(), "%lf,%lf,%lf", &e.x, &e.y, &e.z) != 3)
        throw UsageError("expected --voxel-nm X,Y,Z, found " + nm);
    return e * 1e-3;
}

int run(int argc, char** argv) {
    std::string classes_file, instances_file, csv, written;
    NetworkOptions options;
    ReadOptions reading;
    bool split = false;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (name == "--split") {
            split = true;
            continue;
        }
        if (name.rfind("--", 0) != 0) {
            classes_file = name;
            continue;
        }
        const std::string value = i + 1 < argc ? argv[++i] : "";
        if (name == "--instances")
            instances_file = value;
        else if (name == "--class")
            options.class_id = static_cast<std::uint8_t>(std::atoi(value.c_str()));
        else if (name == "--voxel-nm")
            reading.voxel_um = edges_from(value);
        else if (name == "--threads")
            set_thread_count(std::atoi(value.c_str()));
        else if (name == "--csv")
            csv = value;
        else if (name == "--write-instances")
            written = value;
        else
            throw UsageError("unknown option " + name);
    }
    ClassVolume classes = read_classes(classes_file, reading);
    Laps clock;
    Instances instances;
    if (instances_file.empty()) {
        InstanceOptions finding = default_instance_options();
        finding.split_constrictions.fill(false);
        finding.split_constrictions[options.class_id] = split;
        instances = find_instances(classes, finding);
        clock.lap("instances");
    } else {
        InstanceVolume numbers = read_instances(instances_file, reading);
        numbers.set_geometry(classes.grid().voxel_um, classes.grid().origin_um);
        instances = make_instances(std::move(numbers), classes);
        clock.lap("reading");
    }
    const auto objects = measure_networks(instances, options);
    clock.lap("networks");
    std::printf("objects %zu\n", objects.size());
    if (!csv.empty()) write_csv(csv, network_table(objects), true);
    if (!written.empty()) write_volume(written, instances.volume, true);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
