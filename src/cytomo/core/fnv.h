// A checksum of bytes: FNV-1a, 64 bits (G. Fowler, L. C. Noll, K.-P. Vo). It tells damaged or exchanged files
// from those that were meant; it is no protection against anybody who means harm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace cytomo {

/// Takes bytes piece by piece; the checksum does not depend on the pieces.
class Fnv1a {
public:
    Fnv1a& add(const void* data, std::size_t bytes) {
        const auto* byte = static_cast<const unsigned char*>(data);
        for (std::size_t i = 0; i < bytes; ++i) value_ = (value_ ^ byte[i]) * 0x100000001b3ULL;
        return *this;
    }
    Fnv1a& add(std::string_view text) { return add(text.data(), text.size()); }
    std::uint64_t value() const { return value_; }
    /// 16 hexadecimal digits.
    std::string text() const {
        char digits[17];
        std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(value_));
        return digits;
    }

private:
    std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

}  // namespace cytomo
