#include "cytomo/io/value_conversion.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/io/scalar.h"

namespace cytomo {

namespace {

/// stored = value * factor + offset, rounded to the nearest integer.
struct Scale {
    double factor = 1, offset = 0;
};

bool is_real(ScalarType type) {
    return type == ScalarType::float16 || type == ScalarType::float32 || type == ScalarType::float64;
}

/// Calls body(first slice, number of slices, bytes) for slab after slab.
template <class Body>
void for_each_slab(const StoredVolume& volume, const Progress& progress, Body&& body) {
    const Grid& g = volume.grid;
    const std::int64_t slab = slices_per_slab(g, bytes(volume.type)),
                       slice_bytes = g.size.x * g.size.y * bytes(volume.type);
    std::vector<std::byte> values(static_cast<std::size_t>(slab * slice_bytes));
    for (std::int64_t z = 0; z < g.size.z; z += slab) {
        const std::int64_t n = std::min(slab, g.size.z - z);
        const auto part = std::span(values).first(static_cast<std::size_t>(n * slice_bytes));
        volume.read_bytes(z, n, part);
        body(z, n, std::span<const std::byte>(part));
        progress(static_cast<double>(z + n) / static_cast<double>(g.size.z));
    }
}

Scale find_scale(const StoredVolume& volume, ScalarType type, const Progress& progress) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for_each_slab(volume, progress, [&](std::int64_t, std::int64_t, std::span<const std::byte> values) {
        io::with_type(volume.type, [&](auto sample) {
            using T = decltype(sample);
            for (std::size_t i = 0; i < values.size(); i += sizeof(T)) {
                T stored;
                std::memcpy(&stored, values.data() + i, sizeof(T));
                const auto v = static_cast<double>(io::number(stored));
                if (!std::isfinite(v)) continue;
                low = std::min(low, v);
                high = std::max(high, v);
            }
        });
    });
    if (!(low <= high)) throw InputError(volume.source, "finite values", "none", "There is nothing to scale");
    return io::with_type(type, [&](auto sample) -> Scale {
        using T = decltype(sample);
        if constexpr (std::is_integral_v<T>) {
            const auto bottom = static_cast<double>(std::numeric_limits<T>::min());
            const auto top = static_cast<double>(std::numeric_limits<T>::max());
            const double factor = high > low ? (top - bottom) / (high - low) : 1;
            return {factor, bottom - low * factor};
        } else {
            return {};
        }
    });
}

/// Converts one value; false if it does not fit.
template <class From, class To>
bool convert_value(From from, To& to, const Scale* scale) {
    const auto from_number = io::number(from);
    const auto v = static_cast<double>(from_number);
    if constexpr (std::is_integral_v<To>) {
        constexpr auto bottom = static_cast<double>(std::numeric_limits<To>::min());
        constexpr auto top = static_cast<double>(std::numeric_limits<To>::max());
        if constexpr (std::is_integral_v<From>) {
            if (!scale) {
                to = static_cast<To>(from);
                return std::in_range<To>(from);
            }
        }
        if (std::isnan(v)) return false;
        if (scale) {
            to = static_cast<To>(std::clamp(std::round(v * scale->factor + scale->offset), bottom, top));
            return true;
        }
        if (v < bottom || v > top || v != std::floor(v)) return false;
        to = static_cast<To>(v);
        return true;
    } else {
        to = static_cast<To>(from_number);
        // Not all integers above 2^24 have an exact float; float64 is rounded knowingly.
        if constexpr (std::is_integral_v<From>) return io::is_exact_float(from);
        return true;
    }
}

class Converter {
public:
    Converter(const StoredVolume& volume, ScalarType type, const Scale* scale)
        : volume_(volume), type_(type), scale_(scale) {}

    /// Converts a slab; throws InputError that names the first value that does not fit.
    std::span<const std::byte> convert(std::int64_t first_slice, std::span<const std::byte> values) {
        if (type_ == volume_.type && !scale_) return values;
        io::with_type(volume_.type, [&](auto from) {
            io::with_type(type_, [&](auto to) {
                if constexpr (io::is_writable<decltype(to)>)
                    convert_as<decltype(from), decltype(to)>(first_slice, values);
            });
        });
        return converted_;
    }

private:
    template <class From, class To>
    void convert_as(std::int64_t first_slice, std::span<const std::byte> values) {
        const auto count = static_cast<std::int64_t>(values.size() / sizeof(From));
        converted_.resize(static_cast<std::size_t>(count) * sizeof(To));
        const std::int64_t row = volume_.grid.size.x, slice = row * volume_.grid.size.y;
        constexpr std::int64_t chunk = 1 << 20;
        std::vector<std::int64_t> misfits(static_cast<std::size_t>((count + chunk - 1) / chunk), -1);
        parallel_chunks(count, chunk, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i) {
                From from;
                To to{};
                std::memcpy(&from, values.data() + i * static_cast<std::int64_t>(sizeof(From)), sizeof(From));
                if (!convert_value(from, to, scale_)) {
                    misfits[static_cast<std::size_t>(begin / chunk)] = i;
                    return;
                }
                std::memcpy(converted_.data() + i * static_cast<std::int64_t>(sizeof(To)), &to, sizeof(To));
            }
        });
        for (const std::int64_t i : misfits) {
            if (i < 0) continue;
            From from;
            std::memcpy(&from, values.data() + i * static_cast<std::int64_t>(sizeof(From)), sizeof(From));
            throw InputError(
                volume_.source,
                is_real(type_) ? "whole numbers up to 16777216, the most that float32 holds exactly"
                               : "values that fit " + name(type_),
                io::value_text(from) + " at voxel (" + std::to_string(i % row) + ", " +
                    std::to_string(i % slice / row) + ", " + std::to_string(first_slice + i / slice) + ")",
                is_real(type_)          ? "Keep the type"
                : is_real(volume_.type) ? "Take --type float32, or stretch grey values with --scale-to-type"
                                        : "Choose a wider --type, or pass --scale-to-type for grey values");
        }
    }

    const StoredVolume& volume_;
    ScalarType type_;
    const Scale* scale_;
    std::vector<std::byte> converted_;
};

}  // namespace

void ConvertOptions::check() const {
    if (type && !io::is_writable_type(*type))
        throw UsageError("--type: expected int8, uint8, int16, uint16, int32, uint32 or float32, found '" +
                         name(*type) + "'");
    if (scale_to_type && (!type || is_real(*type)))
        throw UsageError("--scale-to-type: expected an integer --type beside it, e.g. --type uint8");
}

void convert_volume(const StoredVolume& volume, const std::filesystem::path& path,
                    const ConvertOptions& options, std::vector<std::string>* remarks,
                    const Progress& progress) {
    options.check();
    const auto remark = [&](const std::string& text) {
        if (remarks) remarks->push_back(text);
    };
    ScalarType type = options.type.value_or(volume.type);
    if (!io::is_writable_type(type)) {
        const ScalarType stored = type;
        type = stored == ScalarType::int64    ? ScalarType::int32
               : stored == ScalarType::uint64 ? ScalarType::uint32
                                              : ScalarType::float32;
        remark("Values are written as " + name(type) + "; they were stored as " + name(stored) + ".");
    }
    // Scaled values are no class ids any more.
    VolumeWriter writer(path, volume.grid, type, options.overwrite, volume.voxel_size_known,
                        options.scale_to_type ? std::nullopt : volume.legend);
    Scale scale;
    if (options.scale_to_type) {
        scale = find_scale(volume, type, progress.part(0, 0.4));
        remark("Scaled: value = stored value * " + io::short_text(1 / scale.factor) + " + " +
               io::short_text(0.0 - scale.offset / scale.factor) + ".");
    }
    Converter converter(volume, type, options.scale_to_type ? &scale : nullptr);
    for_each_slab(volume, progress.part(options.scale_to_type ? 0.4 : 0, 1),
                  [&](std::int64_t z, std::int64_t n, std::span<const std::byte> values) {
                      writer.write_bytes(z, n, converter.convert(z, values));
                  });
    writer.finish();
    if (!volume.voxel_size_known)
        remark("The voxel size is not known and was left out; --voxel-nm X,Y,Z supplies it.");
}

std::optional<ScalarType> scalar_type_from(const std::string& text) {
    for (int i = 0; i <= static_cast<int>(ScalarType::float64); ++i)
        if (name(static_cast<ScalarType>(i)) == text) return static_cast<ScalarType>(i);
    return std::nullopt;
}

}  // namespace cytomo
