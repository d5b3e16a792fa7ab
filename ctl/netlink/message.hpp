// SPDX-License-Identifier: GPL-2.0-or-later
//
// A netlink message under construction, on libnl's.
#pragma once

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace cohort::netlink {

/// What does not fit is remembered and makes Socket refuse the whole message,
/// so that building one needs no check at each step.
class Message {
public:
    static constexpr std::size_t kSmall = 4096;

    /// `size` bounds the message with its headers, in bytes.
    Message(std::uint16_t type, int flags, std::size_t size = kSmall);

    /// Appends a fixed header; zeroed, valid until the next append.
    template <class Header>
    Header* header() {
        return static_cast<Header*>(reserve(sizeof(Header)));
    }

    void put_u8(int attribute, std::uint8_t value);
    void put_u32(int attribute, std::uint32_t value);
    void put_u64(int attribute, std::uint64_t value);
    void put_string(int attribute, const std::string& value);
    void put_bytes(int attribute, std::span<const std::uint8_t> value);

    /// Calls `fill` between the start and the end of a nest.
    template <class Fill>
    void put_nest(int attribute, Fill fill) {
        nlattr* nest = begin_nest(attribute);
        if (!nest)
            return;
        fill();
        nla_nest_end(message_.get(), nest);
    }

    bool overflown() const { return overflown_; }
    nl_msg* get() const { return message_.get(); }
    const nlmsghdr* raw() const { return nlmsg_hdr(message_.get()); }

private:
    void* reserve(std::size_t size);
    nlattr* begin_nest(int attribute);
    void note(int error) { overflown_ = overflown_ || error < 0; }

    struct Free {
        void operator()(nl_msg* message) const;
    };
    std::unique_ptr<nl_msg, Free> message_;
    bool overflown_ = false;
};

}  // namespace cohort::netlink
