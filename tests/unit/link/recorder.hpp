// SPDX-License-Identifier: GPL-2.0-or-later
//
// Stands where a Link would, so that a port can be tested alone.
#pragma once

#include "ctl/cohortd/link/port.hpp"
#include "ctl/cohortd/wire/codec.hpp"
#include "ctl/cohortd/wire/packet.hpp"

#include <string>
#include <vector>

namespace cohort::link::test {

inline wire::Codec codec(std::uint8_t key = 7, std::uint32_t cluster = 1) {
    std::array<std::uint8_t, 32> bytes;
    bytes.fill(key);
    return {cluster, {{kFirstKeyId, true, FrameKey(bytes)}}};
}

class Recorder : public PortUser {
public:
    std::vector<core::Message> messages;
    std::vector<unsigned> hops;                 ///< of each message
    std::vector<std::optional<Endpoint>> from;  ///< whence each came
    std::vector<core::NodeId> echoed;           ///< whom each had an echo for
    std::vector<wire::Drop> drops;
    std::vector<std::string> troubles;
    int opened = 0;
    int lost = 0;

    std::vector<std::uint64_t> seqs() const {
        std::vector<std::uint64_t> all;
        for (const core::Message& message : messages)
            all.push_back(header_of(message).seq);
        return all;
    }

    void on_packet(std::span<const std::byte> packet,
                   const std::optional<Endpoint>& source) override {
        const auto [frame, passed] = wire::unwrap(packet);
        auto message = codec_.open(frame);
        if (message) {
            messages.push_back(std::move(message->message));
            hops.push_back(passed);
            from.push_back(source);
            echoed.push_back(message->echo ? message->echo->to : core::kNobody);
        } else {
            drops.push_back(message.error());
        }
    }
    void on_drop(wire::Drop reason) override { drops.push_back(reason); }
    wire::Frame seal(const Outgoing& outgoing) override {
        return outgoing.is_own() ? codec_.seal(outgoing.message, std::nullopt) : *outgoing.packet;
    }
    void on_open() override { ++opened; }
    void on_lost(std::string_view) override { ++lost; }
    void on_trouble(std::string_view what) override { troubles.emplace_back(what); }

private:
    wire::Codec codec_ = codec();
};

}  // namespace cohort::link::test
