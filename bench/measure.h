// A row of the table of speeds, and how it is measured.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"

namespace cytomo::bench {

struct Row {
    std::string name, remark;
    std::int64_t voxels = 0;
    int runs = 0;
    double seconds = 0;  ///< median of the runs
};

/// Runs `work` until two seconds have passed, three times at least, after one run that does not count.
Row measure(const std::string& name, std::int64_t voxels, const std::function<void()>& work);

/// One step of training (forward, loss, backward) by cytomo's own operations and by plain libtorch, for the
/// default network and for one of 57,000 multiply-adds a voxel: a batch of two patches of `patch` voxels
/// (multiples of 16).
std::vector<Row> measure_training(Size3 patch);

}  // namespace cytomo::bench
