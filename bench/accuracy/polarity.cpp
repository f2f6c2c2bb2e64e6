// What speaks for bright or dark dense matter in simulated tomograms of all kinds, for
// bench/accuracy/polarity. cytomo_bench_polarity MODEL COUNT SEED: one CSV row a tomogram on standard output;
// every second one is of the wide world. None is what training draws (other seeds, other sizes).
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "cytomo/network/predict.h"
#include "cytomo/simulation/simulate.h"

int main(int count, char** arguments) {
    using namespace cytomo;
    if (count != 4) {
        std::fputs("cytomo_bench_polarity MODEL COUNT SEED\n", stderr);
        return 2;
    }
    try {
        const Model model = read_model(arguments[1]);
        const long tomograms = std::atol(arguments[2]);
        const auto seed = static_cast<std::uint64_t>(std::atoll(arguments[3]));
        std::puts("number,world,preset,bright,tail,surprise,turned");
        for (long i = 0; i < tomograms; ++i) {
            const std::uint64_t own = 7'000'000 + 100'000 * seed + static_cast<std::uint64_t>(i);
            Random random(own, 5);
            const bool wide = i % 2 == 0;
            const double edge =
                wide ? 0.008 * std::exp(random.uniform(0, 1.73)) : 0.02 * std::exp(random.uniform(-0.5, 0.5));
            const Size3 size{random.integer(96, 192), random.integer(96, 192), random.integer(24, 48)};
            const auto options = wide ? random_wide_options(own, size, {edge, edge, edge})
                                      : random_training_options(own, size, {edge, edge, edge});
            auto cell = simulate_tomogram(options);
            const auto tomogram =
                tomogram_from(std::make_shared<Volume<float>>(std::move(cell.tomogram)), "simulated");
            const PolarityEvidence found = polarity_evidence(tomogram, model);
            std::printf("%ld,%s,%s,%d,%.6g,%.6g,%.6g\n", i, wide ? "wide" : "standard",
                        options.preset.c_str(), options.output.polarity == Polarity::dense_is_bright ? 1 : 0,
                        found.tail, found.surprise, found.turned);
            std::fflush(stdout);
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    return 0;
}
