#include "cytomo/labels/round_objects.h"

#include <algorithm>
#include <vector>

#include "cytomo/core/parallel.h"
#include "cytomo/labels/components.h"
#include "cytomo/labels/split.h"

namespace cytomo {

namespace {

/// 1 where the round classes together are at least as probable as any other.
ClassVolume find_round(const Probabilities& p, const std::vector<int>& round,
                       const std::vector<int>& others) {
    ClassVolume found(p.grid);
    const std::int64_t slice = p.grid.size.x * p.grid.size.y;
    parallel_for(p.grid.size.z, [&](std::int64_t z) {
        for (std::int64_t i = z * slice; i < (z + 1) * slice; ++i) {
            const auto at = static_cast<std::size_t>(i);
            int together = 0, most = 0;
            for (const int c : round) together += p.of_class(c)[at];
            for (const int c : others) most = std::max<int>(most, p.of_class(c)[at]);
            found[i] = together > 0 && together >= most ? 1 : 0;
        }
    });
    return found;
}

/// Class of each piece: the one with the largest sum of probabilities in it.
std::vector<int> find_winners(const Probabilities& p, const std::vector<int>& round,
                              const Components& pieces) {
    std::vector<std::int64_t> best(pieces.count() + 1, -1), sum(pieces.count() + 1);
    std::vector<int> winner(pieces.count() + 1, -1);
    for (const int c : round) {
        std::fill(sum.begin(), sum.end(), 0);
        const auto values = p.of_class(c);
        for (std::size_t i = 0; i < values.size(); ++i)
            sum[pieces.volume[static_cast<std::int64_t>(i)]] += values[i];
        for (std::size_t n = 1; n < sum.size(); ++n)
            if (sum[n] > best[n]) {
                best[n] = sum[n];
                winner[n] = c;
            }
    }
    return winner;
}

/// The piece at a voxel or, outside of all, the lowest-numbered one that touches it; 0 if none does.
std::uint32_t piece_at_or_beside(const InstanceVolume& pieces, std::int64_t x, std::int64_t y,
                                 std::int64_t z) {
    if (const auto here = pieces(x, y, z); here != 0) return here;
    std::uint32_t found = 0;
    for (std::int64_t dz = -1; dz <= 1; ++dz)
        for (std::int64_t dy = -1; dy <= 1; ++dy)
            for (std::int64_t dx = -1; dx <= 1; ++dx) {
                if (!pieces.grid().contains(x + dx, y + dy, z + dz)) continue;
                const auto n = pieces(x + dx, y + dy, z + dz);
                if (n != 0 && (found == 0 || n < found)) found = n;
            }
    return found;
}

}  // namespace

void settle_round_objects(Probabilities& p, const std::array<bool, 256>& is_round, const Progress& progress) {
    std::vector<int> round, others;
    for (int c = 0; c < p.classes; ++c) (is_round[static_cast<std::size_t>(c)] ? round : others).push_back(c);
    if (round.size() < 2) return;
    const auto stage = progress.stage("round objects");
    stage(0);
    Components pieces = find_components(find_round(p, round, others), Connectivity::faces);
    SplitOptions split;
    split.classes[1] = true;
    split_touching(pieces, split);
    stage(0.5);
    const auto winner = find_winners(p, round, pieces);
    const auto n = static_cast<std::size_t>(p.grid.count());
    parallel_for(p.grid.size.z, [&](std::int64_t z) {
        for (std::int64_t y = 0; y < p.grid.size.y; ++y)
            for (std::int64_t x = 0; x < p.grid.size.x; ++x) {
                const auto at = static_cast<std::size_t>(p.grid.index(x, y, z));
                int together = 0;
                for (const int c : round) together += p.of_class(c)[at];
                if (together == 0) continue;
                const auto piece = piece_at_or_beside(pieces.volume, x, y, z);
                if (piece == 0) continue;
                for (const int c : round)
                    p.values[static_cast<std::size_t>(c) * n + at] =
                        static_cast<std::uint8_t>(c == winner[piece] ? std::min(together, 255) : 0);
            }
    });
    stage(1);
}

}  // namespace cytomo
