// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/duration.hpp"
#include "ctl/cohortd/config/config.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

namespace cohort::config {
namespace {

constexpr std::size_t kLongestValue = 96;
constexpr std::size_t kShownOfLonger = 32;
/// With more addresses than these, each is one setting.
constexpr std::size_t kMostInFull = 128;

/// Something that tells long values apart, and fits.
std::string brief(const std::string& value) {
    if (value.size() <= kLongestValue)
        return value;
    std::array<unsigned char, crypto_generichash_BYTES_MIN> hash;
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(value.data()), value.size(), nullptr,
                       0);
    return fmt::format("{}... ({:02x})", value.substr(0, kShownOfLonger), fmt::join(hash, ""));
}

std::string vips_of(const Address& address) {
    std::string text;
    for (const Vip& vip : address.vips)
        text += (text.empty() ? "" : " ") + format_vip(vip);
    return text;
}

std::vector<core::Setting> settings_of(const Address& address) {
    const std::string title = fmt::format("[[address]] {}: ", address.name);
    return {{title + "vip", vips_of(address)},
            {title + "hash", std::string(to_string(address.hash))},
            {title + "function", std::string(to_string(address.function))},
            {title + "seed", std::to_string(address.seed)},
            {title + "buckets", std::to_string(address.buckets)},
            {title + "l2", std::string(to_string(address.l2))},
            {title + "mac", address.mac ? format_mac(*address.mac) : "auto"}};
}

core::Setting in_one(const Address& address) {
    std::string all;
    for (const core::Setting& setting : settings_of(address))
        all += setting.value + ", ";
    return {fmt::format("[[address]] {}", address.name), brief(all)};
}

}  // namespace

// What config_digest() covers, all of it and nothing else.
std::vector<core::Setting> settings(const Config& config) {
    std::vector<core::Setting> all{
        {"[cluster] name", config.cluster},
        {"[timing] heartbeat", format_duration(config.heartbeat)},
        {"[timing] lease", format_duration(config.lease)},
        {"[quorum] mode", std::string(to_string(config.mode))},
    };
    std::string nodes;
    std::string witnesses;
    for (const Node& node : config.nodes) {
        const std::string id = std::to_string(node.id);
        nodes += (nodes.empty() ? "" : " ") + id;
        if (node.witness)
            witnesses += (witnesses.empty() ? "" : " ") + id;
    }
    all.push_back({"[[node]] id", brief(nodes)});
    all.push_back({"[[node]] witness", witnesses.empty() ? "none" : brief(witnesses)});
    all.push_back({"[quorum] preferred",
                   config.preferred == core::kNobody ? "none" : std::to_string(config.preferred)});
    std::string order;
    for (const Address& address : config.addresses) {
        order += (order.empty() ? "" : " ") + address.name;
        if (config.addresses.size() > kMostInFull) {
            all.push_back(in_one(address));
            continue;
        }
        for (core::Setting& setting : settings_of(address)) {
            setting.value = brief(setting.value);
            all.push_back(std::move(setting));
        }
    }
    all.push_back({"[[address]] order", brief(order)});
    return all;
}

}  // namespace cohort::config
