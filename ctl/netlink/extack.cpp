// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/extack.hpp"

#include <fmt/format.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>

namespace cohort::netlink {
namespace {

struct Extack {
    std::string words;
    std::optional<std::uint32_t> bad_offset;  ///< of the bad attribute, from the request's start
    std::optional<std::uint32_t> missing;     ///< type of an attribute that is required
    bool by_policy = false;  ///< refused by a generic check, whose words name nothing
};

/// Bytes in front of the answer's attributes: the errno, and in an NLMSG_ERROR
/// a copy of the request's header, with its payload unless that was capped.
std::size_t fixed_size(const nlmsghdr* answer) {
    if (answer->nlmsg_type == NLMSG_DONE)
        return sizeof(int);
    const auto* error = static_cast<const nlmsgerr*>(nlmsg_data(answer));
    const bool capped = (answer->nlmsg_flags & NLM_F_CAPPED) != 0;
    return sizeof(nlmsgerr) + (capped ? 0 : error->msg.nlmsg_len - sizeof(nlmsghdr));
}

Extack parse(const nlmsghdr* answer) {
    Extack extack;
    const std::size_t fixed = NLMSG_ALIGN(fixed_size(answer));
    const auto size = static_cast<std::size_t>(nlmsg_datalen(answer));
    if ((answer->nlmsg_flags & NLM_F_ACK_TLVS) == 0 || fixed >= size)
        return extack;

    nlattr* first = reinterpret_cast<nlattr*>(static_cast<char*>(nlmsg_data(answer)) + fixed);
    nlattr* attribute = nullptr;
    int rest = 0;
    nla_for_each_attr(attribute, first, static_cast<int>(size - fixed), rest) {
        const auto length = static_cast<std::size_t>(nla_len(attribute));
        switch (nla_type(attribute)) {
            case NLMSGERR_ATTR_MSG: {
                const auto* text = static_cast<const char*>(nla_data(attribute));
                extack.words.assign(text, strnlen(text, length));
                break;
            }
            case NLMSGERR_ATTR_OFFS:
                if (length >= sizeof(std::uint32_t))
                    extack.bad_offset = nla_get_u32(attribute);
                break;
            case NLMSGERR_ATTR_MISS_TYPE:
                if (length >= sizeof(std::uint32_t))
                    extack.missing = nla_get_u32(attribute);
                break;
            case NLMSGERR_ATTR_POLICY:
                extack.by_policy = true;
                break;
            default:
                break;
        }
    }
    return extack;
}

/// The top-level attribute of a generic netlink request in which `offset`
/// lies; -1 if none.
int attribute_at(const nlmsghdr* request, std::uint32_t offset) {
    nlattr* first =
        reinterpret_cast<nlattr*>(static_cast<char*>(nlmsg_data(request)) + GENL_HDRLEN);
    const int length = nlmsg_datalen(request) - static_cast<int>(GENL_HDRLEN);
    nlattr* attribute = nullptr;
    int rest = 0;
    nla_for_each_attr(attribute, first, length, rest) {
        const auto start = static_cast<std::uint32_t>(reinterpret_cast<const char*>(attribute) -
                                                      reinterpret_cast<const char*>(request));
        if (offset >= start && offset < start + attribute->nla_len)
            return nla_type(attribute);
    }
    return -1;
}

std::string words_of_errno(int code) {
    std::string reason = std::generic_category().message(code);
    if (code == EPERM)
        reason += ": this needs CAP_NET_ADMIN in the network namespace";
    return reason;
}

}  // namespace

int error_code(const nlmsghdr* answer) {
    int code = 0;
    if (nlmsg_datalen(answer) >= static_cast<int>(sizeof(code)))
        std::memcpy(&code, nlmsg_data(answer), sizeof(code));
    return -code;
}

Error refusal(const nlmsghdr* answer, const nlmsghdr* request, AttributeNames names) {
    const int code = error_code(answer);
    const Extack extack = parse(answer);

    std::string text = extack.words.empty() ? words_of_errno(code) : extack.words;
    std::string_view name;
    if (!names)
        name = {};
    else if (extack.missing)
        name = names(static_cast<int>(*extack.missing));
    else if (extack.bad_offset && (extack.by_policy || extack.words.empty()))
        name = names(attribute_at(request, *extack.bad_offset));
    if (!name.empty())
        text += fmt::format(" ({}attribute '{}')", extack.missing ? "missing " : "", name);
    return {ErrorKind::refused, std::move(text), code};
}

}  // namespace cohort::netlink
