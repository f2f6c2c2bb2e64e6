// What a training learns from: opened, checked, and described.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/network/train.h"
#include "label_meaning.h"
#include "training_files.h"

namespace cytomo::commands {

struct DataOptions {
    Polarity polarity = Polarity::unknown;  ///< of files for which nothing else is said
    std::optional<Vec3> voxel_um;           ///< likewise
    std::string dataset, label_dataset;     ///< within HDF5 files
    bool grey = false;                      ///< images are grey values, even if they look like labels
    bool values_named = false;              ///< someone said what the values in label files are: --classes
    bool empty_slices_unlabelled = false;   ///< xy slices without any class but 0 count as not looked at
    /// Whether dense matter is dark or bright where nobody says so. Empty: the longer tail of the grey
    /// values.
    std::function<Polarity(const Tomogram&)> choose_polarity;
};

/// What was found in one tomogram and its labels.
struct FoundData {
    std::string image, labels;  ///< files; labels are empty for unlabelled tomograms
    Grid grid;
    Polarity polarity = Polarity::unknown;  ///< given, or guessed from grey values
    bool polarity_guessed = false;
    std::array<std::int64_t, 256> voxels{};  ///< of each class id; [255] is unlabelled
    std::string where;                       ///< "slices 1, 3 along z (index 0, 2)" or "everywhere"
    double share_there = 0;                  ///< labelled share of the voxels in these slices
    std::int64_t gaps = 0;                   ///< voxels that are not finite
    std::int64_t labelled() const;
};

struct TrainingData {
    std::vector<LabelledTomogram> labelled;
    std::vector<UnlabelledTomogram> unlabelled;
    std::vector<FoundData> found;       ///< first the labelled ones, then the unlabelled, in their order
    std::vector<std::string> remarks;   ///< of readers
    std::vector<std::string> warnings;  ///< what is probably not meant that way

    std::array<std::int64_t, 256> voxels() const;  ///< of each class over all files
};

/// Opens and checks everything. Headers are compared before any voxel is read. Values that are not finite
/// are replaced by the mean grey value and their labels become 255; more than half of them is an error. With
/// `alone`, no other data will be added (simulated cells, say), so that at least two classes must be
/// labelled. Throws InputError with file, expected, found and remedy. Memory: a byte a labelled voxel. Cost:
/// reads labels once, images of floating-point type once, and 48 slices of each image.
TrainingData read_training_data(const std::vector<TrainingFile>& files, const LabelMeaning& meaning,
                                const DataOptions& options, bool alone, const Progress& progress = {});

/// Lines for people: size, voxels, polarity, labelled slices, and voxels of each class with their share.
std::vector<std::string> describe(const FoundData& found, const Legend& legend);
/// The same as a table, one row a file.
Table found_table(const TrainingData& data, const Legend& legend);

/// "512 x 512 x 120", "20 x 20 x 10 nm", "2.5 %": parts of messages.
std::string size_text(Size3 size);
std::string voxel_text(Vec3 edges_um);
std::string percent(double share);
/// part / whole; 0 of nothing is 0.
double part_of(std::int64_t part, std::int64_t whole);
/// Why labels of size `labels` may not fit an image of size `image`, with what to do.
std::string size_advice(Size3 image, Size3 labels);
/// The same tomogram with `fill` for what is not finite.
Tomogram without_gaps(const Tomogram& tomogram, float fill);

}  // namespace cytomo::commands
