// Private to network: memory for activations.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace cytomo {

struct FreeBuffer {
    std::size_t size = 0;
    void operator()(void* data) const;
};

/// Memory whose values are not set. It goes back to the system on all cores.
class Buffer {
public:
    Buffer() = default;
    /// Throws std::bad_alloc.
    explicit Buffer(std::size_t size);
    std::size_t size() const { return size_; }
    std::byte* data() const { return data_.get(); }

private:
    std::size_t size_ = 0;
    std::unique_ptr<std::byte, FreeBuffer> data_;
};

}  // namespace cytomo
