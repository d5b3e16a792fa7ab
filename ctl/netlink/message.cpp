// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/message.hpp"

#include "ctl/base/keyfile.hpp"

#include <cstring>
#include <new>

namespace cohort::netlink {

/// Requests may carry keys: nothing of one is left behind in the heap.
void Message::Free::operator()(nl_msg* message) const {
    nlmsghdr* header = nlmsg_hdr(message);
    wipe({reinterpret_cast<std::uint8_t*>(header), header->nlmsg_len});
    nlmsg_free(message);
}

Message::Message(std::uint16_t type, int flags, std::size_t size)
    : message_(nlmsg_alloc_size(size)) {
    if (!message_ || !nlmsg_put(message_.get(), NL_AUTO_PORT, NL_AUTO_SEQ, type, 0, flags))
        throw std::bad_alloc();
}

void* Message::reserve(std::size_t size) {
    void* memory = nlmsg_reserve(message_.get(), size, NLMSG_ALIGNTO);
    if (!memory)
        throw std::bad_alloc();
    std::memset(memory, 0, size);
    return memory;
}

nlattr* Message::begin_nest(int attribute) {
    nlattr* nest = nla_nest_start(message_.get(), attribute);
    overflown_ = overflown_ || !nest;
    return nest;
}

void Message::put_u8(int attribute, std::uint8_t value) {
    note(nla_put_u8(message_.get(), attribute, value));
}

void Message::put_u32(int attribute, std::uint32_t value) {
    note(nla_put_u32(message_.get(), attribute, value));
}

void Message::put_u64(int attribute, std::uint64_t value) {
    note(nla_put_u64(message_.get(), attribute, value));
}

void Message::put_string(int attribute, const std::string& value) {
    note(nla_put_string(message_.get(), attribute, value.c_str()));
}

void Message::put_bytes(int attribute, std::span<const std::uint8_t> value) {
    note(nla_put(message_.get(), attribute, static_cast<int>(value.size()), value.data()));
}

}  // namespace cohort::netlink
