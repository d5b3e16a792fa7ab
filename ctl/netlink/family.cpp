// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/family.hpp"

#include <linux/cohort.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace cohort::netlink {
namespace {

std::uint32_t find_group(nlattr* groups, std::string_view name) {
    nlattr* group = nullptr;
    int rest = 0;
    nla_for_each_nested(group, groups, rest) {
        std::array<nlattr*, CTRL_ATTR_MCAST_GRP_MAX + 1> fields{};
        if (nla_parse_nested(fields.data(), CTRL_ATTR_MCAST_GRP_MAX, group, nullptr) < 0)
            continue;
        nlattr* its_name = fields[CTRL_ATTR_MCAST_GRP_NAME];
        nlattr* its_id = fields[CTRL_ATTR_MCAST_GRP_ID];
        if (its_name && its_id && nla_get_string(its_name) == name)
            return nla_get_u32(its_id);
    }
    return 0;
}

Family decode_family(const nlmsghdr* message) {
    std::array<nlattr*, CTRL_ATTR_MAX + 1> fields{};
    Family family;
    if (genlmsg_parse(const_cast<nlmsghdr*>(message), 0, fields.data(), CTRL_ATTR_MAX, nullptr) < 0)
        return family;
    if (fields[CTRL_ATTR_FAMILY_ID])
        family.id = nla_get_u16(fields[CTRL_ATTR_FAMILY_ID]);
    if (fields[CTRL_ATTR_MCAST_GROUPS])
        family.events = find_group(fields[CTRL_ATTR_MCAST_GROUPS], COHORT_MCGRP_EVENTS);
    return family;
}

}  // namespace

Result<Family> find_family(Socket& socket) {
    Message request(GENL_ID_CTRL, 0);
    auto* header = request.header<genlmsghdr>();
    header->cmd = CTRL_CMD_GETFAMILY;
    header->version = 1;
    request.put_string(CTRL_ATTR_FAMILY_NAME, COHORT_GENL_NAME);

    Family family;
    const auto done = socket.exchange(request, [&](const nlmsghdr* message) -> Result<void> {
        family = decode_family(message);
        return {};
    });
    if (!done && done.error().code != ENOENT)
        return Error{ErrorKind::unreachable, done.error().message, done.error().code};
    if (!done || family.id == 0)
        return Error{ErrorKind::unreachable,
                     "the cohort module is not loaded, and the kernel could not load it: "
                     "run 'modprobe cohort', or install it for this kernel ('make dkms-install' or "
                     "the package cohort-dkms)",
                     ENOENT};
    return family;
}

}  // namespace cohort::netlink
