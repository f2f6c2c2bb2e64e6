// Private to io: handles and calls of the HDF5 C library.
#pragma once

// The names and types of version 1.10, which later versions keep on demand.
#define H5_USE_110_API
#include <hdf5.h>

#include <mutex>
#include <utility>

namespace cytomo::io {

/// Serialises all use of the HDF5 library, which is built without threads on most systems.
std::mutex& hdf5_mutex();

/// Closes an HDF5 object at the end of its life. The caller holds hdf5_mutex().
class Hdf5Handle {
public:
    Hdf5Handle() = default;
    Hdf5Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
    ~Hdf5Handle() { reset(); }
    Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
    Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
        reset();
        id_ = std::exchange(other.id_, -1);
        close_ = other.close_;
        return *this;
    }
    explicit operator bool() const { return id_ >= 0; }
    hid_t get() const { return id_; }
    void reset() {
        if (id_ >= 0) close_(id_);
        id_ = -1;
    }

private:
    hid_t id_ = -1;
    herr_t (*close_)(hid_t) = nullptr;
};

/// Before any other call: keeps HDF5 from printing (errors are told by return values) and from closing files
/// once more when the program ends, which crashes after a failed write (a full disk; HDF5 1.10).
void prepare_hdf5();

}  // namespace cytomo::io
