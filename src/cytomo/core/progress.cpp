#include "cytomo/core/progress.h"

#include <algorithm>

#include "cytomo/core/clock.h"
#include "cytomo/core/error.h"

namespace cytomo {

void Progress::operator()(double fraction, std::string_view note) const {
    check();
    if (report_) report_(stage_, from_ + (to_ - from_) * fraction, note);
}

void Progress::check() const {
    if (stop_requested_ && stop_requested_()) throw Cancelled();
}

Progress Progress::stage(std::string name) const {
    Progress p = *this;
    p.stage_ = std::move(name);
    p.from_ = 0;
    p.to_ = 1;
    return p;
}

Progress Progress::part(double from, double to) const {
    Progress p = *this;
    p.from_ = from_ + (to_ - from_) * from;
    p.to_ = from_ + (to_ - from_) * to;
    return p;
}

Progress Progress::heard_by(Report listener) const {
    Progress p = *this;
    p.report_ = [first = std::move(listener), then = report_](std::string_view stage, double fraction,
                                                              std::string_view note) {
        first(stage, fraction, note);
        if (then) then(stage, fraction, note);
    };
    return p;
}

struct StageTimes::State {
    std::vector<std::pair<std::string, double>> stages;
    std::size_t current = 0;
    Clock::time_point since;

    double running() const { return stages.empty() ? 0 : seconds_since(since); }
    void enter(std::string_view stage) {
        if (!stages.empty() && stages[current].first == stage) return;
        if (!stages.empty()) stages[current].second += running();
        since = Clock::now();
        const auto known =
            std::find_if(stages.begin(), stages.end(), [stage](const auto& s) { return s.first == stage; });
        current = static_cast<std::size_t>(known - stages.begin());
        if (known == stages.end()) stages.emplace_back(stage, 0.0);
    }
};

Progress StageTimes::watch(const Progress& progress) {
    if (!state_) state_ = std::make_shared<State>();
    return progress.heard_by(
        [state = state_](std::string_view stage, double, std::string_view) { state->enter(stage); });
}

std::vector<std::pair<std::string, double>> StageTimes::seconds() const {
    if (!state_ || state_->stages.empty()) return {};
    auto out = state_->stages;
    out[state_->current].second += state_->running();
    return out;
}

}  // namespace cytomo
