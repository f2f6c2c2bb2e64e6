#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <fstream>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "command.h"
#include "cytomo/core/clock.h"
#include "cytomo/core/error.h"
#include "cytomo/core/fnv.h"
#include "cytomo/core/likely_name.h"
#include "cytomo/core/machine.h"

namespace cytomo::commands {

namespace {

std::atomic<int> interrupts{0};

void on_interrupt(int) {
    if (++interrupts > 1) ::_exit(130);  // a second Ctrl-C does not wait for the next check
}

std::string time_text(double seconds) {
    const auto s = static_cast<long>(std::lround(seconds));
    char text[32];
    if (s >= 3600)
        std::snprintf(text, sizeof text, "%ldh%02ldm", s / 3600, s / 60 % 60);
    else
        std::snprintf(text, sizeof text, "%ld:%02ld", s / 60, s % 60);
    return text;
}

/// One line a stage: redrawn in a terminal, one line at the end of each stage in a log.
class ProgressLine {
public:
    ProgressLine() : terminal_(::isatty(STDERR_FILENO) != 0) {}
    /// Of a stage that failed, nothing but the error is of interest.
    ~ProgressLine() {
        if (std::uncaught_exceptions() == 0)
            finish();
        else
            step_aside();
    }

    /// Makes room for a remark: the last line of a stage that is done, or else the line is drawn anew below
    /// it.
    void step_aside() {
        if (!stage_.empty() && fraction_ >= 1) return finish();
        if (!terminal_ || drawn_ == Clock::time_point{}) return;
        std::fprintf(stderr, "\r\033[K");
        drawn_ = {};
    }

    void operator()(std::string_view stage, double fraction, std::string_view note) {
        const auto now = Clock::now();
        if (stage != stage_) {
            finish();
            stage_ = stage;
            start_ = now;
            drawn_ = {};
        }
        fraction_ = fraction;
        note_ = note;
        const bool due =
            now - drawn_ > (terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(30000));
        if (!due) return;
        if (terminal_ || drawn_ != Clock::time_point{}) draw(now, terminal_ ? "" : "\n");
        drawn_ = now;
    }

private:
    void draw(Clock::time_point now, const char* end) const {
        const double spent = seconds_between(start_, now);
        std::string left;
        if (fraction_ > 0.01 && fraction_ < 1 && spent > 1)
            left = ", " + time_text(spent * (1 - fraction_) / fraction_) + " left";
        std::fprintf(stderr, "%s%-28s %3.0f %%  %s%s%s%s%s%s", terminal_ ? "\r\033[K" : "", stage_.c_str(),
                     100 * fraction_, time_text(spent).c_str(), left.c_str(), note_.empty() ? "" : "  ",
                     note_.c_str(), end, terminal_ ? "" : "");
        std::fflush(stderr);
    }
    void finish() {
        if (!stage_.empty()) draw(Clock::now(), "\n");
        stage_.clear();
    }

    bool terminal_;
    std::string stage_, note_;
    double fraction_ = 0;
    Clock::time_point start_, drawn_;
};

std::weak_ptr<ProgressLine> drawn_line;  ///< that a remark must not come before

}  // namespace

Progress Common::progress() const {
    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
    Progress::Report report;
    if (!quiet) {
        auto line = std::make_shared<ProgressLine>();
        drawn_line = line;
        report = [line](std::string_view stage, double fraction, std::string_view note) {
            (*line)(stage, fraction, note);
        };
    }
    return {report, [] { return interrupts.load() > 0; }};
}

void Common::say(const std::string& remark) const {
    if (quiet) return;
    std::fflush(stdout);
    if (const auto line = drawn_line.lock()) line->step_aside();
    std::fprintf(stderr, "%s\n", remark.c_str());
}

void print_error(const std::string& message) {
    std::fflush(stdout);
    std::fprintf(stderr, "%s%s\n", ::isatty(STDERR_FILENO) != 0 ? "\r\033[K" : "", message.c_str());
}

void add_voxel_option(CLI::App& app, std::string& text, const std::string& help) {
    app.add_option("--voxel-nm", text, help)->type_name("X,Y,Z");
}

namespace {
/// Numbers separated by commas or blanks or both.
std::vector<double> parse_numbers(const std::string& text, const std::string& option) {
    std::vector<double> values;
    std::string_view rest = text;
    constexpr std::string_view blanks = " \t";
    const auto skip_blanks = [&] {
        rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
    };
    for (skip_blanks();;) {
        double v = 0;
        const auto [end, ec] = std::from_chars(rest.data(), rest.data() + rest.size(), v);
        const auto used = static_cast<std::size_t>(end - rest.data());
        const bool ends =
            used == rest.size() || (std::string(blanks) + ',').find(rest[used]) != std::string::npos;
        if (ec != std::errc{} || !ends || !std::isfinite(v))
            throw UsageError(option + ": expected numbers separated by commas, found '" + text + "'");
        values.push_back(v);
        rest.remove_prefix(used);
        skip_blanks();
        if (rest.empty()) break;
        if (rest[0] == ',') rest.remove_prefix(1);
        skip_blanks();
    }
    if (values.size() == 1) values.assign(3, values[0]);
    if (values.size() != 3) throw UsageError(option + ": expected one number or three, found '" + text + "'");
    return values;
}

/// "20", or "20,20,10" where they differ.
std::string numbers_text(const std::vector<double>& values) {
    const bool alike = std::equal(values.begin() + 1, values.end(), values.begin());
    std::string out;
    for (std::size_t i = 0; i < (alike ? 1 : values.size()); ++i) {
        char text[32];
        std::snprintf(text, sizeof text, "%.6g", values[i]);
        out += (i == 0 ? "" : ",") + std::string(text);
    }
    return out;
}

constexpr double least_voxel_nm = 0.1, most_voxel_nm = 10000;

/// Where lengths in µm were given for nm: what they are in nm, which voxels may have.
std::string meant_micrometres(std::vector<double> values) {
    for (double& v : values) v *= 1000;
    const bool usual =
        std::all_of(values.begin(), values.end(), [](double nm) { return nm >= 1 && nm <= 200; });
    return usual ? ". It takes nm." + did_you_mean(numbers_text(values)) : "";
}
}  // namespace

std::optional<Vec3> parse_voxel_nm(const std::string& text) {
    return parse_nm("--voxel-nm", text);
}

std::optional<Vec3> parse_nm(const std::string& option, const std::string& text) {
    if (text.empty()) return std::nullopt;
    const auto v = parse_numbers(text, option);
    for (const double nm : v)
        if (!(nm >= least_voxel_nm && nm <= most_voxel_nm))
            throw UsageError(option + ": expected 0.1 to 10000 nm, found '" + text + "'" +
                             meant_micrometres(v));
    return Vec3{v[0] / 1000, v[1] / 1000, v[2] / 1000};
}

std::string unusual_voxel_remark(const std::string& text) {
    if (text.empty()) return {};
    const auto v = parse_numbers(text, "--voxel-nm");
    const auto [low, high] = std::minmax({v[0], v[1], v[2]});
    constexpr double fewest = 1, most = 200;
    if (low >= fewest && high < most) return {};
    if (!(low >= least_voxel_nm && high <= most_voxel_nm)) return {};  // refused, see parse_nm
    return "--voxel-nm " + numbers_text(v) +
           " is taken as given, but unusual: soft X-ray tomograms have voxels of 5 to 50 nm, and " +
           (high >= most ? "in voxels of 200 nm and more hardly an object is found."
                         : "in voxels below 1 nm nothing is as large as an organelle.");
}

std::pair<double, double> parse_pair(const char* option, const char* expected, const std::string& text) {
    double low = 0, high = 0;
    const char* end = text.data() + text.size();
    const auto a = std::from_chars(text.data(), end, low);
    if (a.ec == std::errc{} && a.ptr != end && *a.ptr == ',') {
        const auto b = std::from_chars(a.ptr + 1, end, high);
        if (b.ec == std::errc{} && b.ptr == end) return {low, high};
    }
    throw UsageError(std::string(option) + ": expected " + expected + ", found '" + text + "'");
}

void check_memory(const std::string& name, double bytes, Size3 voxels, const std::string& advice) {
    const double there =
        static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
    if (there <= 0 || bytes <= there) return;
    const auto gigabytes = [](double b) { return std::to_string(std::llround(b / 1e9)) + " GB"; };
    throw InputError(name, "a volume that fits into the memory of " + gigabytes(there),
                     gigabytes(bytes) + " needed for " + std::to_string(voxels.x) + " x " +
                         std::to_string(voxels.y) + " x " + std::to_string(voxels.z) + " voxels",
                     advice);
}

Size3 parse_size(const std::string& text) {
    const auto v = parse_numbers(text, "--size");
    for (const double n : v)
        if (!(n >= 1 && n <= 100000) || n != std::floor(n))
            throw UsageError("--size: expected whole numbers from 1 to 100000, found '" + text + "'");
    return {static_cast<std::int64_t>(v[0]), static_cast<std::int64_t>(v[1]),
            static_cast<std::int64_t>(v[2])};
}

std::string file_checksum(const std::filesystem::path& file) {
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    std::vector<char> buffer(1 << 20);
    Fnv1a sum;
    while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0)
        sum.add(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (!in.is_open() || in.bad()) {
        const auto [found, remedy] = file_trouble(file, errno != 0 ? errno : EIO);
        throw InputError(file.string(), "a file that can be read", found, remedy);
    }
    return sum.text();
}

std::string time_now() {
    const std::time_t now = std::time(nullptr);
    char text[40];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", std::gmtime(&now));
    return text;
}

std::string processor_name() {
    return cytomo::processor_name();
}

void write_text(const std::filesystem::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (!out)
        throw InputError(file.string(), "to write the file", std::strerror(errno), "Check space and rights");
}

std::string file_name_of_class(const Legend& legend, int class_id) {
    std::string name = legend.name_of(static_cast<std::uint8_t>(class_id));
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == ' ' || c == '/'; }, '-');
    return name;
}

void check_file_names(const Legend& legend, const std::string& file, const std::string& advice) {
    std::map<std::string, std::string> class_of;
    for (const LegendEntry& entry : legend.entries) {
        const std::string name = file_name_of_class(legend, entry.id);
        const auto [other, is_new] = class_of.try_emplace(name, entry.name);
        if (!is_new)
            throw InputError(file, "classes whose files have names of their own",
                             "'" + other->second + "' and '" + entry.name + "', both of them " + name,
                             advice);
    }
}

std::filesystem::path file_of_class(const std::filesystem::path& base, const Legend& legend, int class_id) {
    return base.parent_path() /
           (base.stem().string() + "." + file_name_of_class(legend, class_id) + base.extension().string());
}

}  // namespace cytomo::commands
