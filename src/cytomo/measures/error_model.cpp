#include "cytomo/measures/error_model.h"

namespace cytomo {

ErrorModel default_error_model(const Legend& legend) {
    ErrorModel m;
    (void)legend;
    for (auto& e : m.classes) {
        e.own_um = 0.01;
        e.usual_blur_um = 0.03;
        e.real_slope = 1;
    }
    return m;
}

}  // namespace cytomo
