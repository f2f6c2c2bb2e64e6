// What a volume file is: geometry, statistics, guesses about its content, and what is odd about it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/io/volume_io.h"

namespace cytomo {

/// One percentile of the grey values.
struct Percentile {
    double percent = 0, value = 0;
};

/// Facts about a volume. Statistics are over finite values; NaN if there are none.
struct Passport {
    StoredVolume volume;
    double minimum = 0, maximum = 0, mean = 0, deviation = 0;
    /// 0.1, 1, 5, 50, 95, 99, 99.9: exact for 8- and 16-bit integers, else from at most 4 million voxels
    /// in regular distances.
    std::vector<Percentile> percentiles;
    /// Different values among those the percentiles come from; 0 if more than 65536.
    std::int64_t distinct_values = 0;
    std::int64_t nan_count = 0, infinite_count = 0;
    double fraction_at_minimum = 0, fraction_at_maximum = 0;
    std::vector<std::int64_t> constant_slices;  ///< z of slices that hold one value only
    /// By nine slices that hold more than one value: whole numbers that neighbours mostly share beside the
    /// most frequent one, and either 16 different ones or fewer, or each in one place. Padded, clipped and
    /// smoothed grey values are none.
    bool looks_like_labels = false;
    /// Of what looks like labels and has at most 64 different values: each value and its number of voxels,
    /// ascending. Empty where not all voxels were counted (32 bits and more, above 4 million voxels).
    std::vector<std::pair<std::int64_t, std::int64_t>> label_counts;
    /// A guess for grey values: dense matter is rare, so that averages over 8 x 8 pixels have their longer
    /// tail on its side. Unknown for labels, and if the tails are alike.
    Polarity polarity = Polarity::unknown;
    /// ((p99 - p50) - (p50 - p1)) / (p99 - p1) of those averages, in [-1, 1].
    double tail_asymmetry = 0;
    std::vector<std::string> oddities;  ///< for people; what was assumed is in volume.remarks
};

/// Reads all values once, slab by slab: a few 16 MiB of memory, and 4 bytes for every 64 voxels. The result
/// does not depend on the number of threads. Throws InputError if the file is damaged.
Passport measure_passport(const StoredVolume& volume, const Progress& progress = {});

/// Whether the volume would be said to look like labels, from at most nine of its slices: some milliseconds
/// for most files. False where each of these holds one value only. Throws InputError if the file is damaged.
bool some_slices_look_like_labels(const StoredVolume& volume);

/// Whether the volume surely holds no labels, from the same slices: fractions, or many values that do not
/// look like labels. Both are false where nobody can tell. Throws InputError if the file is damaged.
bool some_slices_look_grey(const StoredVolume& volume);

/// Lines for people.
std::string passport_text(const Passport& passport);
/// One JSON object with keys in snake_case; lengths carry their unit in the key.
std::string passport_json(const Passport& passport);

}  // namespace cytomo
