// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/commands.hpp"
#include "ctl/cohortctl/control_client.hpp"

#include <memory>

namespace cohort::ctl {
namespace {

constexpr const char* kHelp =
    R"(All of it holds from now on, or nothing is changed and the error says why. SIGHUP does
the same, and leaves the answer to the log.

Examples:
  cohortctl reload
  cohortctl reload --force)";

Result<void> run(const Session& session, bool force) {
    const auto done = ask_cohortd(control_socket_path(), force ? "reload-forced" : "reload");
    if (!done)
        return done.error();
    return session.json ? print_json(done->result) : Result<void>();
}

}  // namespace

void add_reload(CLI::App& top, Session& session) {
    CLI::App* command = top.add_subcommand("reload", "Let cohortd read its configuration again");
    command->footer(kHelp);
    const auto force = std::make_shared<bool>(false);
    command->add_flag("--force", *force,
                      "Change keys although a live node is not ready: it will not be heard");
    command->callback(
        [&session, force] { session.run = [&session, force] { return run(session, *force); }; });
}

}  // namespace cohort::ctl
