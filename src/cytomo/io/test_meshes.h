// For the tests of meshes: a folder that vanishes, awkward meshes, numbers in files.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/random.h"
#include "cytomo/io/mesh_io.h"

namespace cytomo::test {

namespace fs = std::filesystem;

class MeshFiles : public ::testing::Test {
protected:
    MeshFiles() : folder_(fs::temp_directory_path() / ("cytomo_mesh_io_" + std::to_string(::getpid()))) {
        fs::create_directories(folder_);
    }
    ~MeshFiles() override { fs::remove_all(folder_); }
    fs::path file(const std::string& name) const { return folder_ / name; }
    fs::path written(const std::string& name, const std::string& content) const {
        std::ofstream(file(name), std::ios::binary) << content;
        return file(name);
    }
    static std::string content(const fs::path& path) {
        std::ostringstream s;
        s << std::ifstream(path, std::ios::binary).rdbuf();
        return s.str();
    }
    static std::string message(const fs::path& path) {
        try {
            read_mesh(path);
        } catch (const InputError& e) {
            return e.what();
        }
        return "nothing thrown";
    }

private:
    fs::path folder_;
};

/// A closed strip of quads with awkward coordinates, its vertices in the order of their first use.
inline Mesh awkward(std::uint64_t seed, std::uint32_t n) {
    Random random(seed);
    Mesh m;
    for (std::uint32_t v = 0; v < 2 * n; ++v)
        m.vertices.push_back({static_cast<float>(random.normal(10, 3)),
                              static_cast<float>(random.uniform(-1e-7, 1e-7)),
                              static_cast<float>(1.0 / 3 + 1e5 * random.uniform())});
    for (std::uint32_t i = 0; i < n; ++i) {
        const std::uint32_t a = 2 * i, b = a + 1, c = (a + 2) % (2 * n), d = (a + 3) % (2 * n);
        m.triangles.push_back({a, b, c});
        m.triangles.push_back({b, d, c});
    }
    return m;
}

/// Numbers of type T at a place in a file's bytes.
template <class T>
std::vector<T> numbers_at(const std::string& bytes, std::size_t offset, std::size_t count) {
    std::vector<T> out(count);
    EXPECT_LE(offset + count * sizeof(T), bytes.size());
    std::memcpy(out.data(), bytes.data() + offset, count * sizeof(T));
    return out;
}

template <class Corner>
std::vector<typename Corner::value_type> flat(const std::vector<Corner>& corners) {
    std::vector<typename Corner::value_type> out;
    for (const auto& c : corners) out.insert(out.end(), c.begin(), c.end());
    return out;
}

}  // namespace cytomo::test
