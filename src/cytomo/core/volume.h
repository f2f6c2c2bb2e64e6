// Volumes of values on a grid, and the tomogram whose grey values are read on demand.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"

namespace cytomo {

/// A grid and one value for each of its voxels, x fastest, owned and contiguous.
/// Invariant: values().size() == grid().count().
template <class T>
class Volume {
public:
    Volume() = default;
    /// All voxels set to `value`. Memory: grid.count() * sizeof(T).
    explicit Volume(const Grid& grid, T value = T{})
        : grid_(grid), values_(static_cast<std::size_t>(grid.count()), value) {}

    const Grid& grid() const { return grid_; }
    /// Moves the lattice in space without touching values; the size must stay.
    void set_geometry(Vec3 voxel_um, Vec3 origin_um) {
        grid_.voxel_um = voxel_um;
        grid_.origin_um = origin_um;
    }
    std::int64_t count() const { return grid_.count(); }
    bool empty() const { return values_.empty(); }

    T& operator()(std::int64_t x, std::int64_t y, std::int64_t z) {
        return values_[static_cast<std::size_t>(grid_.index(x, y, z))];
    }
    const T& operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
        return values_[static_cast<std::size_t>(grid_.index(x, y, z))];
    }
    T& operator[](std::int64_t i) { return values_[static_cast<std::size_t>(i)]; }
    const T& operator[](std::int64_t i) const { return values_[static_cast<std::size_t>(i)]; }
    T* data() { return values_.data(); }
    const T* data() const { return values_.data(); }
    std::span<T> values() { return values_; }
    std::span<const T> values() const { return values_; }

private:
    Grid grid_;
    std::vector<T> values_;
};

/// Class ids; 0 background, 255 ignore (unlabelled).
using ClassVolume = Volume<std::uint8_t>;
/// Object numbers from 1; 0 background.
using InstanceVolume = Volume<std::uint32_t>;

constexpr std::uint8_t ignore_label = 255;

enum class ScalarType { int8, uint8, int16, uint16, int32, uint32, int64, uint64, float16, float32, float64 };

/// "uint8", "float32", ...
std::string name(ScalarType type);
std::int64_t bytes(ScalarType type);

/// Whether dense matter has high or low grey values.
enum class Polarity { unknown, dense_is_bright, dense_is_dark };

/// A tomogram: grey values as stored, decoded slice by slice on demand, so that opening a large
/// file costs no memory. Copies are cheap and share the source.
struct Tomogram {
    /// Writes slices z = first … first+count-1 as float, x fastest; out.size() == nx*ny*count.
    /// Must be safe to call from several threads. Throws InputError if the file became unreadable.
    using ReadSlices = std::function<void(std::int64_t first, std::int64_t count, std::span<float> out)>;

    Grid grid;
    bool voxel_size_known = true;  ///< false: the file carried none and grid.voxel_um is made up
    ScalarType type = ScalarType::float32;
    bool calibrated = false;  ///< values are linear absorption coefficients in 1/µm
    std::string source;       ///< file name, for messages and records
    ReadSlices read_slices;

    /// All values as float: 4 bytes a voxel.
    Volume<float> load() const;
    /// Values in the half-open box [first, first+size), clipped to nothing: the box must lie inside.
    Volume<float> load_box(Size3 first, Size3 size) const;
};

/// A tomogram that lives in memory.
Tomogram tomogram_from(std::shared_ptr<const Volume<float>> values, std::string source = "memory");

/// Class probabilities on a grid, 8 bit: value / 255, class-major
/// (values[c * grid.count() + voxel]); they add up to 255 ± classes.
struct Probabilities {
    Grid grid;
    int classes = 0;
    std::vector<std::uint8_t> values;
    int maps = 0;  ///< of what separates objects, see network/model.h: they follow the classes

    std::span<const std::uint8_t> of_class(int c) const {
        const auto n = static_cast<std::size_t>(grid.count());
        return {values.data() + static_cast<std::size_t>(c) * n, n};
    }
    std::span<const std::uint8_t> of_map(int m) const { return of_class(classes + m); }
};

}  // namespace cytomo
