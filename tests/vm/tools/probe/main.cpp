// SPDX-License-Identifier: GPL-2.0-or-later
//
// The client of the scenarios. `stream` keeps asking and reports, as JSON,
// what each marked event did to it; `census` asks once from very many flows.
#include "ctl/base/duration.hpp"
#include "tests/vm/tools/probe/census.hpp"
#include "tests/vm/tools/probe/report.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

using namespace cohort;
using namespace cohort::testbed;

namespace {

template <class T>
T value_of(Result<T> result) {
    if (!result)
        throw CLI::ValidationError(result.error().message);
    return *result;
}

/// An option whose text is parsed into `value`, which holds the default.
template <class T, class Parse>
CLI::Option* add_parsed(CLI::App* app, const std::string& name, T& value, Parse parse,
                        const std::string& help) {
    return app->add_option_function<std::string>(
        name, [&value, parse](const std::string& text) { value = value_of(parse(text)); }, help);
}

template <class Options>
void add_common(CLI::App* app, Options& options) {
    add_parsed(app, "--target", options.target, parse_target, "ADDR:PORT of the service")
        ->required();
    add_parsed(app, "--sources", options.sources, Sources::parse,
               "prefix of local addresses to ask from");
    add_parsed(app, "--timeout", options.timeout, parse_duration, "how late an answer may come");
    app->add_option("--first-port", options.first_port, "of the UDP flows")->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"asks a service, and keeps book of who answers"};
    app.require_subcommand(1);

    StreamOptions stream;
    CLI::App* stream_command =
        app.add_subcommand("stream", "ask until `end` comes on standard input");
    add_common(stream_command, stream);
    stream_command->add_option("--udp", stream.udp_flows, "flows")->capture_default_str();
    stream_command->add_option("--bytes", stream.udp_bytes, "of a datagram")->capture_default_str();
    stream_command->add_option("--tcp", stream.tcp_flows, "connections that stay open")
        ->capture_default_str();
    add_parsed(stream_command, "--period", stream.udp_period, parse_duration,
               "between two UDP questions, of all flows together");
    add_parsed(stream_command, "--tcp-period", stream.tcp_period, parse_duration,
               "between two questions of a connection");
    add_parsed(stream_command, "--connect-period", stream.connect_period, parse_duration,
               "between two new connections; 0: none");
    add_parsed(stream_command, "--live", stream.live_period, parse_duration,
               "print the present state this often");

    CensusOptions census;
    CLI::App* census_command = app.add_subcommand("census", "ask once from each of many flows");
    add_common(census_command, census);
    std::string protocol = "udp";
    census_command->add_option("--protocol", protocol, "udp, tcp or icmp")
        ->check(CLI::IsMember({"udp", "tcp", "icmp"}))
        ->capture_default_str();
    census_command->add_option("--flows", census.flows)->capture_default_str();
    census_command->add_option("--bytes", census.bytes, "of a datagram")->capture_default_str();
    add_parsed(census_command, "--period", census.period, parse_duration, "between two flows");
    bool as_lines = false;
    app.add_flag("--flat", as_lines, "the report as lines of PATH VALUE instead of JSON");
    CLI11_PARSE(app, argc, argv);

    if (protocol == "icmp" && !IN6_IS_ADDR_V4MAPPED(&census.target.sin6_addr)) {
        fmt::print(stderr, "a census by icmp takes an IPv4 target\n");
        return 1;
    }
    raise_descriptor_limit();
    const auto print = [&](const nlohmann::json& report) {
        fmt::print("{}", as_lines ? flat(report) : report.dump() + "\n");
    };
    if (stream_command->parsed()) {
        Stream run(stream);
        run.run();
        print(stream_report(run));
        return 0;
    }
    const auto report = protocol == "udp"   ? census_udp(census)
                        : protocol == "tcp" ? census_tcp(census)
                                            : census_icmp(census);
    print(report);
}
