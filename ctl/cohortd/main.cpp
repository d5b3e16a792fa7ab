// SPDX-License-Identifier: GPL-2.0-or-later
//
// cohortd: options, signals and the service manager; the work is Daemon's.
#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/shell/daemon.hpp"
#include "ctl/cohortd/shell/first_state.hpp"
#include "ctl/cohortd/shell/log.hpp"
#include "ctl/cohortd/shell/notify.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>

namespace cohort {
namespace {

using shell::Level;
using shell::log;

struct Options {
    std::string config = "/etc/cohort/cohort.toml";
    std::string socket = "/run/cohort/cohortd.sock";
    std::string trace;
    bool check = false;
    bool init = false;
    bool force = false;
    bool verbose = false;
};

int exit_status(const Error& error) {
    switch (error.kind) {
        case ErrorKind::usage:
            return 1;
        case ErrorKind::refused:
            return 2;
        case ErrorKind::unreachable:
            return 3;
    }
    return 2;
}

int complain(std::string_view words) {
    fmt::print(stderr, "cohortd: {}\n", words);
    return 1;
}

/// What was asked for on standard output; a full disk is no success.
int print(const std::string& text) {
    if (std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0)
        return 0;
    fmt::print(stderr, "cohortd: cannot write to standard output: {}\n",
               std::generic_category().message(errno));
    return 2;
}

int complain(const Error& error) {
    complain(error.message);
    return exit_status(error);
}

int check(const Options& options) {
    const auto config = config::load_config(options.config);
    return config ? print(config::summarize(*config)) : complain(config.error());
}

int init(const Options& options) {
    const auto config = config::load_config(options.config);
    if (!config)
        return complain(config.error());
    if (const auto made = shell::init_state(*config, options.force); !made)
        return complain(made.error());
    return print(fmt::format("{}: node {} of cluster {} may start\n", config->state_dir,
                             config->node, config->cluster));
}

/// The first SIGTERM or SIGINT asks to leave, the second to stop at once.
class Signals {
public:
    Signals(boost::asio::io_context& io, shell::Daemon& daemon)
        : daemon_(daemon), signals_(io, SIGTERM, SIGINT, SIGHUP) {
        signals_.add(SIGUSR1);
        await();
    }

private:
    void await() {
        signals_.async_wait([this](boost::system::error_code error, int signal) {
            if (error)
                return;
            on_signal(signal);
            await();
        });
    }

    void on_signal(int signal) {
        if (signal == SIGHUP) {
            daemon_.reload();
        } else if (signal == SIGUSR1) {
            notify_stopping("ending for the next cohortd");
            daemon_.yield();
        } else if (std::exchange(asked_, true)) {
            daemon_.stop_now();
        } else {
            notify_stopping("handing the buckets over");
            daemon_.leave();
        }
    }

    /// One that ends for a successor may find that it has to leave.
    void notify_stopping(std::string_view how) {
        using std::chrono::microseconds;
        shell::notify(fmt::format("STOPPING=1\nSTATUS={}\nEXTEND_TIMEOUT_USEC={}", how,
                                  duration_cast<microseconds>(daemon_.longest_leave()).count()));
    }

    shell::Daemon& daemon_;
    boost::asio::signal_set signals_;
    bool asked_ = false;
};

/// Tells the service manager from within the loop that the loop runs.
class Watchdog {
public:
    Watchdog(boost::asio::io_context& io, std::chrono::microseconds period)
        : timer_(io), half_(period / 2) {
        tick();
    }

private:
    void tick() {
        shell::notify("WATCHDOG=1");
        timer_.expires_after(half_);
        timer_.async_wait([this](boost::system::error_code error) {
            if (!error)
                tick();
        });
    }

    boost::asio::steady_timer timer_;
    std::chrono::microseconds half_;
};

int fail(const Error& error) {
    log(Level::error, "{}", error.message);
    return exit_status(error);
}

/// A page that must come from the disk first would stop the heartbeats. Under a
/// limit, though, memory could no longer grow: then it is better not locked.
void stay_in_memory() {
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0)
        ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

int run(const Options& options) {
    auto config = config::load_config(options.config);
    if (!config)
        return fail(config.error());
    shell::Trace trace;
    if (!options.trace.empty()) {
        auto opened = shell::Trace::open(options.trace);
        if (!opened)
            return fail(opened.error());
        trace = *std::move(opened);
    }

    boost::asio::io_context io(1);
    shell::Daemon daemon(io, *std::move(config), options.socket, std::move(trace));
    if (auto started = daemon.start(); !started)
        return fail(started.error());
    stay_in_memory();
    const Signals signals(io, daemon);
    std::optional<Watchdog> watchdog;
    if (const auto period = shell::watchdog_period())
        watchdog.emplace(io, *period);
    shell::notify("READY=1\nSTATUS=running");
    io.run();
    return daemon.failure() ? fail(*daemon.failure()) : 0;
}

int main(int argc, char** argv) {
    Options options;
    CLI::App app("The supervisor of a cohort: who owns which bucket, and never two owners.");
    app.name("cohortd");
    app.footer(
        "Examples:\n"
        "  cohortd --check\n"
        "  cohortd --init\n"
        "  cohortd --config /etc/cohort/cohort.toml --verbose\n\n"
        "Exit status: 0 done, 1 wrong usage or configuration, 2 the system or the kernel\n"
        "refused, 3 the module could not be reached. See cohortd(8) and cohort.toml(5).");
    const CLI::Validator named(
        [](const std::string& path) { return std::string(path.empty() ? "needs a path" : ""); },
        "");
    const auto path = [&](const char* option, std::string& into, const char* help) {
        return app.add_option(option, into, help)->type_name("FILE")->check(named);
    };
    path("--config", options.config, "configuration file")->capture_default_str();
    path("--socket", options.socket, "control socket")->capture_default_str();
    path("--trace", options.trace, "append what the protocol hears and does, as lines of JSON");
    app.add_flag("--check", options.check, "check the configuration and say what it amounts to");
    auto* init_flag =
        app.add_flag("--init", options.init, "make the durable state of a new node, and end");
    app.add_flag("--force", options.force,
                 "with --init: replace a state; only if all nodes were stopped for a lease")
        ->needs(init_flag);
    app.add_flag("--verbose", options.verbose, "log what helps to find a fault, too");
    app.set_version_flag("--version", "cohortd " COHORT_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        return print(app.help());
    } catch (const CLI::CallForVersion&) {
        return print("cohortd " COHORT_VERSION "\n");
    } catch (const CLI::ExtrasError&) {
        return complain(fmt::format("unexpected '{}'; 'cohortd --help' says what there is",
                                    app.remaining().front()));
    } catch (const CLI::ParseError& error) {
        return complain(fmt::format("{}; 'cohortd --help' says what there is", error.what()));
    }
    if (sodium_init() < 0)
        return fail({ErrorKind::refused, "cannot initialise libsodium", 0});
    if (options.check)
        return check(options);
    if (options.init)
        return init(options);
    if (options.verbose)
        shell::set_log_level(Level::debug);
    std::signal(SIGPIPE, SIG_IGN);
    return run(options);
}

}  // namespace
}  // namespace cohort

int main(int argc, char** argv) {
    try {
        return cohort::main(argc, argv);
    } catch (const std::exception& error) {
        // A mistake of this program. The lease ends what the kernel serves.
        cohort::shell::log(cohort::shell::Level::alert, "cohortd must end: {}", error.what());
        return 2;
    }
}
