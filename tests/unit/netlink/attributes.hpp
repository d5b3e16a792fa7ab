// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a message says, read by libnl's own parser and policy rather than by
// the code under test.
#pragma once

#include "ctl/netlink/message.hpp"

#include <gtest/gtest.h>
#include <linux/cohort.h>
#include <netlink/genl/genl.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace cohort::netlink {

class Read {
public:
    explicit Read(const Message& message) {
        EXPECT_FALSE(message.overflown());
        auto* header = const_cast<nlmsghdr*>(message.raw());
        EXPECT_EQ(genlmsg_parse(header, 0, table_.data(), COHORT_A_MAX, nullptr), 0);
        command_ = genlmsg_hdr(header)->cmd;
        version_ = genlmsg_hdr(header)->version;
    }

    int command() const { return command_; }
    int version() const { return version_; }
    bool has(int attribute) const { return at(attribute) != nullptr; }
    std::uint32_t u32(int attribute) const { return nla_get_u32(at(attribute)); }
    std::uint64_t u64(int attribute) const { return nla_get_u64(at(attribute)); }
    std::string text(int attribute) const { return nla_get_string(at(attribute)); }
    std::vector<std::uint8_t> bytes(int attribute) const {
        const auto* data = static_cast<const std::uint8_t*>(nla_data(at(attribute)));
        return {data, data + nla_len(at(attribute))};
    }
    int count() const {
        int present = 0;
        for (const nlattr* attribute : table_)
            present += attribute != nullptr;
        return present;
    }
    nlattr* at(int attribute) const { return table_[static_cast<std::size_t>(attribute)]; }

private:
    std::array<nlattr*, COHORT_A_MAX + 1> table_{};
    int command_ = 0;
    int version_ = 0;
};

}  // namespace cohort::netlink
