// A row of the table of speeds, and how it is measured.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"

namespace cytomo::bench {

struct Row {
    std::string group, name, precision, remark;
    std::int64_t voxels = 0;
    int runs = 0;
    double seconds = 0;     ///< median of the runs
    double operations = 0;  ///< additions and multiplications of one run; 0: not counted
    double voxels_per_s() const { return static_cast<double>(voxels) / seconds; }
    double operations_per_s() const { return operations / seconds; }
};

/// Runs `work` until two seconds have passed, three times at least, after one run that does not count. With
/// `once`, a single run without another before it: for what takes many seconds.
Row measure(const std::string& name, std::int64_t voxels, const std::function<void()>& work,
            bool once = false);

/// What the machine can do: copying memory, and 3×3×3 convolutions of oneDNN with bias and ReLU, in each
/// precision that the processor has and for 16 to 128 channels. Group "limit".
std::vector<Row> measure_limits();

/// The default architecture (random weights): the engine on one tile, a whole prediction, libtorch with the
/// same weights, and the published double-decoder network. 1.5 edge × 1.5 edge ×
/// 0.75 edge voxels are predicted. Group "network".
std::vector<Row> measure_networks(std::int64_t edge);

/// Components, distances, surfaces, measures on a synthetic cell of edge³ voxels, which is written into
/// `folder` as classes.npy, instances.npy and grey.npy unless that is empty, for other programs to work on.
/// Group "parts".
std::vector<Row> measure_parts(std::int64_t edge, const std::string& folder);

/// One step of training (forward, loss, backward) by cytomo's own operations and by plain libtorch, for the
/// default network and for one of 57,000 multiply-adds a voxel: a batch of two patches of `patch` voxels
/// (multiples of 16). Group "training".
std::vector<Row> measure_training(Size3 patch);

}  // namespace cytomo::bench
