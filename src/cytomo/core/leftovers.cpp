#include "leftovers.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <optional>

#include "cytomo/core/fnv.h"

namespace cytomo {

namespace fs = std::filesystem;

namespace {

constexpr std::array kinds{"partial", "former", "finished"};

/// Eight digits for this computer and, as containers count processes anew, its processes.
const std::string& this_computer() {
    static const std::string name = [] {
        std::array<char, 256> host{};
        ::gethostname(host.data(), host.size() - 1);
        std::string text = host.data();
        std::error_code ec;
        text += ' ' + fs::read_symlink("/proc/self/ns/pid", ec).string() + ' ';
        std::string machine;
        std::getline(std::ifstream("/etc/machine-id"), machine);
        const std::uint64_t hash = Fnv1a().add(text).add(machine).value();
        std::array<char, 9> digits{};
        std::snprintf(digits.data(), digits.size(), "%08x",
                      static_cast<unsigned>((hash ^ hash >> 32) & 0xFFFFFFFF));
        return std::string(digits.data());
    }();
    return name;
}

struct Parsed {
    std::string final_name, kind, computer;
    long process = 0;
};

std::optional<Parsed> parse(const std::string& name) {
    for (const char* kind : kinds) {
        const std::string mark = std::string(".") + kind + "-";
        const auto at = name.rfind(mark);
        if (at == std::string::npos) continue;
        Parsed p{name.substr(0, at), kind, name.substr(at + mark.size()), 0};
        constexpr std::size_t digits = 8;
        if (p.computer.size() < digits + 2 || p.computer[digits] != '-') continue;
        if (p.computer.find_first_not_of("0123456789abcdef") != digits) continue;
        const char* end = p.computer.data() + p.computer.size();
        const auto number = std::from_chars(p.computer.data() + digits + 1, end, p.process);
        if (number.ec != std::errc{} || p.process < 1 || (number.ptr != end && *number.ptr != '.')) continue;
        p.final_name.append(number.ptr, end);
        p.computer.resize(digits);
        return p;
    }
    return std::nullopt;
}

bool is_dead(const Parsed& p) {
    return p.computer == this_computer() && ::kill(static_cast<pid_t>(p.process), 0) != 0 && errno == ESRCH;
}

}  // namespace

fs::path temporary_name(const fs::path& final_path, const std::string& kind) {
    return final_path.parent_path() / (final_path.stem().string() + "." + kind + "-" + this_computer() + "-" +
                                       std::to_string(::getpid()) + final_path.extension().string());
}

std::vector<Leftover> find_leftovers(const fs::path& folder) {
    std::vector<Leftover> out;
    std::error_code ec;
    for (auto it = fs::directory_iterator(folder, ec); !ec && it != fs::directory_iterator();
         it.increment(ec)) {
        const auto parsed = parse(it->path().filename().string());
        if (parsed && is_dead(*parsed))
            out.push_back({it->path(), folder / parsed->final_name, parsed->kind});
    }
    return out;
}

bool is_temporary_name(const std::string& name) {
    return parse(name).has_value();
}

}  // namespace cytomo
