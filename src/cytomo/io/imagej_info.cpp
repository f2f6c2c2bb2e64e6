// ImageJ's private metadata, as ij.io.TiffEncoder writes it and ij.io.TiffDecoder reads it.
#include <string_view>

#include "cytomo/io/tiff_metadata.h"

namespace cytomo::io {

namespace {

constexpr std::string_view magic = "IJIJ", info_type = "info";  // as numbers, 0x494a494a and 0x696e666f

}  // namespace

ImagejMetadata imagej_metadata_with(const std::string& info) {
    ImagejMetadata out;
    const auto reversed = [&](std::string_view word) {
        out.bytes.insert(out.bytes.end(), word.rbegin(), word.rend());
    };
    reversed(magic);
    reversed(info_type);
    for (const std::uint8_t b : {1, 0, 0, 0}) out.bytes.push_back(b);  // one text
    out.byte_counts = {static_cast<std::uint32_t>(out.bytes.size()),
                       static_cast<std::uint32_t>(2 * info.size())};
    for (const char c : info) {
        out.bytes.push_back(static_cast<std::uint8_t>(c));
        out.bytes.push_back(0);
    }
    return out;
}

std::string imagej_info(const ImagejMetadata& metadata) {
    const auto& counts = metadata.byte_counts;
    const auto& bytes = metadata.bytes;
    constexpr std::size_t word = 4, entry = 8;
    if (counts.empty() || counts[0] < word || counts[0] > bytes.size()) return {};
    const bool big_endian = bytes[0] == 'I';
    const auto is = [&](std::size_t at, std::string_view wanted) {
        for (std::size_t i = 0; i < word; ++i)
            if (bytes[at + (big_endian ? i : word - 1 - i)] != static_cast<std::uint8_t>(wanted[i]))
                return false;
        return true;
    };
    const auto number = [&](std::size_t at) {
        std::uint32_t v = 0;
        for (std::size_t i = 0; i < word; ++i) v = v << 8 | bytes[at + (big_endian ? i : word - 1 - i)];
        return v;
    };
    if (!is(0, magic)) return {};
    std::size_t at = counts[0], value = 1;  // where the next value begins, and its place in `counts`
    for (std::size_t head = word; head + entry <= counts[0]; head += entry) {
        const bool wanted = is(head, info_type);
        for (std::uint32_t i = 0, n = number(head + word); i < n; ++i, ++value) {
            if (value >= counts.size() || counts[value] > bytes.size() - at) return {};
            if (wanted) {
                std::string text;
                for (std::size_t b = at; b + 1 < at + counts[value]; b += 2) {
                    const std::uint8_t low = bytes[b + (big_endian ? 1 : 0)],
                                       high = bytes[b + (big_endian ? 0 : 1)];
                    text += high == 0 && low < 128 ? static_cast<char>(low) : '?';
                }
                return text;
            }
            at += counts[value];
        }
    }
    return {};
}

}  // namespace cytomo::io
