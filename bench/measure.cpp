#include "measure.h"

#include <algorithm>
#include <chrono>

namespace cytomo::bench {

Row measure(const std::string& name, std::int64_t voxels, const std::function<void()>& work) {
    using Clock = std::chrono::steady_clock;
    std::vector<double> seconds;
    work();  // memory is paged in, layouts are chosen
    for (double total = 0; seconds.size() < 3 || (total < 2 && seconds.size() < 50);) {
        const auto start = Clock::now();
        work();
        seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
        total += seconds.back();
    }
    std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2),
                     seconds.end());
    return {name, "", voxels, static_cast<int>(seconds.size()), seconds[seconds.size() / 2]};
}

}  // namespace cytomo::bench
