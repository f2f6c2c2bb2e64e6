// For tests: whether progress goes forward, as Progress promises.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "cytomo/core/progress.h"

namespace cytomo::test {

/// Fails the test when a fraction falls while a stage goes on, or leaves 0 to 1. `reports` counts what was
/// heard.
class ForwardOnly {
public:
    Progress progress() {
        return {[this](std::string_view stage, double fraction, std::string_view) {
                    ++reports;
                    EXPECT_GE(fraction, 0) << stage;
                    EXPECT_LE(fraction, 1 + 1e-9) << stage;
                    if (stage == stage_) {
                        EXPECT_GE(fraction, last_ - 1e-9) << stage;
                    }
                    stage_ = stage;
                    last_ = fraction;
                },
                {}};
    }
    int reports = 0;

private:
    std::string stage_ = "none yet";
    double last_ = 0;
};

}  // namespace cytomo::test
