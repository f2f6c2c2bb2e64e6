// Memory that is about to be filled.
#pragma once

#include <cstddef>
#include <vector>

namespace cytomo {

/// Has the system give out untouched memory now, on all cores: page by page as it is touched, two gigabytes
/// take a second. Changes nothing that is in memory; where the system cannot, nothing happens.
void claim_memory(void* data, std::size_t size);

/// Gives whole pages back to the system, on all cores; what was in them is lost. For memory that is about to
/// be freed, which takes as long otherwise.
void give_back_memory(void* data, std::size_t size);

/// Makes an empty vector one of n zeros.
template <class T>
void resize_fresh(std::vector<T>& values, std::size_t n) {
    values.reserve(n);
    claim_memory(values.data(), n * sizeof(T));
    values.resize(n);
}

}  // namespace cytomo
