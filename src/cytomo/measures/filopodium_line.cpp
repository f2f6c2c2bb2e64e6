// The ways through the object from its root give a first, coarse order from root to tip; slices of equal way
// give centroids, and a smooth line through these. Then the object is cut anew across that line, and the
// centroids of these cuts give the final line: its length no longer depends on the steps of the lattice.
#include "cytomo/measures/filopodium_line.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <unordered_set>

#include "cytomo/measures/centre_line.h"
#include "cytomo/measures/filopodium_branches.h"
#include "cytomo/measures/filopodium_parts.h"
#include "cytomo/measures/voxel_set.h"

namespace cytomo {

namespace {

/// A surface lies on average this part of a voxel's extent beyond the outermost voxel centre.
constexpr double beyond_last_centre = 0.25;

class Measurer {
public:
    Measurer(const ClassVolume& classes, const Instances& instances, std::uint32_t number,
             const VoxelBox& box, const FilopodiaOptions& options, const Probabilities* probabilities,
             const ClassVolume* seen)
        : classes_(classes),
          seen_(seen != nullptr ? *seen : classes),
          instances_(instances),
          grid_(classes.grid()),
          options_(options),
          probabilities_(probabilities),
          voxels_(instances.volume, number, box) {
        result_.instance = number;
        result_.volume_um3 = grid_.voxel_volume_um3() * static_cast<double>(voxels_.size());
        voxels_ = in_one_piece(std::move(voxels_), classes, options.class_id);
    }

    Filopodium measure() {
        const FilopodiumRoot root = find_root(voxels_, classes_, options_.class_id);
        result_.attached = !root.voxels.empty();
        Ways ways =
            find_ways(voxels_, grid_.voxel_um, result_.attached ? root.voxels : std::vector<std::size_t>{0});
        if (!result_.attached) ways = find_ways(voxels_, grid_.voxel_um, {ways.farthest()});
        const std::size_t tip = ways.farthest();
        const double way_um = ways.length_um[tip];
        const double longest_edge = std::max({grid_.voxel_um.x, grid_.voxel_um.y, grid_.voxel_um.z});
        const double volume_um3 = grid_.voxel_volume_um3() * static_cast<double>(voxels_.size());
        radius_um_ = std::sqrt(volume_um3 / (std::numbers::pi * (way_um + longest_edge)));
        // No step of a way may leap over a slice.
        slice_um_ = std::max(1.01 * length(grid_.voxel_um), 0.75 * radius_um_);

        std::size_t source = tip;
        while (ways.before[source] != source) source = ways.before[source];
        const Vec3 start = result_.attached ? root.contact_um : place(source);
        const auto slices = static_cast<std::size_t>(way_um / slice_um_) + 1;
        if (slices < 4 || way_um < 3 * radius_um_) {
            measure_stub(start, place(tip));
            return result_;
        }
        const std::vector<std::uint8_t> trunk = find_trunk(ways, tip);
        const CentreLine line = find_line(ways, trunk, slices);
        measure_along(line, start, ways, trunk);
        return result_;
    }

private:
    Vec3 place(std::size_t i) const { return place_of(grid_, voxels_[i]); }

    std::size_t slice_of(const Ways& ways, std::size_t i) const {
        return static_cast<std::size_t>(ways.length_um[i] / slice_um_);
    }

    /// 1 for voxels that hang together, within their slice, with the way to the tip: not in a side branch.
    std::vector<std::uint8_t> find_trunk(const Ways& ways, std::size_t tip) const {
        std::vector<std::uint8_t> trunk(voxels_.size(), 0);
        std::vector<std::size_t> open;
        for (std::size_t i = tip;; i = ways.before[i]) {
            trunk[i] = 1;
            open.push_back(i);
            if (ways.before[i] == i) break;
        }
        while (!open.empty()) {
            const std::size_t i = open.back();
            open.pop_back();
            voxels_.for_neighbours(i, [&](std::size_t other, int, int, int) {
                if (trunk[other] != 0 || slice_of(ways, other) != slice_of(ways, i)) return;
                trunk[other] = 1;
                open.push_back(other);
            });
        }
        return trunk;
    }

    CentreLine find_line(const Ways& ways, const std::vector<std::uint8_t>& trunk, std::size_t slices) {
        std::vector<Vec3> nodes(slices);
        std::vector<double> counts(slices, 0);
        for (std::size_t i = 0; i < voxels_.size(); ++i) {
            if (trunk[i] == 0) continue;
            nodes[slice_of(ways, i)] = nodes[slice_of(ways, i)] + place(i);
            ++counts[slice_of(ways, i)];
        }
        for (std::size_t s = 0; s < slices; ++s) nodes[s] = nodes[s] * (1 / counts[s]);
        const double reach = 2 * radius_um_ + 2 * slice_um_;
        CentreLine line(smoothed(nodes, reach));
        for (std::size_t i = 0; i < voxels_.size(); ++i)
            if (trunk[i] != 0)
                portions_.push_back({place(i), grid_.voxel_volume_um3(), line.at_node(slice_of(ways, i))});
        if (probabilities_ != nullptr) weigh_surface(trunk);
        for (int round = 0; round < 3; ++round) {
            settle_portions(line);
            const TubeSlices cut = cut_into_slices(line, portions_, grid_.voxel_um, slice_um_);
            line = CentreLine(smoothed(whole_centroids(cut), reach));
        }
        settle_portions(line);
        return line;
    }

    void settle_portions(const CentreLine& line) {
        for (Portion& p : portions_)
            p.along_um = line.nearest(p.place_um, p.along_um, 4 * radius_um_ + 3 * slice_um_);
    }

    /// Centroids of the slices, without the rounded or slanting ones at the ends.
    static std::vector<Vec3> whole_centroids(const TubeSlices& cut) {
        std::vector<double> sorted = cut.volume_um3;
        std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2),
                         sorted.end());
        const double enough = 0.6 * sorted[sorted.size() / 2];
        std::size_t begin = 0, end = cut.volume_um3.size();
        while (begin + 2 < end && cut.volume_um3[begin] < enough) ++begin;
        while (begin + 2 < end && cut.volume_um3[end - 1] < enough) --end;
        std::vector<Vec3> nodes;
        for (std::size_t s = begin; s < end; ++s)
            if (cut.volume_um3[s] > 0) nodes.push_back(cut.centroid_um[s]);
        return nodes;
    }

    /// Voxels with a face to the background, and background voxels that touch the object, count with their
    /// probability. Those that bridge a gap between two pieces are as thick as these.
    void weigh_surface(const std::vector<std::uint8_t>& trunk) {
        const auto values = probabilities_->of_class(options_.class_id);
        const auto is_background = [&](std::int64_t x, std::int64_t y, std::int64_t z) {
            return grid_.contains(x, y, z) && seen_(x, y, z) == background;
        };
        const auto share = [&](std::int64_t index) {
            return values[static_cast<std::size_t>(index)] / 255.0;
        };
        std::unordered_set<std::int64_t> added;
        std::vector<Portion> around;
        std::size_t portion = 0;
        for (std::size_t i = 0; i < voxels_.size(); ++i) {
            if (trunk[i] == 0) continue;
            Portion& own = portions_[portion++];
            const std::int64_t x = voxels_[i][0], y = voxels_[i][1], z = voxels_[i][2];
            if (instances_.volume(x, y, z) != result_.instance) continue;
            const bool seen = seen_(x, y, z) == options_.class_id;  // else a person knows better
            if (seen &&
                (is_background(x - 1, y, z) || is_background(x + 1, y, z) || is_background(x, y - 1, z) ||
                 is_background(x, y + 1, z) || is_background(x, y, z - 1) || is_background(x, y, z + 1)))
                own.volume_um3 *= share(grid_.index(x, y, z));
            for (int d = 0; d < 27; ++d) {
                const std::int64_t nx = x + d % 3 - 1, ny = y + d / 3 % 3 - 1, nz = z + d / 9 - 1;
                if (!is_background(nx, ny, nz) || !added.insert(grid_.index(nx, ny, nz)).second) continue;
                const Vec3 at = grid_.world_from_voxel(
                    {static_cast<double>(nx), static_cast<double>(ny), static_cast<double>(nz)});
                around.push_back(
                    {at, grid_.voxel_volume_um3() * share(grid_.index(nx, ny, nz)), own.along_um});
            }
        }
        own_portions_ = portions_.size();
        portions_.insert(portions_.end(), around.begin(), around.end());
    }

    void measure_along(const CentreLine& line, Vec3 start, const Ways& ways,
                       const std::vector<std::uint8_t>& trunk) {
        const std::size_t own = own_portions_ > 0 ? own_portions_ : portions_.size();
        // The ends are where the voxels near the line end: the rim of a slanting or flat end says less.
        const Vec3 e = grid_.voxel_um;
        const double near_um = std::max(0.5 * radius_um_, 0.75 * std::max({e.x, e.y, e.z}));
        double first = std::numeric_limits<double>::infinity(), last = -first;
        for (std::size_t i = 0; i < own; ++i) {
            const double at = portions_[i].along_um;
            if (length(portions_[i].place_um - line.point(at)) > near_um) continue;
            const double beyond = beyond_last_centre * voxel_extent(line.direction(at), grid_.voxel_um);
            first = std::min(first, at - beyond);
            last = std::max(last, at + beyond);
        }
        if (first > last) {  // a ring, say: nothing near its middle
            first = 0;
            last = line.length_um();
        }
        const double root_at =
            result_.attached ? line.nearest(start, first, 4 * radius_um_ + 3 * slice_um_) : first;
        const double tip_at = std::max(last, root_at + grid_.voxel_um.x * 1e-3);
        result_.length_um = tip_at - root_at;
        result_.root_um = line.point(root_at);
        result_.tip_um = line.point(tip_at);

        const TubeSlices cut = cut_into_slices(line, portions_, grid_.voxel_um, slice_um_);
        std::vector<double> areas(cut.volume_um3.size());
        for (std::size_t s = 0; s < areas.size(); ++s) areas[s] = cut.volume_um3[s] / cut.length_um;
        measure_radii(cut, areas, root_at, tip_at);
        result_.tip_radius_um = end_radius(cut, areas, root_at, tip_at, false);
        root_radius_um_ = end_radius(cut, areas, root_at, tip_at, true);

        std::vector<double> places{root_at};
        result_.centre_line_um.push_back(result_.root_um);
        result_.radius_um.push_back(0);
        for (std::size_t s = 0; s < areas.size(); ++s) {
            if (cut.middle(s) <= root_at || cut.middle(s) >= tip_at) continue;
            places.push_back(cut.middle(s));
            result_.centre_line_um.push_back(line.point(cut.middle(s)));
            result_.radius_um.push_back(std::sqrt(areas[s] / std::numbers::pi));
        }
        result_.centre_line_um.push_back(result_.tip_um);
        result_.radius_um.push_back(result_.radius_um.back());
        result_.radius_um.front() = result_.radius_um[1];
        places.push_back(tip_at);
        measure_curvature(line, places);
        set_tortuosity();
        result_.branches =
            find_branches(voxels_, grid_, ways, {trunk, line, root_at, result_.mean_radius_um, slice_um_});
        if (!result_.attached) put_thicker_end_first();
    }

    void measure_curvature(const CentreLine& line, const std::vector<double>& places) {
        const Vec3 e = grid_.voxel_um;
        const double reach = std::max(
            {options_.curvature_scale_um, 2.5 * result_.mean_radius_um, 3 * std::max({e.x, e.y, e.z})});
        result_.curvature_per_um = curvatures_per_um(line, places, reach);
        double sum = 0, count = 0, most = 0;
        for (const double c : result_.curvature_per_um) {
            if (!std::isfinite(c)) continue;
            sum += c;
            ++count;
            most = std::max(most, c);
        }
        if (count == 0) return;
        result_.mean_curvature_per_um = sum / count;
        result_.maximum_curvature_per_um = most;
    }

    /// Mean over the last stretch before the cap at one end, or over a third where the filopodium is shorter.
    double end_radius(const TubeSlices& cut, const std::vector<double>& areas, double root_at, double tip_at,
                      bool at_root) const {
        const double whole = tip_at - root_at, cap = std::min(result_.mean_radius_um, 0.3 * whole);
        const double stretch = std::min(options_.tip_um, 0.33 * whole);
        const double begin = at_root ? root_at + cap : tip_at - cap - stretch;
        double sum = 0, count = 0, distance = std::numeric_limits<double>::infinity(), nearest = 0;
        for (std::size_t s = 0; s < areas.size(); ++s) {
            const double at = cut.middle(s), radius = std::sqrt(areas[s] / std::numbers::pi);
            if (at >= begin && at <= begin + stretch) {
                sum += radius;
                ++count;
            }
            const double off = std::abs(at - begin - stretch / 2);
            if (off >= distance) continue;
            distance = off;
            nearest = radius;
        }
        return count > 0 ? sum / count : nearest;  // a slice can be longer than the stretch
    }

    void measure_radii(const TubeSlices& cut, const std::vector<double>& areas, double root_at,
                       double tip_at) {
        // Ends are rounded or slanting; where the tube is too short for that, only its middle is left.
        const double margin = std::min(radius_um_ + slice_um_ / 2, 0.3 * (tip_at - root_at));
        double sum = 0, count = 0, smallest = std::numeric_limits<double>::infinity();
        for (std::size_t s = 0; s < areas.size(); ++s) {
            const double at = cut.middle(s);
            if (at < root_at + margin || at > tip_at - margin) continue;
            sum += std::sqrt(areas[s] / std::numbers::pi);
            ++count;
            const std::size_t before = s > 0 ? s - 1 : s, after = std::min(s + 1, areas.size() - 1);
            smallest = std::min(smallest, (areas[before] + 2 * areas[s] + areas[after]) / 4);
        }
        if (count > 0) {
            result_.mean_radius_um = sum / count;
            result_.minimum_radius_um =
                std::min(result_.mean_radius_um, std::sqrt(smallest / std::numbers::pi));
        } else {
            result_.mean_radius_um = result_.minimum_radius_um = radius_um_;
        }
    }

    /// Too short for a line of its own: a straight one.
    void measure_stub(Vec3 start, Vec3 end) {
        const Vec3 along = length(end - start) > 0 ? normalized(end - start) : Vec3{1, 0, 0};
        const double beyond = beyond_last_centre * voxel_extent(along, grid_.voxel_um);
        result_.root_um = result_.attached ? start : start - along * beyond;
        result_.tip_um = end + along * beyond;
        result_.length_um = length(result_.tip_um - result_.root_um);
        const double volume_um3 = grid_.voxel_volume_um3() * static_cast<double>(voxels_.size());
        result_.mean_radius_um = std::sqrt(volume_um3 / (std::numbers::pi * result_.length_um));
        result_.minimum_radius_um = result_.mean_radius_um;
        result_.centre_line_um = {result_.root_um, result_.tip_um};
        result_.radius_um.assign(2, result_.mean_radius_um);
        result_.tip_radius_um = result_.mean_radius_um;
        result_.curvature_per_um.assign(2, not_defined);
        set_tortuosity();
    }

    void set_tortuosity() {
        const double straight = length(result_.tip_um - result_.root_um);
        result_.tortuosity = straight > 0 ? result_.length_um / straight : 1;
    }

    void put_thicker_end_first() {
        const auto& r = result_.radius_um;
        const std::size_t third = std::max<std::size_t>(1, r.size() / 3);
        double front = 0, back = 0;
        for (std::size_t i = 0; i < third; ++i) {
            front += r[i];
            back += r[r.size() - 1 - i];
        }
        if (front >= back) return;
        std::reverse(result_.centre_line_um.begin(), result_.centre_line_um.end());
        std::reverse(result_.radius_um.begin(), result_.radius_um.end());
        std::reverse(result_.curvature_per_um.begin(), result_.curvature_per_um.end());
        for (FilopodiumBranch& b : result_.branches)
            b.leaves_at_um = std::max(0.0, result_.length_um - b.leaves_at_um);
        order_branches(result_.branches);
        std::swap(result_.tip_radius_um, root_radius_um_);
        std::swap(result_.root_um, result_.tip_um);
    }

    const ClassVolume &classes_, &seen_;
    const Instances& instances_;
    const Grid& grid_;
    const FilopodiaOptions& options_;
    const Probabilities* probabilities_;
    VoxelSet voxels_;
    Filopodium result_;
    double radius_um_ = 0, slice_um_ = 0;
    double root_radius_um_ = 0;  ///< what the tip radius is if root and tip change places
    std::vector<Portion> portions_;
    std::size_t own_portions_ = 0;  ///< portions beyond these are background voxels; 0: there are none
};

}  // namespace

Filopodium measure_filopodium(const ClassVolume& classes, const Instances& instances, std::uint32_t number,
                              const VoxelBox& box, const FilopodiaOptions& options,
                              const Probabilities* probabilities, const ClassVolume* seen) {
    return Measurer(classes, instances, number, box, options, probabilities, seen).measure();
}

}  // namespace cytomo
