// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/wire/codec.hpp"

#include "ctl/cohortd/wire/bytes.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace cohort::wire {
namespace {

using Mac = std::array<std::byte, kMacBytes>;

const unsigned char* octets(std::span<const std::byte> bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Mac mac_of(std::span<const std::byte> bytes, const FrameKey& key) {
    Mac mac;
    crypto_generichash(reinterpret_cast<unsigned char*>(mac.data()), mac.size(), octets(bytes),
                       bytes.size(), key.bytes().data(), key.bytes().size());
    return mac;
}

}  // namespace

std::uint32_t cluster_id(std::string_view name) {
    std::array<std::byte, crypto_generichash_BYTES_MIN> hash;
    crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                       reinterpret_cast<const unsigned char*>(name.data()), name.size(), nullptr,
                       0);
    return ByteReader(hash).get<std::uint32_t>();
}

Codec::Codec(std::uint32_t cluster, std::vector<NumberedKey> keys)
    : cluster_(cluster), keys_(std::move(keys)) {
    const auto sender = std::ranges::find(keys_, true, &NumberedKey::sends);
    if (std::ranges::count(keys_, true, &NumberedKey::sends) != 1)
        throw std::logic_error("one key sends, no more and no less");
    sender_ = static_cast<std::size_t>(sender - keys_.begin());
}

Frame Codec::seal(const core::Message& message, const std::optional<Echo>& echo) const {
    const NumberedKey& key = keys_[sender_];
    Frame frame = encode(message, {key.id, cluster_, echo});
    const Mac mac = mac_of(frame.view(), key.secret);
    ByteWriter(frame.buffer().subspan(frame.size(), kMacBytes)).put_bytes(mac);
    frame.resize(frame.size() + kMacBytes);
    return frame;
}

boost::system::result<Decoded, Drop> Codec::open(std::span<const std::byte> frame) const {
    if (frame.size() < kMinFrame)
        return Drop::too_short;
    if (frame.size() > kMaxFrame)
        return Drop::too_long;
    ByteReader in(frame);
    if (in.get<std::uint8_t>() != kMagic)
        return Drop::not_cohort;
    if (in.get<std::uint8_t>() != kVersion)
        return Drop::version;
    in.skip(1);
    const auto key_id = in.get<std::uint8_t>();
    if (in.get<std::uint32_t>() != cluster_)
        return Drop::other_cluster;
    const auto key = std::ranges::find(keys_, key_id, &NumberedKey::id);
    if (key == keys_.end())
        return Drop::unknown_key;
    const auto authentic = frame.first(frame.size() - kMacBytes);
    const Mac mac = mac_of(authentic, key->secret);
    if (sodium_memcmp(mac.data(), frame.last(kMacBytes).data(), kMacBytes) != 0)
        return Drop::bad_mac;
    return decode(authentic);
}

}  // namespace cohort::wire
