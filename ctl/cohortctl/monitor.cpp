// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/commands.hpp"
#include "ctl/cohortctl/view.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace cohort::ctl {
namespace {

constexpr const char* kHelp =
    R"(One line an event, until it is interrupted; a line on standard error says
that no later event will be missed. Should the kernel have to drop events,
a line tells so: show the clusters again then.

Examples:
  cohortctl monitor
  cohortctl -j monitor | jq .event)";

/// The wall clock, in UTC, as in RFC 3339.
std::string now_text() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    tm parts{};
    gmtime_r(&now.tv_sec, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                       now.tv_nsec / 1'000'000);
}

Result<void> tell(const Session& session, const netlink::EventBatch& batch) {
    const std::string time = now_text();
    if (batch.lost) {
        auto told = session.json ? print_json_line({{"time", time}, {"event", "events-lost"}})
                                 : print(time + "  events were lost: show the clusters again\n");
        if (!told)
            return told;
    }
    for (const netlink::Event& event : batch.events) {
        auto told = session.json ? print_json_line(event_json(event, time))
                                 : print(event_text(event, time));
        if (!told)
            return told;
    }
    return {};
}

Result<void> run(const Session& session) {
    auto stream = netlink::EventStream::open(session.netns);
    if (!stream)
        return stream.error();
    std::fputs("cohortctl: listening for events\n", stderr);

    // A pipe whose reader has gone reports POLLERR, asked or not.
    std::array<pollfd, 2> waits{{{stream->fd(), POLLIN, 0}, {STDOUT_FILENO, 0, 0}}};
    while (true) {
        if (poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR)
            return Error{ErrorKind::refused,
                         "cannot wait for events: " + std::generic_category().message(errno),
                         errno};
        if ((waits[1].revents & (POLLERR | POLLHUP)) != 0)
            return {};
        const auto batch = stream->drain();
        if (!batch)
            return batch.error();
        if (auto told = tell(session, *batch); !told)
            return told;
    }
}

}  // namespace

void add_monitor(CLI::App& top, Session& session) {
    CLI::App* command = top.add_subcommand("monitor", "Print events as they happen");
    command->footer(kHelp);
    command->callback([&session] { session.run = [&session] { return run(session); }; });
}

}  // namespace cohort::ctl
