// How long work tells how far it is, and learns that it shall stop.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cytomo {

/// Passed as the last parameter of long work. Default-constructed it does nothing.
/// Cheap to copy; may be called from one thread at a time.
class Progress {
public:
    /// fraction in [0, 1], never falling within a stage; stage names what is being done.
    using Report = std::function<void(std::string_view stage, double fraction, std::string_view note)>;
    using StopRequested = std::function<bool()>;

    Progress() = default;
    Progress(Report report, StopRequested stop_requested)
        : report_(std::move(report)), stop_requested_(std::move(stop_requested)) {}

    /// Reports; throws Cancelled if the user asked to stop.
    void operator()(double fraction, std::string_view note = {}) const;
    /// Throws Cancelled if the user asked to stop.
    void check() const;
    /// The same receiver, for work that is a named stage of its own (fractions start again at 0).
    Progress stage(std::string name) const;
    /// The same stage, for work that is the part [from, to] of it.
    Progress part(double from, double to) const;
    /// The same receiver and another one, which hears everything first.
    Progress heard_by(Report listener) const;

private:
    Report report_;
    StopRequested stop_requested_;
    std::string stage_;
    double from_ = 0, to_ = 1;
};

/// How long the stages of some work take, by the clock.
class StageTimes {
public:
    /// The same receiver, with the clock listening.
    Progress watch(const Progress& progress);
    /// Stages in the order in which they first began, and their seconds until another one reported, or until
    /// now.
    std::vector<std::pair<std::string, double>> seconds() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace cytomo
