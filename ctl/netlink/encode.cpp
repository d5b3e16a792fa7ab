// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/codec.hpp"

#include "cohort/limits.h"

#include <linux/cohort.h>
#include <netlink/genl/genl.h>

namespace cohort::netlink {
namespace {

Message begin(std::uint16_t family, std::uint8_t command, int flags = 0,
              std::size_t size = Message::kSmall) {
    Message message(family, flags, size);
    auto* header = message.header<genlmsghdr>();
    header->cmd = command;
    header->version = COHORT_GENL_VERSION;
    return message;
}

}  // namespace

Message encode_dump(std::uint16_t family, std::uint8_t command) {
    return begin(family, command, NLM_F_DUMP);
}

Message encode_name(std::uint16_t family, std::uint8_t command, const std::string& name) {
    Message message = begin(family, command);
    message.put_string(COHORT_A_NAME, name);
    return message;
}

Message encode_cluster(std::uint16_t family, std::uint8_t command, const ClusterSpec& spec) {
    const auto number = [](auto value) { return static_cast<std::uint32_t>(value); };
    Message message = encode_name(family, command, spec.name);
    if (spec.dev)
        message.put_string(COHORT_A_IFNAME, *spec.dev);
    for (const Vip& vip : spec.vips) {
        message.put_nest(COHORT_A_VIP, [&] {
            message.put_bytes(COHORT_A_VIP_ADDRESS, vip.address.span());
            message.put_u32(COHORT_A_VIP_PREFIX_LEN, vip.prefix_len);
        });
    }
    if (spec.mode)
        message.put_u32(COHORT_A_HASH_MODE, number(*spec.mode));
    if (spec.function)
        message.put_u32(COHORT_A_HASH_FUNCTION, number(*spec.function));
    if (spec.key)
        message.put_bytes(COHORT_A_HASH_KEY, spec.key->bytes());
    if (spec.seed)
        message.put_u32(COHORT_A_HASH_SEED, *spec.seed);
    if (spec.buckets)
        message.put_u32(COHORT_A_BUCKETS, *spec.buckets);
    if (spec.l2)
        message.put_u32(COHORT_A_L2_MODE, number(*spec.l2));
    if (spec.mac)
        message.put_bytes(COHORT_A_MAC, *spec.mac);
    if (spec.lease)
        message.put_u32(COHORT_A_LEASE_MS, number(spec.lease->count()));
    if (spec.generation)
        message.put_u32(COHORT_A_GENERATION, *spec.generation);
    return message;
}

Message encode_bucket_update(std::uint16_t family, const BucketUpdate& update) {
    const std::vector<std::uint8_t> packed = pack_states(update.states);
    Message message = begin(family, COHORT_CMD_BUCKET_SET, 0, Message::kSmall + packed.size());
    message.put_string(COHORT_A_NAME, update.name);
    message.put_u64(COHORT_A_EPOCH, update.epoch);
    if (update.generation)
        message.put_u32(COHORT_A_GENERATION, *update.generation);
    message.put_bytes(COHORT_A_STATES, packed);
    if (update.deadline)
        message.put_u64(COHORT_A_DEADLINE, static_cast<std::uint64_t>(update.deadline->count()));
    return message;
}

Message encode_bucket_change(std::uint16_t family, const BucketChange& change) {
    const std::vector<std::uint8_t> mask = pack_mask(change.buckets, change.count);
    Message message = begin(family, COHORT_CMD_BUCKET_CHANGE, 0, Message::kSmall + mask.size());
    message.put_string(COHORT_A_NAME, change.name);
    if (change.generation)
        message.put_u32(COHORT_A_GENERATION, *change.generation);
    message.put_u32(COHORT_A_STATE, static_cast<std::uint32_t>(change.state));
    message.put_bytes(COHORT_A_MASK, mask);
    return message;
}

Message encode_renewal(std::uint16_t family, const LeaseRenewal& renewal) {
    Message message = encode_name(family, COHORT_CMD_LEASE_RENEW, renewal.name);
    if (renewal.epoch)
        message.put_u64(COHORT_A_EPOCH, *renewal.epoch);
    if (renewal.generation)
        message.put_u32(COHORT_A_GENERATION, *renewal.generation);
    if (renewal.deadline)
        message.put_u64(COHORT_A_DEADLINE, static_cast<std::uint64_t>(renewal.deadline->count()));
    return message;
}

std::vector<std::uint8_t> pack_states(std::span<const BucketState> states) {
    const auto count = static_cast<std::uint32_t>(states.size());
    std::vector<std::uint8_t> bytes(cohort_states_len(count));
    for (std::uint32_t bucket = 0; bucket < count; ++bucket)
        cohort_states_put(bytes.data(), bucket, static_cast<unsigned>(states[bucket]));
    return bytes;
}

std::vector<std::uint8_t> pack_mask(const BucketList& list, std::uint32_t count) {
    std::vector<std::uint8_t> bytes(cohort_mask_len(count));
    for (const auto& [first, last] : list) {
        for (std::uint32_t bucket = first; bucket <= last; ++bucket)
            bytes[bucket / 8] = static_cast<std::uint8_t>(bytes[bucket / 8] | 1U << (bucket % 8));
    }
    return bytes;
}

}  // namespace cohort::netlink
