// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/status_view.hpp"

#include <fmt/format.h>

namespace cohort::ctl {
namespace {

using Rows = std::vector<std::vector<std::string>>;

/// A value as a cell; lists as their items, parted by commas.
std::string cell(const Json& json) {
    if (json.is_string())
        return json.get<std::string>();
    if (json.is_boolean())
        return json.get<bool>() ? "yes" : "no";
    if (json.is_array()) {
        std::string text;
        for (const Json& item : json)
            text += (text.empty() ? "" : ", ") + cell(item);
        return text;
    }
    return json.is_null() ? "-" : json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string cell(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found == object.end() ? "-" : cell(*found);
}

/// The list under a key; an empty one if there is none.
const Json& list_of(const Json& object, const char* key) {
    static const Json kNone = Json::array();
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_array() ? *found : kNone;
}

/// The ids that a node accepts; it sends with the one that has the star.
std::string keys_of(const Json& node) {
    const auto keys = node.is_object() ? node.find("keys") : node.end();
    if (keys == node.end() || !keys->is_object())
        return "-";
    std::string text;
    for (const Json& id : list_of(*keys, "accepts"))
        text +=
            (text.empty() ? "" : " ") + cell(id) + (id == keys->value("sends", Json()) ? "*" : "");
    return text;
}

Rows node_rows(const Json& status) {
    Rows rows{{"ID", "NODE", "STATE", "HEALTH", "WEIGHT", "OWNED", "KEYS"}};
    for (const Json& node : list_of(status, "nodes"))
        rows.push_back({cell(node, "id"), cell(node, "name"), cell(node, "state"),
                        cell(node, "health"), cell(node, "weight"), cell(node, "owned"),
                        keys_of(node)});
    return rows;
}

Rows link_rows(const Json& status) {
    Rows rows{{"NODE", "LINK", "TYPE", "STATE", "HOPS", "AGE ms", "RTT ms"}};
    for (const Json& node : list_of(status, "nodes")) {
        for (const Json& link : list_of(node, "links"))
            rows.push_back({cell(node, "name"), cell(link, "name"), cell(link, "type"),
                            cell(link, "state"), cell(link, "hops"), cell(link, "age_ms"),
                            cell(link, "rtt_ms")});
    }
    return rows;
}

/// What the drivers of serial ports say; nothing where they say nothing.
Rows line_rows(const Json& status) {
    Rows rows{{"LINE", "OVERRUN", "FRAMING", "PARITY", "BREAK", "CTS", "DSR", "DCD", "TURNS"}};
    for (const Json& link : list_of(status, "links")) {
        const Json errors = link.is_object() ? link.value("line_errors", Json()) : Json();
        const Json modem = link.is_object() ? link.value("modem_lines", Json()) : Json();
        if (errors.is_object() || modem.is_object())
            rows.push_back({cell(link, "name"), cell(errors, "overrun"), cell(errors, "framing"),
                            cell(errors, "parity"), cell(errors, "break"), cell(modem, "cts"),
                            cell(modem, "dsr"), cell(modem, "dcd"), cell(modem, "turns")});
    }
    return rows;
}

std::string address_text(const Json& status) {
    std::string text;
    for (const Json& address : list_of(status, "addresses")) {
        Block block(fmt::format("\naddress {}", cell(address, "name")));
        block.add("VIPs", cell(address, "vips"));
        block.add("own", cell(address, "own"));
        text += block.text();
    }
    return text;
}

/// What the stages of cohortd(8), KEYS, come to; nothing unless keys are rotated.
std::string rotation_text(const Json& status) {
    const auto keys = status.is_object() ? status.find("keys") : status.end();
    if (keys == status.end() || !keys->is_object() || !keys->contains("stage") ||
        (*keys)["stage"] == 0)
        return "";
    return fmt::format("keys: stage {} of 3, waits for {}\n", cell(*keys, "stage"),
                       cell(*keys, "waits_for"));
}

std::string differences_text(const Json& status) {
    std::string text;
    for (const Json& node : list_of(status, "nodes")) {
        const Json& differs = list_of(node, "differs");
        if (differs.empty())
            continue;
        Rows rows{{"SETTING", "HERE", "THERE"}};
        for (const Json& one : differs)
            rows.push_back({cell(one, "setting"), cell(one, "here"), cell(one, "there")});
        text += fmt::format("\n{} differs, so neither acks the other:\n{}", cell(node, "name"),
                            format_table(rows));
    }
    return text;
}

}  // namespace

std::string status_text(const Json& status) {
    const auto quorate = status.is_object() ? status.find("quorate") : status.end();
    const bool serves = quorate != status.end() && quorate->is_boolean() && quorate->get<bool>();
    std::string text =
        fmt::format("cluster {}, this is node {}: {}, epoch {}, mode {}\n", cell(status, "cluster"),
                    cell(status, "node"), serves ? "quorate" : "not quorate", cell(status, "epoch"),
                    cell(status, "mode"));
    if (status.is_object() && status.contains("assumption"))
        text += fmt::format("quorum {}\n", cell(status, "assumption"));
    for (const Json& warning : list_of(status, "warnings"))
        text += fmt::format("warning: {}\n", cell(warning));
    text += rotation_text(status);
    if (const Rows nodes = node_rows(status); nodes.size() > 1)
        text += "\n" + format_table(nodes);
    text += differences_text(status);
    if (const Rows links = link_rows(status); links.size() > 1)
        text += "\n" + format_table(links);
    if (const Rows lines = line_rows(status); lines.size() > 1)
        text += "\n" + format_table(lines);
    return text + address_text(status);
}

}  // namespace cohort::ctl
