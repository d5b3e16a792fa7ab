// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/vip_addresses.hpp"

#include <algorithm>

namespace cohort::ctl {

Result<void> place_addresses(netlink::AddressClient& client, const Placement& to) {
    std::vector<Vip> added;
    for (const Vip& vip : to.vips) {
        const auto fresh = client.add(to.dev, vip);
        if (!fresh) {
            for (const Vip& undo : added)
                (void)client.remove(to.dev, undo);  // the first error is the one to tell
            return fresh.error();
        }
        if (*fresh)
            added.push_back(vip);
    }
    return {};
}

Result<std::vector<Vip>> remove_addresses(netlink::AddressClient& client, const Placement& from) {
    std::vector<Vip> gone;
    for (const Vip& vip : from.vips) {
        const auto removed = client.remove(from.dev, vip);
        if (!removed) {
            (void)place_addresses(client, {from.dev, gone});  // the first error is the one to tell
            return removed.error();
        }
        if (*removed)
            gone.push_back(vip);
    }
    return gone;
}

Result<void> move_addresses(netlink::AddressClient& client, const Placement& from,
                            const Placement& to) {
    if (auto placed = place_addresses(client, to); !placed)
        return placed;
    Placement left{from.dev, {}};
    for (const Vip& vip : from.vips) {
        const bool kept = from.dev == to.dev && std::ranges::find(to.vips, vip) != to.vips.end();
        if (!kept)
            left.vips.push_back(vip);
    }
    if (const auto removed = remove_addresses(client, left); !removed)
        return removed.error();
    return {};
}

}  // namespace cohort::ctl
