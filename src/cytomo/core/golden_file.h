// For tests: arrays computed by other programs, from tests/golden.
#pragma once

#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/volume.h"

namespace cytomo {

/// A text file of records, one a line: name, number of values, values ("nan" for what is not defined).
class GoldenFile {
public:
    explicit GoldenFile(const std::string& name) {
        std::ifstream file(std::string(CYTOMO_SOURCE_DIR) + "/tests/golden/" + name);
        if (!file) throw std::runtime_error("missing golden file " + name);
        for (std::string line; std::getline(file, line);) {
            std::istringstream text(line);
            std::string key, value;
            std::size_t count = 0;
            text >> key >> count;
            auto& values = records_[key];
            while (text >> value)
                values.push_back(value == "nan" ? std::numeric_limits<double>::quiet_NaN()
                                                : std::stod(value));
            if (values.size() != count) throw std::runtime_error("damaged golden record " + key);
        }
    }
    bool has(const std::string& key) const { return records_.contains(key); }
    const std::vector<double>& operator[](const std::string& key) const { return records_.at(key); }
    Grid grid() const {
        const auto& n = records_.at("size");
        const auto& e = records_.at("voxel_um");
        return {{static_cast<std::int64_t>(n[0]), static_cast<std::int64_t>(n[1]),
                 static_cast<std::int64_t>(n[2])},
                {e[0], e[1], e[2]},
                {}};
    }
    template <class T>
    Volume<T> volume(const std::string& key) const {
        Volume<T> result(grid());
        const auto& values = records_.at(key);
        for (std::int64_t i = 0; i < result.count(); ++i)
            result[i] = static_cast<T>(values.at(static_cast<std::size_t>(i)));
        return result;
    }

private:
    std::map<std::string, std::vector<double>> records_;
};

}  // namespace cytomo
