// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/switch/network.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cohort::testbed {
namespace {

struct PlugName {
    std::string net;
    std::string machine;
};

PlugName split(const std::string& name) {
    const auto dot = name.find('.');
    return dot == std::string::npos ? PlugName{name, ""}
                                    : PlugName{name.substr(0, dot), name.substr(dot + 1)};
}

template <class Nets>
auto* by_name(Nets& nets, const std::string& name) {
    const auto found = std::ranges::find(nets, name, [](const auto& net) { return net->name(); });
    return found == nets.end() ? nullptr : found->get();
}

template <class Nets>
void count(const Nets& nets, std::vector<std::string>& lines) {
    for (const auto& net : nets)
        for (const Plug* plug : net->plugs())
            lines.push_back(fmt::format("{}.{} from={} to={} lost={} absent={} overflow={}",
                                        net->name(), plug->machine, plug->counts.from,
                                        plug->counts.to, plug->counts.lost, plug->counts.absent,
                                        plug->counts.overflow));
}

}  // namespace

void Network::add_lan(std::string name, Lan::Kind kind, const std::vector<std::string>& machines) {
    lans_.push_back(
        std::make_unique<Lan>(reactor_, random_, dir_, std::move(name), kind, machines));
}

void Network::add_cable(std::string name, const std::array<std::string, 2>& machines,
                        unsigned baud) {
    cables_.push_back(
        std::make_unique<Cable>(reactor_, random_, dir_, std::move(name), machines, baud));
}

Lan* Network::lan(const std::string& name) {
    return by_name(lans_, name);
}

Cable* Network::cable(const std::string& name) {
    return by_name(cables_, name);
}

Plug* Network::plug(const std::string& name) {
    const auto [net, machine] = split(name);
    if (Lan* found = lan(net))
        return found->plug(machine);
    if (Cable* found = cable(net))
        return found->plug(machine);
    return nullptr;
}

void Network::inject(const std::string& name, Bytes bytes) {
    const auto [net, machine] = split(name);
    if (Lan* found = lan(net))
        found->inject(*found->plug(machine), std::move(bytes));
    else if (Cable* line = cable(net))
        line->inject(*line->plug(machine), std::move(bytes));
}

std::vector<std::string> Network::counts() const {
    std::vector<std::string> lines;
    count(lans_, lines);
    count(cables_, lines);
    return lines;
}

}  // namespace cohort::testbed
