// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/config/sections.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cohort::config {
namespace {

/// Nothing if there is something wrong with it.
std::optional<NumberedKey> read_key(Problems& problems, const toml::table& table,
                                    const ClusterKey& cluster) {
    Reader section(problems, "[[key]]", &table, {"id", "file", "use"});
    NumberedKey key;
    section.require("id", "2");
    key.id = static_cast<std::uint8_t>(section.number("id", 1, 255).value_or(0));
    section.require("use", "\"accept\"");
    const std::string use = section.text("use").value_or("accept");
    if (use != "accept" && use != "send")
        section.fail("use", fmt::format("'{}' is not accept or send; one that sends is accepted, "
                                        "too",
                                        use));
    key.sends = use == "send";
    section.require("file", "\"/etc/cohort/key.2\"");
    const auto file = section.text("file");
    if (!file)
        return std::nullopt;
    if (!file->starts_with('/')) {
        section.fail("file",
                     fmt::format("'{}' is not an absolute path, such as /etc/cohort/key.2", *file));
        return std::nullopt;
    }
    const auto content = ClusterKey::read(*file);
    if (!content) {
        section.fail("file", content.error().message);
        return std::nullopt;
    }
    key.secret = content->frame_key(cluster);
    return key;
}

void check_distinct(Problems& problems, const std::vector<NumberedKey>& earlier,
                    const NumberedKey& key, std::uint32_t line) {
    for (const NumberedKey& other : earlier) {
        if (other.id == key.id)
            problems.add(line, fmt::format("[[key]] id: {} is taken; ids must differ", key.id));
        else if (check_of(other.secret) == check_of(key.secret))
            problems.add(line, fmt::format("[[key]] file: key {} has the same content as key {}; "
                                           "a new key is made by 'head -c 32 /dev/urandom | "
                                           "base64'",
                                           key.id, other.id));
    }
}

}  // namespace

std::vector<NumberedKey> read_keys(Problems& problems, const toml::table& root,
                                   const ClusterKey& cluster) {
    const auto sections = tables(problems, root, "key");
    if (sections.empty())
        return {{kFirstKeyId, true, cluster.frame_key()}};
    std::vector<NumberedKey> keys;
    for (const toml::table* table : sections) {
        const auto key = read_key(problems, *table, cluster);
        if (!key)
            return {};
        check_distinct(problems, keys, *key, table->source().begin.line);
        keys.push_back(*key);
    }
    const std::uint32_t line = sections.front()->source().begin.line;
    if (keys.size() > core::kMaxKeys)
        problems.add(line, fmt::format("there are {} [[key]] sections, but at most {} are "
                                       "accepted at a time; remove those that no node sends with",
                                       keys.size(), core::kMaxKeys));
    const auto senders = std::ranges::count(keys, true, &NumberedKey::sends);
    if (senders != 1)
        problems.add(line, fmt::format("{} of the [[key]] sections have use = \"send\"; exactly "
                                       "one must",
                                       senders));
    std::ranges::sort(keys, {}, &NumberedKey::id);
    return keys;
}

std::vector<core::KeyUse> key_uses(const Config& config) {
    std::vector<core::KeyUse> uses;
    for (const NumberedKey& key : config.keys)
        uses.push_back({key.id, key.sends, check_of(key.secret)});
    return uses;
}

}  // namespace cohort::config
