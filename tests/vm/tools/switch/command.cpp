// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/switch/command.hpp"

#include <charconv>
#include <functional>
#include <optional>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

namespace cohort::testbed {
namespace {

using Words = std::vector<std::string>;

/// Why a command is refused; obey() turns it into the reply.
struct Refusal : std::runtime_error {
    using std::runtime_error::runtime_error;
};

Words split(const std::string& text, char separator) {
    Words words;
    std::istringstream stream(text);
    for (std::string word; std::getline(stream, word, separator);)
        if (!word.empty())
            words.push_back(word);
    return words;
}

template <class Number>
Number number(const std::string& text, Number min, Number max) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < min || value > max)
        throw Refusal(fmt::format("'{}': expected a number of {} to {}", text, min, max));
    return value;
}

Plug& plug_of(Network& network, const std::string& name) {
    if (Plug* plug = network.plug(name))
        return *plug;
    throw Refusal(fmt::format("no plug '{}': expected NET.MACHINE", name));
}

Lan& lan_of(Network& network, const std::string& name) {
    if (Lan* lan = network.lan(name))
        return *lan;
    throw Refusal(fmt::format("no LAN '{}'", name));
}

void set_fault(Faults& faults, const std::string& setting) {
    const auto equals = setting.find('=');
    const std::string key = setting.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : setting.substr(equals + 1);
    const auto percent = [&] { return number(value, 0.0, 100.0) / 100; };
    const auto milliseconds = [&] {
        return std::chrono::duration_cast<Duration>(
            std::chrono::duration<double, std::milli>(number(value, 0.0, 60000.0)));
    };
    if (key == "cut")
        faults.cut = number(value, 0, 1) == 1;
    else if (key == "drop")
        faults.drop = percent();
    else if (key == "duplicate")
        faults.duplicate = percent();
    else if (key == "corrupt")
        faults.corrupt = percent();
    else if (key == "delay")
        faults.delay = milliseconds();
    else if (key == "jitter")
        faults.jitter = milliseconds();
    else
        throw Refusal(fmt::format(
            "fault '{}': expected cut, drop, duplicate, corrupt, delay or jitter", key));
}

Words cut(Network& network, const Words& words) {
    Plug& plug = plug_of(network, words.at(1));
    plug.from.cut = plug.to.cut = true;
    return {};
}

Words heal(Network& network, const Words& words) {
    Plug& plug = plug_of(network, words.at(1));
    plug.from = plug.to = Faults{};
    return {};
}

Words set(Network& network, const Words& words) {
    Plug& plug = plug_of(network, words.at(1));
    const std::string& direction = words.at(2);
    if (direction != "from" && direction != "to")
        throw Refusal(fmt::format("direction '{}': expected from or to", direction));
    Faults& faults = direction == "from" ? plug.from : plug.to;
    Faults wanted = faults;
    for (std::size_t i = 3; i < words.size(); ++i)
        set_fault(wanted, words[i]);
    faults = wanted;
    return {};
}

Words partition(Network& network, const Words& words) {
    Lan& lan = lan_of(network, words.at(1));
    std::map<std::string, int> sides;
    for (std::size_t side = 2; side < words.size(); ++side)
        for (const std::string& machine : split(words[side], ',')) {
            if (!lan.plug(machine))
                throw Refusal(fmt::format("no machine '{}' on {}", machine, lan.name()));
            sides[machine] = static_cast<int>(side);
        }
    if (words.size() < 4)
        throw Refusal("expected at least two sides");
    lan.partition(std::move(sides));
    return {};
}

Words unite(Network& network, const Words& words) {
    lan_of(network, words.at(1)).unite();
    return {};
}

std::uint16_t filtered_port(const Words& words) {
    if (words.at(2) != "udp")
        throw Refusal(fmt::format("protocol '{}': expected udp", words[2]));
    return number<std::uint16_t>(words.at(3), 1, 65535);
}

Words filter(Network& network, const Words& words) {
    lan_of(network, words.at(1)).filter(filtered_port(words));
    return {};
}

Words unfilter(Network& network, const Words& words) {
    lan_of(network, words.at(1)).unfilter(filtered_port(words));
    return {};
}

Words inject(Network& network, const Words& words) {
    plug_of(network, words.at(1));
    const std::string& text = words.at(2);
    Bytes bytes(text.size() / 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char* digits = text.data() + 2 * i;
        if (std::from_chars(digits, digits + 2, bytes[i], 16).ptr != digits + 2)
            throw Refusal("expected bytes as pairs of hexadecimal digits");
    }
    if (text.size() % 2)
        throw Refusal("expected bytes as pairs of hexadecimal digits");
    network.inject(words[1], std::move(bytes));
    return {};
}

Words noise(Network& network, const Words& words) {
    plug_of(network, words.at(1));
    Bytes bytes(number<std::size_t>(words.at(2), 1, 65536));
    for (std::uint8_t& byte : bytes)
        byte = static_cast<std::uint8_t>(network.random()());
    network.inject(words[1], std::move(bytes));
    return {};
}

Words count(Network& network, const Words&) {
    return network.counts();
}

const std::map<std::string, std::function<Words(Network&, const Words&)>> kCommands = {
    {"count", count},       {"cut", cut},     {"filter", filter},       {"heal", heal},
    {"inject", inject},     {"noise", noise}, {"partition", partition}, {"set", set},
    {"unfilter", unfilter}, {"unite", unite},
};

}  // namespace

std::vector<std::string> obey(Network& network, const std::string& line) {
    const Words words = split(line, ' ');
    const auto command = words.empty() ? kCommands.end() : kCommands.find(words[0]);
    if (command == kCommands.end())
        return {fmt::format("error: no command '{}'", line)};
    try {
        Words reply = command->second(network, words);
        reply.push_back("ok");
        return reply;
    } catch (const Refusal& refusal) {
        return {fmt::format("error: {}: {}", words[0], refusal.what())};
    } catch (const std::out_of_range&) {
        return {fmt::format("error: {}: too few words", words[0])};
    }
}

}  // namespace cohort::testbed
