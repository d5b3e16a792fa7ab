// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/commands.hpp"
#include "ctl/cohortctl/control_client.hpp"
#include "ctl/cohortctl/status_view.hpp"

namespace cohort::ctl {
namespace {

constexpr const char* kHelp = R"(Asks cohortd at /run/cohort/cohortd.sock, or at $COHORT_SOCKET.

Examples:
  cohortctl status
  cohortctl -j status | jq .quorate)";

Result<void> run(const Session& session) {
    const auto status = ask_cohortd(control_socket_path(), "status");
    if (!status)
        return status.error();
    return session.json ? print_json(status->result) : print(status_text(status->result));
}

}  // namespace

void add_status(CLI::App& top, Session& session) {
    CLI::App* command = top.add_subcommand("status", "Show nodes, links and addresses");
    command->footer(kHelp);
    command->callback([&session] { session.run = [&session] { return run(session); }; });
}

}  // namespace cohort::ctl
