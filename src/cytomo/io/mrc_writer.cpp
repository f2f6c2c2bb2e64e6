// Writes MRC2014: little-endian, no extended header, statistics filled in at the end.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/io/mrc.h"
#include "cytomo/io/mrc_labels.h"
#include "cytomo/io/scalar.h"

namespace cytomo::io {

static_assert(std::endian::native == std::endian::little, "files are written in the machine's byte order");

namespace {

/// How values of a type are stored: MRC lacks unsigned bytes and 32-bit integers.
ScalarType stored_type(ScalarType type) {
    switch (type) {
        case ScalarType::uint8:
            return ScalarType::uint16;
        case ScalarType::int32:
        case ScalarType::uint32:
            return ScalarType::float32;
        default:
            return type;
    }
}

std::int32_t mode_of(ScalarType stored) {
    switch (stored) {
        case ScalarType::int8:
            return 0;
        case ScalarType::int16:
            return 1;
        case ScalarType::uint16:
            return 6;
        default:
            return 2;
    }
}

class MrcFile {
public:
    MrcFile(const std::filesystem::path& path, const Grid& grid, ScalarType type, bool voxel_size_known,
            const std::optional<Legend>& legend)
        : name_(path.string()), file_(path), grid_(grid), type_(type), voxel_size_known_(voxel_size_known) {
        for (const std::int64_t n : {grid.size.x, grid.size.y, grid.size.z})
            if (n > std::numeric_limits<std::int32_t>::max())
                throw InputError(name_, "at most 2147483647 voxels an axis", size_text(grid.size), "Crop it");
        if (legend) {
            const auto lines = mrc_legend_labels(*legend);
            if (lines)
                labels_.insert(labels_.end(), lines->begin(), lines->end());
            else
                labels_.emplace_back(mrc_legend_beside);
        }
        const auto words = header();
        file_.append(std::as_bytes(std::span(words)));
    }

    void write(std::span<const std::byte> values) {
        with_type(type_, [&](auto sample) {
            using T = decltype(sample);
            if constexpr (std::is_same_v<T, std::int8_t> || std::is_same_v<T, std::int16_t> ||
                          std::is_same_v<T, std::uint16_t> || std::is_same_v<T, float>) {
                measure<T>(values);
                file_.append(values);
            } else if constexpr (std::is_same_v<T, std::uint8_t>) {
                measure<T>(values);
                append_as<std::uint16_t, T>(values);
            } else if constexpr (std::is_same_v<T, std::int32_t> || std::is_same_v<T, std::uint32_t>) {
                measure<T>(values);
                if (maximum_ > largest_whole_float || minimum_ < -largest_whole_float)
                    throw InputError(name_, "values below 16777216, the most that MRC holds exactly",
                                     short_text(maximum_), "Write .tif instead");
                append_as<float, T>(values);
            }
        });
    }

    void finish() {
        const auto words = header();
        file_.replace(0, std::as_bytes(std::span(words)));
        file_.close();
    }

private:
    static constexpr double largest_whole_float = 16777215;

    template <class T>
    void measure(std::span<const std::byte> values) {
        // Sums a slab first and then over slabs, so that rounding does not grow with the volume.
        double sum = 0, squares = 0, low = minimum_, high = maximum_;
        for (std::size_t i = 0; i + sizeof(T) <= values.size(); i += sizeof(T)) {
            T stored;
            std::memcpy(&stored, values.data() + i, sizeof(T));
            const auto v = static_cast<double>(stored);
            if (!std::isfinite(v)) continue;
            low = std::min(low, v);
            high = std::max(high, v);
            sum += v;
            squares += v * v;
            ++count_;
        }
        minimum_ = low;
        maximum_ = high;
        sum_ += sum;
        squares_ += squares;
    }

    template <class To, class From>
    void append_as(std::span<const std::byte> values) {
        std::vector<To> converted(values.size() / sizeof(From));
        for (std::size_t i = 0; i < converted.size(); ++i) {
            From v;
            std::memcpy(&v, values.data() + i * sizeof(From), sizeof(From));
            converted[i] = static_cast<To>(v);
        }
        file_.append(std::as_bytes(std::span(converted)));
    }

    std::array<std::uint32_t, 256> header() const {
        std::array<std::uint32_t, 256> words{};
        const auto integer = [&](std::size_t word, std::int64_t v) {
            words[word] = static_cast<std::uint32_t>(v);
        };
        const auto real = [&](std::size_t word, double v) {
            words[word] = std::bit_cast<std::uint32_t>(static_cast<float>(v));
        };
        const std::array<std::int64_t, 3> n{grid_.size.x, grid_.size.y, grid_.size.z};
        const std::array<double, 3> edge{grid_.voxel_um.x, grid_.voxel_um.y, grid_.voxel_um.z};
        const std::array<double, 3> origin{grid_.origin_um.x, grid_.origin_um.y, grid_.origin_um.z};
        constexpr double angstrom_per_um = 1e4;
        for (std::size_t a = 0; a < 3; ++a) {
            integer(a, n[a]);
            integer(7 + a, n[a]);
            if (voxel_size_known_) {
                real(10 + a, edge[a] * angstrom_per_um * static_cast<double>(n[a]));
                real(49 + a, origin[a] * angstrom_per_um);
            }
            real(13 + a, 90);
            integer(16 + a, static_cast<std::int64_t>(a) + 1);
        }
        integer(3, mode_of(stored_type(type_)));
        const bool measured = count_ > 0;
        const double mean = measured ? sum_ / static_cast<double>(count_) : 0;
        const double variance = measured ? squares_ / static_cast<double>(count_) - mean * mean : 0;
        real(19, measured ? minimum_ : 0);
        real(20, measured ? maximum_ : 0);
        real(21, mean);
        real(54, std::sqrt(std::max(0.0, variance)));
        integer(22, 1);      // a volume, not a stack of pictures
        integer(27, 20140);  // version of the format
        std::memcpy(&words[52], "MAP ", 4);
        const unsigned char little_endian[4] = {0x44, 0x44, 0, 0};
        std::memcpy(&words[53], little_endian, 4);
        integer(55, static_cast<std::int64_t>(labels_.size()));
        for (std::size_t i = 0; i < labels_.size(); ++i) {
            std::string label = labels_[i];
            label.resize(mrc_label_bytes, ' ');
            std::memcpy(&words[56 + i * mrc_label_bytes / 4], label.data(), label.size());
        }
        return words;
    }

    std::string name_;
    OutputFile file_;
    Grid grid_;
    ScalarType type_;
    bool voxel_size_known_;
    std::vector<std::string> labels_{"Written by cytomo"};
    double minimum_ = std::numeric_limits<double>::infinity();
    double maximum_ = -std::numeric_limits<double>::infinity();
    double sum_ = 0, squares_ = 0;
    std::int64_t count_ = 0;
};

}  // namespace

SliceSink make_mrc_sink(const std::filesystem::path& path, const Grid& grid, ScalarType type,
                        bool voxel_size_known, const std::optional<Legend>& legend) {
    auto file = std::make_shared<MrcFile>(path, grid, type, voxel_size_known, legend);
    return {[file](std::int64_t, std::int64_t, std::span<const std::byte> values) { file->write(values); },
            [file] { file->finish(); }};
}

}  // namespace cytomo::io
