#include "body_parts.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "falloff.h"

namespace cytomo {

SupportFilm::SupportFilm(const CellModel& model, Random& random)
    : thickness_um_(model.draw("support_film.thickness_um", random)),
      holey_(model.draw("support_film.is_holey", random) != 0),
      pitch_um_(model.draw("support_film.pitch_um", random)),
      hole_um_(pitch_um_ * model.draw("support_film.hole", random)) {
    const double turn = random.uniform(0, std::numbers::pi);
    cos_ = std::cos(turn);
    sin_ = std::sin(turn);
    shift_x_um_ = random.uniform(0, pitch_um_);
    shift_y_um_ = random.uniform(0, pitch_um_);
}

bool SupportFilm::covers(Vec3 p) const {
    if (!holey_) return true;
    const double u = p.x * cos_ + p.y * sin_ + shift_x_um_, v = -p.x * sin_ + p.y * cos_ + shift_y_um_;
    const double du = u - pitch_um_ * std::round(u / pitch_um_),
                 dv = v - pitch_um_ * std::round(v / pitch_um_);
    return du * du + dv * dv > hole_um_ * hole_um_;
}

ReticulumSheets::ReticulumSheets(const Workshop& shop, Random& random,
                                 std::shared_ptr<const SmoothField> patches,
                                 std::shared_ptr<const SmoothField> waves)
    : amount_(shop.options.contents.reticulum),
      gate_(1.1 - 0.7 * std::min(1.5, amount_) * shop.model.draw("reticulum.sheets", random)),
      stacked_um_(amount_ > 0 && shop.model.draw("reticulum.is_stacked", random) != 0
                      ? shop.model.draw("reticulum.stack_um", random)
                      : 0),
      patches_(std::move(patches)),
      waves_(std::move(waves)) {}

double ReticulumSheets::at(Vec3 p, double nucleus_um) const {
    if (!(nucleus_um > 0) || !(amount_ > 0)) return 0;
    const double patch = (*patches_)({p.x * 0.5 + 7, p.y * 0.5, p.z * 0.5});
    double membrane = 0;
    if (patch > gate_) membrane = sheet((*waves_)(p)*0.25, 0.04) * std::min(1.0, (patch - gate_) * 6);
    if (nucleus_um < stacked_um_ && patch > -0.2) {
        const double wave = nucleus_um + 0.03 * (*waves_)(p);
        const double phase = wave / 0.13 - std::round(wave / 0.13);
        if (wave > 0.06) membrane = std::max(membrane, sheet(phase * 0.13, 0.045));
    }
    return membrane;
}

}  // namespace cytomo
