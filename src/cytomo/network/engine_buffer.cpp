#include "engine_buffer.h"

#include <new>

#include "cytomo/core/fresh_memory.h"

namespace cytomo {

Buffer::Buffer(std::size_t size) : size_(size) {
    constexpr std::size_t line = 64;
    data_ = {static_cast<std::byte*>(std::aligned_alloc(line, (size + line - 1) / line * line)),
             FreeBuffer{size}};
    if (!data_) throw std::bad_alloc();
    claim_memory(data_.get(), size);
}

void FreeBuffer::operator()(void* data) const {
    give_back_memory(data, size);
    std::free(data);
}

}  // namespace cytomo
