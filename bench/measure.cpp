#include "measure.h"

#include <algorithm>

#include "cytomo/core/clock.h"

namespace cytomo::bench {

Row measure(const std::string& name, std::int64_t voxels, const std::function<void()>& work, bool once) {
    std::vector<double> seconds;
    const auto run = [&] {
        const auto start = Clock::now();
        work();
        seconds.push_back(seconds_since(start));
        return seconds.back();
    };
    if (once) {
        run();
    } else {
        work();  // memory is paged in, layouts are chosen
        for (double total = 0; seconds.size() < 3 || (total < 2 && seconds.size() < 50);) total += run();
    }
    std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2),
                     seconds.end());
    Row row;
    row.name = name;
    row.voxels = voxels;
    row.runs = static_cast<int>(seconds.size());
    row.seconds = seconds[seconds.size() / 2];
    return row;
}

}  // namespace cytomo::bench
