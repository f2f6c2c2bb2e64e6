#include "cytomo/labels/edits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <queue>
#include <sstream>
#include <unordered_map>

#include "cytomo/core/error.h"
#include "cytomo/labels/boxes.h"
#include "cytomo/labels/distance.h"

namespace cytomo {

namespace {

constexpr std::array<std::array<int, 3>, 6> face_steps{
    {{-1, 0, 0}, {1, 0, 0}, {0, -1, 0}, {0, 1, 0}, {0, 0, -1}, {0, 0, 1}}};

/// A box of the volume, one voxel wider than the object where there is more volume.
struct Part {
    std::array<std::int64_t, 3> first;
    Size3 size;

    Part(const VoxelBox& box, const Size3& volume) {
        const std::array<std::int64_t, 3> end{volume.x, volume.y, volume.z};
        std::array<std::int64_t, 3> extent{};
        for (std::size_t a = 0; a < 3; ++a) {
            first[a] = std::max<std::int64_t>(0, box.first[a] - 1);
            extent[a] = std::min(end[a], box.last[a] + 2) - first[a];
        }
        size = {extent[0], extent[1], extent[2]};
    }
    std::int64_t index(std::int64_t x, std::int64_t y, std::int64_t z) const {
        return ((z - first[2]) * size.y + y - first[1]) * size.x + x - first[0];
    }
};

/// To which seed each voxel of a part belongs (1 …; 0: not of the object, or reached by no seed): a way costs
/// its length / distance³.
std::vector<std::uint32_t> grow_seeds(const std::vector<std::uint8_t>& inside, const Size3& size,
                                      Vec3 voxel_um, const std::vector<std::int64_t>& seeds) {
    std::vector<float> distance(inside.size());
    find_squared_distances_um2(inside, size, voxel_um, Beyond::unknown, distance);
    const double edge = std::min({voxel_um.x, voxel_um.y, voxel_um.z});
    for (float& d : distance)  // in voxels: cubes of µm would leave the range of useful numbers
        d = std::isfinite(d) ? static_cast<float>(std::sqrt(static_cast<double>(d)) / edge) : 1.F;

    struct Step {
        int dx, dy, dz;
        std::int64_t offset;
        double length;
    };
    std::vector<Step> steps;
    for (int dz = -1; dz <= 1; ++dz)
        for (int dy = -1; dy <= 1; ++dy)
            for (int dx = -1; dx <= 1; ++dx)
                if (dx != 0 || dy != 0 || dz != 0)
                    steps.push_back({dx, dy, dz, (dz * size.y + dy) * size.x + dx,
                                     std::hypot(dx * voxel_um.x, dy * voxel_um.y, dz * voxel_um.z) / edge});

    std::vector<double> cost(inside.size(), std::numeric_limits<double>::infinity());
    std::vector<std::uint32_t> seed_of(inside.size(), 0);
    struct Entry {
        double cost;
        std::uint32_t seed;
        std::int64_t voxel;
        bool operator>(const Entry& other) const {  // ties: the earlier seed, the earlier voxel
            if (cost != other.cost) return cost > other.cost;
            return seed != other.seed ? seed > other.seed : voxel > other.voxel;
        }
    };
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
    for (std::size_t s = 0; s < seeds.size(); ++s) {
        cost[static_cast<std::size_t>(seeds[s])] = 0;
        seed_of[static_cast<std::size_t>(seeds[s])] = static_cast<std::uint32_t>(s + 1);
        open.push({0, static_cast<std::uint32_t>(s + 1), seeds[s]});
    }
    while (!open.empty()) {
        const Entry here = open.top();
        open.pop();
        const auto from = static_cast<std::size_t>(here.voxel);
        if (here.cost > cost[from] || here.seed != seed_of[from]) continue;
        const std::int64_t x = here.voxel % size.x, y = here.voxel / size.x % size.y,
                           z = here.voxel / (size.x * size.y);
        for (const Step& step : steps) {
            if (x + step.dx < 0 || y + step.dy < 0 || z + step.dz < 0 || x + step.dx >= size.x ||
                y + step.dy >= size.y || z + step.dz >= size.z)
                continue;
            const auto to = static_cast<std::size_t>(here.voxel + step.offset);
            if (inside[to] == 0) continue;
            const double middle =
                0.5 * (static_cast<double>(distance[from]) + static_cast<double>(distance[to]));
            const double next = here.cost + step.length / (middle * middle * middle);
            if (next > cost[to] || (next == cost[to] && here.seed >= seed_of[to])) continue;
            cost[to] = next;
            seed_of[to] = here.seed;
            open.push({next, here.seed, here.voxel + step.offset});
        }
    }
    return seed_of;
}

void widen(VoxelBox& box, std::int64_t x, std::int64_t y, std::int64_t z) {
    const std::array<std::int64_t, 3> at{x, y, z};
    if (box.empty()) {
        box = {at, at};
        return;
    }
    for (std::size_t a = 0; a < 3; ++a) {
        box.first[a] = std::min(box.first[a], at[a]);
        box.last[a] = std::max(box.last[a], at[a]);
    }
}

class Editor {
public:
    Editor(Instances& instances, ClassVolume* classes, const Legend& legend)
        : instances_(instances),
          classes_(classes),
          legend_(legend),
          grid_(instances.volume.grid()),
          boxes_(find_boxes(instances.volume, instances.count())) {}

    std::string apply(const Edit& edit) {
        edit_ = &edit;
        for (const std::uint32_t n : edit.objects) check_present(n);
        switch (edit.kind) {
            case Edit::Kind::merge:
                return merge();
            case Edit::Kind::split:
                return split();
            case Edit::Kind::remove:
                return remove();
            case Edit::Kind::set_class:
                return set_class();
        }
        return {};
    }

private:
    [[noreturn]] void fail(const std::string& expected, const std::string& found,
                           const std::string& remedy) const {
        throw InputError(edit_->where, expected, found, remedy);
    }

    std::string named(std::uint32_t n) const {
        return std::to_string(n) + " (" + legend_.name_of(instances_.class_of[n]) + ")";
    }

    void check_present(std::uint32_t n) const {
        const auto gone = gone_.find(n);
        if (gone != gone_.end())
            fail("an object that is there", std::to_string(n) + ", which " + gone->second,
                 "Numbers of merged and deleted objects cannot be used again");
        if (n == 0 || n > instances_.count() || boxes_[n].empty())
            fail("the number of an object, 1 to " + std::to_string(instances_.count()),
                 std::to_string(n) + ", which no voxel has",
                 "Numbers are in the column 'object' of objects.csv");
    }

    template <class Visit>
    void for_voxels(std::uint32_t n, Visit visit) {
        const VoxelBox box = boxes_[n];
        for (std::int64_t z = box.first[2]; z <= box.last[2]; ++z)
            for (std::int64_t y = box.first[1]; y <= box.last[1]; ++y)
                for (std::int64_t x = box.first[0]; x <= box.last[0]; ++x)
                    if (instances_.volume(x, y, z) == n) visit(x, y, z);
    }

    void vanish(std::uint32_t n, const std::string& how) {
        gone_[n] = how + " by " + edit_->where;
        boxes_[n] = {};
        instances_.class_of[n] = 0;
    }

    std::string merge() {
        const std::uint32_t kept = edit_->objects[0];
        for (const std::uint32_t n : edit_->objects)
            if (instances_.class_of[n] != instances_.class_of[kept])
                fail("objects of one class to merge", named(kept) + " and " + named(n),
                     "Change the class of one of them on a line before");
        std::string list;
        for (std::size_t i = 1; i < edit_->objects.size(); ++i) {
            const std::uint32_t n = edit_->objects[i];
            for_voxels(n, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
                instances_.volume(x, y, z) = kept;
                widen(boxes_[kept], x, y, z);
            });
            vanish(n, "was merged into " + std::to_string(kept));
            list += (i > 1 ? ", " : "") + std::to_string(n);
        }
        return edit_->where + ": merged " + list + " into " + named(kept);
    }

    /// "(2.54, 2.54, 0.94 µm)": the last voxel's middle, in the units of the seeds.
    std::string far_corner() const {
        const Vec3 last{static_cast<double>(grid_.size.x - 1), static_cast<double>(grid_.size.y - 1),
                        static_cast<double>(grid_.size.z - 1)};
        const Vec3 corner = edit_->seeds_in_voxels ? last : grid_.world_from_voxel(last);
        std::ostringstream text;
        text << "(" << corner.x << ", " << corner.y << ", " << corner.z
             << (edit_->seeds_in_voxels ? " voxels)" : " µm)");
        return text.str();
    }

    /// " (it reaches from (0.2, 0.2, 0.1) to (1.4, 1.2, 0.9) µm)": middles of the outermost voxels of an
    /// object, in the units of the seeds.
    std::string reach_of(std::uint32_t n) const {
        const auto place = [&](const std::array<std::int64_t, 3>& at) {
            const Vec3 voxel{static_cast<double>(at[0]), static_cast<double>(at[1]),
                             static_cast<double>(at[2])};
            const Vec3 v = edit_->seeds_in_voxels ? voxel : grid_.world_from_voxel(voxel);
            std::ostringstream text;
            text << "(" << v.x << ", " << v.y << ", " << v.z << ")";
            return text.str();
        };
        return " (it reaches from " + place(boxes_[n].first) + " to " + place(boxes_[n].last) +
               (edit_->seeds_in_voxels ? " voxels)" : " µm)");
    }

    /// Index of the voxel in which a seed lies.
    std::array<std::int64_t, 3> find_seed(std::size_t s) const {
        const std::uint32_t n = edit_->objects[0];
        const Vec3 seed = edit_->seeds[s];
        const Vec3 v = edit_->seeds_in_voxels ? seed : grid_.voxel_from_world(seed);
        std::ostringstream place;
        place << "place " << s + 1 << " (" << seed.x << ", " << seed.y << ", " << seed.z
              << (edit_->seeds_in_voxels ? " voxels)" : " µm)");
        const std::string expected = "places inside object " + std::to_string(n) + reach_of(n);
        const std::string remedy =
            "Order is x, y, z, in µm as in objects.csv, or in voxels after the word voxels";
        const Vec3 end{static_cast<double>(grid_.size.x), static_cast<double>(grid_.size.y),
                       static_cast<double>(grid_.size.z)};
        if (!(v.x >= -0.5 && v.y >= -0.5 && v.z >= -0.5 && v.x < end.x - 0.5 && v.y < end.y - 0.5 &&
              v.z < end.z - 0.5))
            fail(expected, place.str() + " outside of the volume, which reaches to " + far_corner(), remedy);
        const std::array<std::int64_t, 3> at{static_cast<std::int64_t>(std::floor(v.x + 0.5)),
                                             static_cast<std::int64_t>(std::floor(v.y + 0.5)),
                                             static_cast<std::int64_t>(std::floor(v.z + 0.5))};
        const std::uint32_t there = instances_.volume(at[0], at[1], at[2]);
        if (there != n)
            fail(expected,
                 place.str() + (there == 0 ? " in no object" : " in object " + std::to_string(there)),
                 remedy);
        return at;
    }

    std::string split() {
        const std::uint32_t n = edit_->objects[0];
        const Part part(boxes_[n], grid_.size);
        std::vector<std::int64_t> seeds;
        for (std::size_t s = 0; s < edit_->seeds.size(); ++s) {
            const auto at = find_seed(s);
            seeds.push_back(part.index(at[0], at[1], at[2]));
            for (std::size_t other = 0; other < s; ++other)
                if (seeds[other] == seeds[s])
                    fail("places in different voxels",
                         "places " + std::to_string(other + 1) + " and " + std::to_string(s + 1) +
                             " in the same one",
                         "Give one place well inside each part");
        }
        std::vector<std::uint8_t> inside(static_cast<std::size_t>(part.size.count()), 0);
        for_voxels(n, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
            inside[static_cast<std::size_t>(part.index(x, y, z))] = 1;
        });
        const std::vector<std::uint32_t> seed_of = grow_seeds(inside, part.size, grid_.voxel_um, seeds);

        const std::uint32_t before = instances_.count();
        instances_.class_of.resize(instances_.class_of.size() + seeds.size() - 1, instances_.class_of[n]);
        boxes_.resize(instances_.class_of.size());
        VoxelBox own;
        std::vector<std::int64_t> voxels(seeds.size(), 0);
        for_voxels(n, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
            const std::uint32_t seed = seed_of[static_cast<std::size_t>(part.index(x, y, z))];
            ++voxels[seed <= 1 ? 0 : seed - 1];
            if (seed <= 1) {
                widen(own, x, y, z);
                return;
            }
            const std::uint32_t number = before + seed - 1;
            instances_.volume(x, y, z) = number;
            widen(boxes_[number], x, y, z);
        });
        boxes_[n] = own;
        std::string list;
        for (std::size_t s = 0; s < voxels.size(); ++s)
            list += (s > 0 ? ", " : "") +
                    std::to_string(s == 0 ? n : before + static_cast<std::uint32_t>(s)) + " (" +
                    size_text(voxels[s]) + ")";
        return edit_->where + ": split " + named(n) + " into " + list;
    }

    /// "1234 voxels, 0.0099 µm³"
    std::string size_text(std::int64_t voxels) const {
        char text[64];
        std::snprintf(text, sizeof text, "%lld voxel%s, %.3g µm³", static_cast<long long>(voxels),
                      voxels == 1 ? "" : "s", static_cast<double>(voxels) * grid_.voxel_volume_um3());
        return text;
    }

    std::string remove() {
        const std::uint32_t n = edit_->objects[0];
        const std::string name = named(n);
        std::map<std::uint32_t, std::int64_t> shared;    // faces, by neighbour
        std::array<std::int64_t, 256> classes_around{};  // faces to voxels of no object, by class
        for_voxels(n, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
            for (const auto& [dx, dy, dz] : face_steps) {
                if (!grid_.contains(x + dx, y + dy, z + dz)) continue;
                const std::uint32_t other = instances_.volume(x + dx, y + dy, z + dz);
                if (other == n) continue;
                ++shared[other];
                if (other == 0 && classes_ != nullptr) ++classes_around[(*classes_)(x + dx, y + dy, z + dz)];
            }
        });
        std::uint32_t heir = 0;
        std::int64_t most = 0;
        for (const auto& [number, count] : shared)
            if (count > most) {
                most = count;
                heir = number;
            }
        std::uint8_t class_id = instances_.class_of[heir];
        if (heir == 0) {
            classes_around[ignore_label] = 0;  // to know nothing is no class to become
            class_id = static_cast<std::uint8_t>(
                std::max_element(classes_around.begin(), classes_around.end()) - classes_around.begin());
        }
        for_voxels(n, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
            instances_.volume(x, y, z) = heir;
            if (heir != 0) widen(boxes_[heir], x, y, z);
            if (classes_ != nullptr) (*classes_)(x, y, z) = class_id;
        });
        vanish(n, "was deleted");
        return edit_->where + ": deleted " + name + ", its voxels became " +
               (heir != 0 ? "part of " + named(heir) : legend_.name_of(class_id));
    }

    std::string set_class() {
        const std::uint32_t n = edit_->objects[0];
        const std::string before = named(n);
        instances_.class_of[n] = edit_->class_id;
        if (classes_ != nullptr)
            for_voxels(n, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
                (*classes_)(x, y, z) = edit_->class_id;
            });
        return edit_->where + ": class of " + before + " changed to " + legend_.name_of(edit_->class_id);
    }

    Instances& instances_;
    ClassVolume* classes_;
    const Legend& legend_;
    Grid grid_;
    std::vector<VoxelBox> boxes_;
    std::unordered_map<std::uint32_t, std::string> gone_;
    const Edit* edit_ = nullptr;
};

}  // namespace

std::vector<std::string> apply_edits(Instances& instances, ClassVolume* classes,
                                     const std::vector<Edit>& edits, const Legend& legend,
                                     const Progress& progress) {
    if (classes != nullptr && classes->grid().size != instances.volume.grid().size)
        throw InputError("edits: expected as many voxels in the classes as in the instances");
    std::vector<std::string> done;
    if (edits.empty()) return done;
    progress(0);
    Editor editor(instances, classes, legend);
    for (std::size_t i = 0; i < edits.size(); ++i) {
        done.push_back(editor.apply(edits[i]));
        progress(static_cast<double>(i + 1) / static_cast<double>(edits.size()));
    }
    return done;
}

}  // namespace cytomo
