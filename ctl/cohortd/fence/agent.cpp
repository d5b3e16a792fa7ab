// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/fence/agent.hpp"

#include "ctl/base/duration.hpp"
#include "ctl/cohortd/shell/log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace cohort::fence {
namespace {

using shell::Level;
using shell::log;

constexpr std::chrono::seconds kPause{1};  ///< between two attempts

std::string filled_in(std::string text, const config::Node& victim) {
    const auto replace = [&text](std::string_view mark, const std::string& with) {
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at))
            text.replace(std::exchange(at, at + with.size()), mark.size(), with);
    };
    replace("{id}", std::to_string(victim.id));
    replace("{name}", victim.name);
    return text;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> all;
    all.reserve(words.size() + 1);
    for (std::string& word : words)
        all.push_back(word.data());
    all.push_back(nullptr);
    return all;
}

/// What posix_spawn() wants to be told; nothing of the daemon's is passed on
/// but standard error, for the command's words.
class SpawnSettings {
public:
    SpawnSettings() {
        ::posix_spawn_file_actions_init(&files_);
        ::posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&files_, 2, 1);
        ::posix_spawn_file_actions_addclosefrom_np(&files_, 3);
        ::posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    ~SpawnSettings() {
        ::posix_spawn_file_actions_destroy(&files_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    /// 0 or an errno.
    int spawn(pid_t& pid, std::vector<std::string>& command,
              std::vector<std::string>& environment) {
        return ::posix_spawn(&pid, command.front().c_str(), &files_, &attributes_,
                             pointers(command).data(), pointers(environment).data());
    }

private:
    posix_spawn_file_actions_t files_;
    posix_spawnattr_t attributes_;
};

std::string in_words(int status) {
    if (WIFSIGNALED(status))
        return fmt::format("ended by signal {}", WTERMSIG(status));
    return fmt::format("exit status {}", WEXITSTATUS(status));
}

}  // namespace

Agent::Agent(boost::asio::io_context& io, const config::FenceAgent& agent,
             const config::Node& victim)
    : name_(victim.name),
      environment_{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                   fmt::format("COHORT_FENCE_ID={}", victim.id),
                   fmt::format("COHORT_FENCE_NAME={}", victim.name)},
      timeout_(agent.timeout),
      attempts_(agent.retries + 1),
      exited_(io),
      timer_(io) {
    for (const std::string& word : agent.command)
        command_.push_back(filled_in(word, victim));
}

Agent::~Agent() {
    if (pid_ > 0) {
        ::kill(-pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
}

void Agent::start(Done done, Wanted wanted) {
    done_ = std::move(done);
    wanted_ = std::move(wanted);
    attempt_ = 0;
    attempt();
}

void Agent::attempt() {
    ++attempt_;
    timed_out_ = false;
    if (const int code = SpawnSettings().spawn(pid_, command_, environment_); code != 0) {
        pid_ = -1;
        failed(std::generic_category().message(code));
        return;
    }
    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (pidfd < 0) {
        // It cannot be waited for without blocking, so it may as well not be.
        const int code = errno;
        ::kill(-pid_, SIGKILL);
        ::waitpid(std::exchange(pid_, -1), nullptr, 0);
        failed(std::generic_category().message(code));
        return;
    }
    exited_.assign(pidfd);
    exited_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                       [this](boost::system::error_code error) { on_exit(error); });
    timer_.expires_after(timeout_);
    timer_.async_wait([this](boost::system::error_code error) {
        if (!error)
            on_timeout();
    });
}

/// What it left running would go on at a time that nobody expects.
void Agent::on_timeout() {
    timed_out_ = true;
    ::kill(-pid_, SIGKILL);
}

void Agent::on_exit(boost::system::error_code error) {
    if (error)
        return;
    int status = 0;
    ::kill(-pid_, SIGKILL);  // what it left running, while its id cannot be another's
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    exited_.close();
    timer_.cancel();
    if (timed_out_) {
        failed(fmt::format("no end within {}, killed", format_duration(timeout_)));
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        failed(in_words(status));
    } else {
        log(Level::notice, "fencing {}: confirmed", name_);
        std::exchange(done_, nullptr)(true);
    }
}

void Agent::failed(const std::string& why) {
    log(Level::error, "fencing {}: {}: {} (attempt {} of {})", name_, command_.front(), why,
        attempt_, attempts_);
    // Never from within start(): the caller is not done with it yet.
    timer_.expires_after(kPause);
    timer_.async_wait([this](boost::system::error_code error) {
        if (error)
            return;
        if (attempt_ < attempts_ && wanted_())
            attempt();
        else
            std::exchange(done_, nullptr)(false);
    });
}

}  // namespace cohort::fence
