// Pieces of labelled volumes for training, changed at random as instruments differ.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/random.h"
#include "cytomo/core/volume.h"

namespace cytomo {

/// A piece of a volume: normalised grey values and labels (255: unlabelled), x fastest.
struct Patch {
    Size3 size;
    std::vector<float> values;
    std::vector<std::uint8_t> labels;
    std::vector<std::uint16_t> objects = {};  ///< number of the object, 0: none; empty: not known
    std::vector<std::uint8_t> depth = {};  ///< how deep within its object (labels/depth.h); empty: not known
    std::int64_t slab = 0;                 ///< only so many slices are shown, mirrored along z; 0: all
};

/// Objects of a labelled volume, on its grid: numbers and depths.
struct PatchObjects {
    const Volume<std::uint16_t>* numbers = nullptr;
    const Volume<std::uint8_t>* depth = nullptr;
};

struct AugmentOptions {
    double scale = 0.2;       ///< largest relative change of the voxel size
    double rotation = 1;      ///< 1: any angle about the beam (z); 0: none. Reflections always.
    double contrast = 0.25;   ///< deviation of the logarithm of the contrast
    double brightness = 0.3;  ///< deviation of the offset, in units of the normalised deviation
    double noise = 0.2;       ///< largest deviation of added noise
    double blur = 0.8;        ///< largest extra Gaussian blur, in voxels
    double thin_slab = 0.1;   ///< share of patches that show only 1 to 8 slices, mirrored along z
};

/// The geometry of cut_augmented_patch alone: grey values stay as they are.
Patch cut_patch(const Volume<float>& values, const ClassVolume& labels, Size3 size, Vec3 centre,
                const AugmentOptions& options, Random& random, const PatchObjects& objects = {});

/// Blur, contrast, brightness, a gentle bend of the grey scale and noise, at random; values end within ±6.
/// Slices that are mirror images of others stay so: a single slice has no second look at its noise.
void change_grey_values(Patch& patch, const AugmentOptions& options, Random& random);

/// Cuts a patch of `size` around a centre given in voxels, changed at random. Values beyond the
/// volume are mirrored there, their labels are 255. `values` are normalised grey values.
/// Deterministic for the state of `random`.
Patch cut_augmented_patch(const Volume<float>& values, const ClassVolume& labels, Size3 size, Vec3 centre,
                          const AugmentOptions& options, Random& random);

}  // namespace cytomo
