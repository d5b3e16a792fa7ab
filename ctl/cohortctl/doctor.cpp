// SPDX-License-Identifier: GPL-2.0-or-later
//
// Looks for what makes a cluster fail in the field.
#include "ctl/base/name.hpp"
#include "ctl/cohortctl/commands.hpp"
#include "ctl/cohortctl/doctor/findings_view.hpp"
#include "ctl/cohortctl/doctor/gather.hpp"
#include "ctl/cohortctl/doctor/recipes.hpp"

#include <fmt/format.h>

#include <memory>

namespace cohort::ctl {
namespace {

constexpr const char* kHelp =
    R"(Changes nothing. Asks the LAN for a second who has the VIPs; this, and cohortd's
word, want root. Settings of sysctl last until the next boot: write those that
help to /etc/sysctl.d/, too. Exit status 2 tells that there was an error.

Examples:
  cohortctl doctor
  cohortctl -j doctor web
  cohortctl doctor web --print cisco)";

struct Request {
    std::string name;
    std::optional<std::string> machine;
};

Result<std::vector<netlink::Cluster>> chosen(netlink::Client& client, const std::string& name) {
    if (name.empty())
        return client.cluster_list();
    const auto cluster = client.cluster_get(name);
    if (!cluster)
        return cluster.error();
    return std::vector{*cluster};
}

Result<void> print_recipes(const std::vector<netlink::Cluster>& clusters,
                           const std::string& machine) {
    std::string text;
    for (const netlink::Cluster& cluster : clusters) {
        const auto lines = recipe(machine, cluster);
        if (!lines)
            return lines.error();
        text += *lines;
    }
    return print(text);
}

Result<void> examine_all(const Session& session, const std::vector<netlink::Cluster>& clusters) {
    auto facts = gather_host(session);
    if (!facts)
        return facts.error();
    Json list = Json::array();
    std::string text;
    std::string sick;
    for (const netlink::Cluster& cluster : clusters) {
        if (const auto ok = fill_in(*facts, cluster, session); !ok)
            return ok.error();
        const auto findings = examine(*facts);
        list.push_back(findings_json(cluster, findings));
        text += findings_text(cluster, findings);
        if (worst_of(findings) == Severity::error)
            sick += (sick.empty() ? "" : ", ") + cluster.name;
    }
    const auto printed = session.json ? print_json(list) : print(text);
    if (!printed || sick.empty())
        return printed;
    return Error{ErrorKind::refused, "not well: " + sick, 0};
}

Result<void> run(const Session& session, const Request& request) {
    if (!request.name.empty()) {
        if (const auto ok = check_cluster_name(request.name); !ok)
            return ok.error();
    }
    auto client = session.client();
    if (!client)
        return client.error();
    const auto clusters = chosen(*client, request.name);
    if (!clusters)
        return clusters.error();
    if (request.machine)
        return print_recipes(*clusters, *request.machine);
    return examine_all(session, *clusters);
}

}  // namespace

void add_doctor(CLI::App& top, Session& session) {
    auto request = std::make_shared<Request>();
    CLI::App* command =
        top.add_subcommand("doctor", "Find what makes clusters fail, and how to mend it");
    command->footer(kHelp);
    command->add_option("NAME", request->name, "Only this cluster")->type_name("");
    command
        ->add_option("--print", request->machine, "Lines for cisco | linux-bridge |\nlinux-router")
        ->type_name("MACHINE");
    command->callback([&session, request] {
        session.run = [&session, request] { return run(session, *request); };
    });
}

}  // namespace cohort::ctl
