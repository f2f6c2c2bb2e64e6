// From classes to separate objects.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"

namespace cytomo {

/// Separate objects: `volume` holds object numbers 1 … class_of.size()-1 on the grid of the classes
/// (0: no object); class_of[n] is the class of object n, class_of[0] == 0. Numbers ascend with the
/// class, and within a class with falling size (ties: first voxel).
struct Instances {
    InstanceVolume volume;
    std::vector<std::uint8_t> class_of{0};
    std::uint32_t count() const { return static_cast<std::uint32_t>(class_of.size() - 1); }
};

/// Object numbers slice by slice, made when asked for: those of a large volume, 4 bytes a voxel, need not be
/// held.
struct InstanceSlices {
    Grid grid;
    std::vector<std::uint8_t> class_of{0};  ///< as in Instances
    /// Writes slices z = first … first+count-1, x fastest; out.size() == nx*ny*count. Safe to call from
    /// several threads.
    std::function<void(std::int64_t first, std::int64_t count, std::span<std::uint32_t> out)> read;
    std::uint32_t count() const { return static_cast<std::uint32_t>(class_of.size() - 1); }
};

/// The numbers of `instances`, which must outlive the result.
InstanceSlices slices_of(const Instances& instances);

/// How objects are found. Defaults suit the default legend.
struct InstanceOptions {
    /// Objects smaller than this (µm³) are dropped from `volume`; index is the class id.
    std::array<double, 256> min_volume_um3{};
    /// Classes whose touching objects are parted where they narrow (see split.h); index is the class id.
    std::array<bool, 256> split_touching{};
    /// Classes whose objects are parted at short constrictions, networks kept whole (see
    /// split_constrictions.h); index is the class id.
    std::array<bool, 256> split_constrictions{};
    /// Classes of tubes that are parted where they touch or cross (see crossings.h): those within the cell,
    /// and those that grow from it.
    std::array<bool, 256> split_crossings{}, split_crossings_of_body{};
    /// Classes that are split along the valleys of a predicted depth instead, if there is one (see
    /// split_depth.h).
    std::array<bool, 256> split_by_depth{};
    /// Throws UsageError if a value is negative or not finite.
    void check() const;
};

/// Defaults for the seven classes of the default legend, smaller than any whole object of the class, so that
/// they drop specks: the volume of a sphere of 60 nm for lipid droplets and vesicles, 100 nm for filopodia,
/// 160 nm for mitochondria; 0.05 µm³ of cytoplasm, 0.2 µm³ of nucleus. Touching lipid droplets and vesicles
/// are parted, mitochondria at short constrictions and where they cross, and filopodia where they cross.
InstanceOptions default_instance_options();

/// What a network with an object head said of the voxels of a class volume (network/model.h: ObjectMap), 0 to
/// 255 each.
struct SplitMaps {
    std::span<const std::uint8_t> depth, separation;
};

/// 26-connected components of each class (0 and 255 are not objects), without those below the
/// minimum volume; an object exactly as large as the minimum stays. With `maps`, those of the classes in
/// `split_by_depth` are split by them and by nothing else. Touching objects of the classes in
/// `split_touching` and `split_constrictions` are parted first, those in `split_crossings` and
/// `split_crossings_of_body` last.
/// Deterministic at any thread count; time and memory linear in voxels (6 bytes a voxel for most volumes).
Instances find_instances(const ClassVolume& classes, const InstanceOptions& options,
                         const Progress& progress = {}, const std::optional<SplitMaps>& maps = {});

/// Objects whose numbers were given, from a file for example; numbers stay. class_of[n] is the class that
/// most labelled voxels of object n have (ties: the lower id), 0 for numbers that do not occur or have only
/// background and ignored voxels. Throws InputError if the sizes differ or a number exceeds 50,000,000.
Instances make_instances(InstanceVolume numbers, const ClassVolume& classes);

}  // namespace cytomo
