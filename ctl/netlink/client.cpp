// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/netlink/client.hpp"

#include "ctl/netlink/codec.hpp"
#include "ctl/netlink/family.hpp"
#include "ctl/netlink/socket.hpp"

#include <linux/cohort.h>

#include <optional>
#include <utility>

namespace cohort::netlink {
namespace {

template <class T>
using Decoder = Result<T> (*)(const nlmsghdr*);

/// An exchange that the kernel answers with one value.
template <class T>
Result<T> ask(Socket& socket, Message request, Decoder<T> decode) {
    std::optional<T> answer;
    const auto done = socket.exchange(request, [&](const nlmsghdr* message) -> Result<void> {
        auto decoded = decode(message);
        if (!decoded)
            return decoded.error();
        answer = std::move(*decoded);
        return {};
    });
    if (!done)
        return done.error();
    if (!answer)
        return Error{ErrorKind::refused, "the kernel acknowledged the request but gave no answer",
                     0};
    return std::move(*answer);
}

template <class T>
Result<std::vector<T>> ask_all(Socket& socket, std::uint16_t family, std::uint8_t command,
                               Decoder<T> decode) {
    std::vector<T> all;
    const auto collect = [&](const nlmsghdr* message) -> Result<void> {
        auto decoded = decode(message);
        if (!decoded)
            return decoded.error();
        all.push_back(std::move(*decoded));
        return {};
    };
    const auto done =
        socket.dump([&] { return encode_dump(family, command); }, collect, [&] { all.clear(); });
    if (!done)
        return done.error();
    return all;
}

/// A socket that speaks to the family, with the family's numbers.
Result<std::pair<std::unique_ptr<Socket>, Family>> connect(
    const std::optional<std::string>& netns) {
    auto socket = Socket::open(NETLINK_GENERIC, netns, attribute_name);
    if (!socket)
        return socket.error();
    const auto family = find_family(**socket);
    if (!family)
        return family.error();
    return std::pair(std::move(*socket), *family);
}

}  // namespace

Result<Client> Client::open(const std::optional<std::string>& netns) {
    auto connected = connect(netns);
    if (!connected)
        return connected.error();
    return Client(std::move(connected->first), connected->second.id);
}

Client::Client(std::unique_ptr<Socket> socket, std::uint16_t family)
    : socket_(std::move(socket)), family_(family) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<void> Client::cluster_add(const ClusterSpec& spec) {
    Message request = encode_cluster(family_, COHORT_CMD_CLUSTER_NEW, spec);
    return socket_->exchange(request);
}

Result<void> Client::cluster_set(const ClusterSpec& spec) {
    Message request = encode_cluster(family_, COHORT_CMD_CLUSTER_SET, spec);
    return socket_->exchange(request);
}

Result<void> Client::cluster_del(const std::string& name) {
    Message request = encode_name(family_, COHORT_CMD_CLUSTER_DEL, name);
    return socket_->exchange(request);
}

Result<Cluster> Client::cluster_get(const std::string& name) {
    return ask<Cluster>(*socket_, encode_name(family_, COHORT_CMD_CLUSTER_GET, name),
                        decode_cluster);
}

Result<std::vector<Cluster>> Client::cluster_list() {
    return ask_all<Cluster>(*socket_, family_, COHORT_CMD_CLUSTER_GET, decode_cluster);
}

Result<BucketStates> Client::bucket_get(const std::string& name) {
    return ask<BucketStates>(*socket_, encode_name(family_, COHORT_CMD_BUCKET_GET, name),
                             decode_states);
}

Result<void> Client::bucket_set(const BucketUpdate& update) {
    Message request = encode_bucket_update(family_, update);
    return socket_->exchange(request);
}

Result<void> Client::bucket_change(const BucketChange& change) {
    Message request = encode_bucket_change(family_, change);
    return socket_->exchange(request);
}

Result<void> Client::lease_renew(const LeaseRenewal& renewal) {
    Message request = encode_renewal(family_, renewal);
    return socket_->exchange(request);
}

Result<BucketStates> Client::control_claim(const std::string& name) {
    return ask<BucketStates>(*socket_, encode_name(family_, COHORT_CMD_CONTROL_CLAIM, name),
                             decode_states);
}

Result<Stats> Client::stats_get(const std::string& name) {
    return ask<Stats>(*socket_, encode_name(family_, COHORT_CMD_STATS_GET, name), decode_stats);
}

Result<std::vector<Stats>> Client::stats_list() {
    return ask_all<Stats>(*socket_, family_, COHORT_CMD_STATS_GET, decode_stats);
}

Result<EventStream> EventStream::open(const std::optional<std::string>& netns) {
    auto connected = connect(netns);
    if (!connected)
        return connected.error();
    auto& [socket, family] = *connected;
    if (const auto subscribed = socket->subscribe(family.events); !subscribed)
        return subscribed.error();
    return EventStream(std::move(socket), family.id);
}

EventStream::EventStream(std::unique_ptr<Socket> socket, std::uint16_t family)
    : socket_(std::move(socket)), family_(family) {}
EventStream::EventStream(EventStream&&) noexcept = default;
EventStream& EventStream::operator=(EventStream&&) noexcept = default;
EventStream::~EventStream() = default;

int EventStream::fd() const {
    return socket_->fd();
}

Result<EventBatch> EventStream::drain() {
    EventBatch batch;
    const auto lost = socket_->drain([&](const nlmsghdr* message) -> Result<void> {
        if (message->nlmsg_type != family_ || command_of(message) != COHORT_CMD_EVENT_NTF)
            return {};
        auto event = decode_event(message);
        if (!event)
            return event.error();
        batch.events.push_back(std::move(*event));
        return {};
    });
    if (!lost)
        return lost.error();
    batch.lost = *lost;
    return batch;
}

}  // namespace cohort::netlink
