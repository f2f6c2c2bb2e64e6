// Cells for tests.
#pragma once

#include <memory>
#include <string>

#include "cytomo/simulation/cell_model.h"

namespace cytomo {

/// The preset's cells with these changes.
inline std::shared_ptr<const CellModel> changed(const std::string& preset, const std::string& json) {
    auto model = std::make_shared<CellModel>(preset);
    model->change(json, "test");
    return model;
}

}  // namespace cytomo
