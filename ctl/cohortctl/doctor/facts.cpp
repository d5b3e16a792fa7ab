// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/doctor/facts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cohort::ctl {

const netlink::Device* device_of(const Facts& facts) {
    const auto found =
        std::ranges::find(facts.devices, facts.cluster.ifindex, &netlink::Device::index);
    return facts.cluster.ifindex == 0 || found == facts.devices.end() ? nullptr : &*found;
}

bool has_family(const Facts& facts, Family family) {
    return std::ranges::any_of(facts.cluster.vips,
                               [&](const Vip& vip) { return vip.address.family == family; });
}

long setting(const Facts& facts, std::string_view family, std::string_view device,
             std::string_view name) {
    const auto found = facts.settings.find(fmt::format("{}.{}.{}", family, device, name));
    return found == facts.settings.end() ? 0 : found->second;
}

long effective(const Facts& facts, std::string_view family, std::string_view device,
               std::string_view name) {
    return std::max(setting(facts, family, "all", name), setting(facts, family, device, name));
}

}  // namespace cohort::ctl
