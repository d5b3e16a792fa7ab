// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/extack.hpp"

#include "ctl/netlink/codec.hpp"

#include <gtest/gtest.h>
#include <linux/cohort.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace cohort::netlink {
namespace {

struct Words {
    const char* text = nullptr;
    std::optional<std::uint32_t> offset{};
    std::optional<std::uint32_t> missing{};
    bool policy = false;
};

void put_words(Message& message, const Words& words) {
    if (words.text)
        message.put_string(NLMSGERR_ATTR_MSG, words.text);
    if (words.offset)
        message.put_u32(NLMSGERR_ATTR_OFFS, *words.offset);
    if (words.missing)
        message.put_u32(NLMSGERR_ATTR_MISS_TYPE, *words.missing);
    if (words.policy)
        message.put_nest(NLMSGERR_ATTR_POLICY, [&] { message.put_u32(1, 1); });
}

/// An NLMSG_ERROR as the kernel sends it: capped, or with the whole request.
Message error_answer(int code, const Message& request, const Words& words, bool capped = true) {
    Message message(NLMSG_ERROR, NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0));
    auto* error = message.header<nlmsgerr>();
    error->error = -code;
    error->msg = *request.raw();
    if (!capped) {
        const int rest = nlmsg_datalen(request.raw());
        void* copy = nlmsg_reserve(message.get(), static_cast<std::size_t>(rest), NLMSG_ALIGNTO);
        std::memcpy(copy, nlmsg_data(request.raw()), static_cast<std::size_t>(rest));
    }
    put_words(message, words);
    return message;
}

Message request() {
    Message message = encode_name(0x21, COHORT_CMD_CLUSTER_SET, "web");
    message.put_u32(COHORT_A_LEASE_MS, 99);
    return message;
}

/// Of the lease in request(): behind two headers and the padded name.
constexpr std::uint32_t kLeaseOffset = NLMSG_HDRLEN + GENL_HDRLEN + 8;

std::string told(int code, const Words& words, bool capped = true) {
    const Message asked = request();
    const Message answer = error_answer(code, asked, words, capped);
    const Error error = refusal(answer.raw(), asked.raw(), attribute_name);
    EXPECT_EQ(error.code, code);
    EXPECT_EQ(error.kind, ErrorKind::refused);
    return error.message;
}

TEST(Extack, TellsTheKernelsWordsVerbatim) {
    EXPECT_EQ(told(EINVAL, {.text = "there is no cluster web"}), "there is no cluster web");
    EXPECT_EQ(told(EINVAL, {.text = "own words", .offset = kLeaseOffset}), "own words");
}

TEST(Extack, FindsTheWordsBehindACopyOfTheRequest) {
    EXPECT_EQ(told(EINVAL, {.text = "own words"}, false), "own words");
}

TEST(Extack, NamesTheAttributeThatAGenericCheckRefused) {
    EXPECT_EQ(
        told(ERANGE, {.text = "integer out of range", .offset = kLeaseOffset, .policy = true}),
        "integer out of range (attribute 'lease-ms')");
}

TEST(Extack, NamesTheAttributeThatIsMissing) {
    EXPECT_EQ(told(EINVAL, {.missing = COHORT_A_EPOCH}),
              "Invalid argument (missing attribute 'epoch')");
}

TEST(Extack, FallsBackOnTheSystemsWord) {
    EXPECT_EQ(told(EBUSY, {}), "Device or resource busy");
    EXPECT_EQ(told(EPERM, {}),
              "Operation not permitted: this needs CAP_NET_ADMIN in the network namespace");
    EXPECT_EQ(told(EPERM, {.text = "claimed"}), "claimed");
}

TEST(Extack, AnOffsetOutsideTheRequestNamesNothing) {
    for (const std::uint32_t offset : {0U, 16U, 5000U, 0xffffffffU})
        EXPECT_EQ(told(EINVAL, {.text = "words", .offset = offset, .policy = true}), "words");
}

TEST(Extack, ReadsTheEndOfADump) {
    Message message(NLMSG_DONE, NLM_F_MULTI | NLM_F_ACK_TLVS);
    *message.header<int>() = -EINVAL;
    put_words(message, {.text = "a dump is of all clusters"});
    const Message asked = request();
    EXPECT_EQ(error_code(message.raw()), EINVAL);
    EXPECT_EQ(refusal(message.raw(), asked.raw(), attribute_name).message,
              "a dump is of all clusters");
}

TEST(Extack, OtherProtocolsHaveNoNames) {
    const Message asked = request();
    const Message answer = error_answer(EINVAL, asked, {.text = "words", .offset = kLeaseOffset});
    EXPECT_EQ(refusal(answer.raw(), asked.raw(), nullptr).message, "words");
}

}  // namespace
}  // namespace cohort::netlink
