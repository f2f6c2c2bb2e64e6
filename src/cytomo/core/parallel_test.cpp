#include "cytomo/core/parallel.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <fstream>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace cytomo {
namespace {

constexpr int many = 32, items = 40;

/// Works on `items` items. Returns in how many threads, 0 if an item was left out or done twice.
int threads_at_work() {
    std::mutex mutex;
    std::set<std::thread::id> threads;
    std::array<std::atomic<int>, items> done{};
    parallel_for(items, [&](std::int64_t i) {
        {
            const std::lock_guard lock(mutex);
            threads.insert(std::this_thread::get_id());
        }
        ++done[static_cast<std::size_t>(i)];
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    });
    for (const auto& n : done)
        if (n != 1) return 0;
    return static_cast<int>(threads.size());
}

bool can_start(int threads) {
    std::atomic<bool> over{false};
    std::vector<std::jthread> running;
    bool all = true;
    try {
        while (static_cast<int>(running.size()) < threads)
            running.emplace_back([&] {
                while (!over) std::this_thread::yield();
            });
    } catch (const std::system_error&) {
        all = false;
    }
    over = true;
    return all;
}

/// In a process of its own, with memory for as good as no more than it has: the stack of a thread is not to
/// be had, but for some that the system library keeps of threads that ran before.
int threads_without_memory(int before) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (before > 0) can_start(before);
        std::int64_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        const auto bytes = static_cast<rlim_t>(pages * ::sysconf(_SC_PAGESIZE)) + (1 << 20);
        const rlimit limit{bytes, bytes};
        if (::setrlimit(RLIMIT_AS, &limit) != 0 || can_start(many)) ::_exit(100);
        set_thread_count(many);
        ::_exit(threads_at_work());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(Parallel, ThreadsThatCannotStartAreDoneWithout) {
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "a sanitizer needs memory of its own";
#endif
    for (const int before : {0, 3}) {
        const int threads = threads_without_memory(before);
        EXPECT_GE(threads, 1) << before;  // below 0: the signal that ended it
        EXPECT_LT(threads, many) << before;
    }
    EXPECT_TRUE(can_start(many));
}

TEST(Parallel, TakesNoMoreThreadsThanOpenMpMay) {
    set_thread_count(many);
    for (const auto& [limit, expected] : std::vector<std::pair<const char*, int>>{
             {"1", 1}, {"3", 3}, {"1000", many}, {"0", many}, {"-2", many}, {"many", many}}) {
        ::setenv("OMP_THREAD_LIMIT", limit, 1);
        EXPECT_EQ(thread_count(), expected) << limit;
        EXPECT_LE(threads_at_work(), expected) << limit;
    }
    ::unsetenv("OMP_THREAD_LIMIT");
    EXPECT_EQ(thread_count(), many);
    set_thread_count(0);
}

}  // namespace
}  // namespace cytomo
