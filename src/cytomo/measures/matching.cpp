#include "cytomo/measures/matching.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"

namespace cytomo {

std::vector<Match> match_objects(const InstanceSlices& a, const InstanceSlices& b, const Progress& progress) {
    const Size3 n = a.grid.size;
    if (n != b.grid.size) throw InputError("objects to be matched: expected two sets on as many voxels");
    std::unordered_map<std::uint64_t, std::int64_t> shared;
    std::mutex merging;
    std::int64_t done = 0;
    progress(0);
    constexpr std::int64_t slices_at_once = 4;
    parallel_chunks(n.z, slices_at_once, [&](std::int64_t first, std::int64_t end) {
        const auto voxels = static_cast<std::size_t>((end - first) * n.x * n.y);
        std::vector<std::uint32_t> of_a(voxels), of_b(voxels);
        a.read(first, end - first, of_a);
        b.read(first, end - first, of_b);
        std::unordered_map<std::uint64_t, std::int64_t> part;
        for_stretches(of_a.data(), of_b.data(), static_cast<std::int64_t>(voxels),
                      [&](std::uint32_t i, std::uint32_t j, std::int64_t from, std::int64_t to) {
                          if (i != 0 && j != 0 && a.class_of[i] == b.class_of[j])
                              part[std::uint64_t{i} << 32 | j] += to - from;
                      });
        const std::lock_guard lock(merging);
        for (const auto& [pair, count] : part) shared[pair] += count;
        done += end - first;
        progress(static_cast<double>(done) / static_cast<double>(n.z));
    });
    std::vector<Match> pairs;
    pairs.reserve(shared.size());
    for (const auto& [pair, voxels] : shared)
        pairs.push_back({static_cast<std::uint32_t>(pair >> 32), static_cast<std::uint32_t>(pair), voxels});
    std::sort(pairs.begin(), pairs.end(),
              [](const Match& p, const Match& q) { return p.a != q.a ? p.a < q.a : p.b < q.b; });
    std::vector<std::size_t> best_of_a(a.class_of.size(), pairs.size()),
        best_of_b(b.class_of.size(), pairs.size());
    const auto improve = [&](std::size_t& best, std::size_t i) {
        if (best == pairs.size() || pairs[i].voxels > pairs[best].voxels) best = i;
    };
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        improve(best_of_a[pairs[i].a], i);
        improve(best_of_b[pairs[i].b], i);
    }
    std::vector<Match> result;
    for (std::size_t i = 0; i < pairs.size(); ++i)
        if (best_of_a[pairs[i].a] == i && best_of_b[pairs[i].b] == i) result.push_back(pairs[i]);
    progress(1);
    return result;
}

}  // namespace cytomo
