// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/command_line.hpp"

#include "ctl/cohortctl/commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>

namespace cohort::ctl {
namespace {

constexpr const char* kTopHelp = R"(Examples:
  cohortctl cluster add web --dev eth0 --vip 192.0.2.50/24
  cohortctl bucket own web 0-2047
  cohortctl cluster show web
  cohortctl hash web --src 198.51.100.7:40000

Exit status: 0 done, 1 wrong usage, 2 the kernel or cohortd refused,
3 the module or cohortd could not be reached.)";

constexpr const char* kClusterHelp = R"(Examples:
  cohortctl cluster add web --dev eth0 --vip 192.0.2.50/24
  cohortctl cluster set web --lease 1s
  cohortctl cluster show
  cohortctl cluster del web)";

constexpr const char* kBucketHelp = R"(LIST is such as 0-127,200.

Examples:
  cohortctl bucket own web 0-2047
  cohortctl bucket release web 100
  cohortctl bucket set web --epoch 7 --own 0-2047 --deadline 1s
  cohortctl bucket show web)";

/// The command that the words came to before parsing ended.
const CLI::App& innermost(const CLI::App& app) {
    const auto given = app.get_subcommands();
    return given.empty() ? app : innermost(*given.front());
}

/// "cohortctl cluster add"
std::string path_of(const CLI::App& app) {
    const CLI::App* parent = app.get_parent();
    return parent ? path_of(*parent) + " " + app.get_name() : app.get_name();
}

/// The help text, whose usage line names the program and the command.
std::string help_of(const CLI::App& app) {
    const CLI::App* parent = app.get_parent();
    return app.help(parent ? path_of(*parent) : "");
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

/// A line that names a command that is unknown, or missing.
std::string choose_command(const CLI::App& parser, const CLI::App& group) {
    std::vector<std::string> names;
    for (const CLI::App* command : commands_of(group))
        names.push_back(command->get_name());
    const auto extras = parser.remaining(true);
    const std::string problem =
        extras.empty() ? "a command is missing" : fmt::format("unknown '{}'", extras.front());
    return fmt::format("{}; it is one of {}", problem, fmt::join(names, ", "));
}

/// CLI11's words where they are plain, others where they are not.
std::string problem_of(const CLI::App& parser, const CLI::App& app, const CLI::ParseError& error) {
    const bool required = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    const bool extras = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
    if ((required || extras) && !commands_of(app).empty())
        return choose_command(parser, app);
    if (extras && !parser.remaining(true).empty())
        return fmt::format("unexpected '{}'", parser.remaining(true).front());
    std::string words = error.what();
    std::ranges::replace(words, '\n', ' ');
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) {
        const std::string option = words.substr(0, words.find(':'));
        const bool too_many = words.find("At Most") != std::string::npos;
        return option + (too_many ? " is given more than once" : " needs a value");
    }
    return words;
}

Error explain(const CLI::App& parser, const CLI::ParseError& error) {
    const CLI::App& app = innermost(parser);
    const std::string problem = problem_of(parser, app, error);
    const std::string path = path_of(app);
    const std::string command = &app == &parser ? "" : path.substr(path.find(' ') + 1) + ": ";
    return usage_error(fmt::format("{}{}; see '{} --help'", command, problem, path));
}

CLI::App* add_group(CLI::App& top, const char* name, const char* summary, const char* help) {
    CLI::App* group = top.add_subcommand(name, summary);
    group->require_subcommand(1);
    group->footer(help);
    return group;
}

}  // namespace

std::unique_ptr<CLI::App> make_parser(Session& session) {
    auto top = std::make_unique<CLI::App>(
        "Control clusters of hosts that share one address without a load balancer.", "cohortctl");
    top->set_version_flag("--version", "cohortctl " COHORT_VERSION, "Print the version and exit");
    top->set_help_flag("-h,--help", "Print this help and exit");
    top->add_flag("-j,--json", session.json, "Print JSON");
    top->add_option("-n,--netns", session.netns, "Work in this network namespace")
        ->type_name("NAME");
    // Global options may stand after the command; exactly one command each.
    top->fallthrough();
    top->require_subcommand(1);
    top->footer(kTopHelp);

    CLI::App* cluster =
        add_group(*top, "cluster", "Add, change, remove and show clusters", kClusterHelp);
    add_cluster_add(*cluster, session);
    add_cluster_set(*cluster, session);
    add_cluster_del(*cluster, session);
    add_cluster_show(*cluster, session);
    CLI::App* bucket =
        add_group(*top, "bucket", "Say which buckets of a cluster this node serves", kBucketHelp);
    add_bucket_changes(*bucket, session);
    add_bucket_set(*bucket, session);
    add_bucket_renew(*bucket, session);
    add_bucket_show(*bucket, session);
    add_hash(*top, session);
    add_stats(*top, session);
    add_monitor(*top, session);
    add_doctor(*top, session);
    add_import(*top, session);
    add_reload(*top, session);
    add_status(*top, session);
    return top;
}

Result<std::string> parse_command_line(CLI::App& parser, std::vector<std::string> words) {
    std::ranges::reverse(words);  // as CLI11 wants them
    try {
        parser.parse(std::move(words));
    } catch (const CLI::CallForHelp&) {
        return help_of(innermost(parser));
    } catch (const CLI::CallForVersion& version) {
        return std::string(version.what()) + "\n";
    } catch (const CLI::ParseError& error) {
        return explain(parser, error);
    }
    return std::string();
}

}  // namespace cohort::ctl
