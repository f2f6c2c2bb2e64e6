// Private to network: memory for activations.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace cytomo {

/// Memory whose values are not set, in large pages where the system has them.
class Buffer {
public:
    Buffer() = default;
    /// Throws std::bad_alloc.
    explicit Buffer(std::size_t size);
    std::size_t size() const { return size_; }
    std::byte* data() const { return data_.get(); }

private:
    struct Free {
        void operator()(void* p) const { std::free(p); }
    };
    std::size_t size_ = 0;
    std::unique_ptr<std::byte, Free> data_;
};

}  // namespace cytomo
