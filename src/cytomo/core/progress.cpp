#include "cytomo/core/progress.h"

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

}  // namespace cytomo
