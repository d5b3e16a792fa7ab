// SPDX-License-Identifier: GPL-2.0-or-later
//
// The client of the genetlink family `cohort`.
//
// A request and its answer are one blocking exchange: the kernel answers
// within the system call, so an event loop may call these directly. A refusal
// comes back as ErrorKind::refused with the kernel's own words and its errno
// in Error::code (ESTALE, EPERM, ENOENT, EEXIST …); a kernel without the
// module as ErrorKind::unreachable. Objects may be moved, not shared between
// threads.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/netlink/types.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cohort::netlink {

class Socket;

class Client {
public:
    /// Opens a socket in the caller's network namespace, or in the one that
    /// `ip netns` knows as `netns` (needs CAP_SYS_ADMIN). Asking for the
    /// family makes the kernel load the module.
    static Result<Client> open(const std::optional<std::string>& netns = std::nullopt);

    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;
    ~Client();

    Result<void> cluster_add(const ClusterSpec& spec);
    Result<void> cluster_set(const ClusterSpec& spec);
    Result<void> cluster_del(const std::string& name);
    Result<Cluster> cluster_get(const std::string& name);
    Result<std::vector<Cluster>> cluster_list();

    Result<BucketStates> bucket_get(const std::string& name);
    Result<void> bucket_set(const BucketUpdate& update);
    Result<void> bucket_change(const BucketChange& change);
    Result<void> lease_renew(const LeaseRenewal& renewal);

    /// Becomes the controller: from now on mutations of buckets and lease
    /// must carry the generation that is returned.
    Result<BucketStates> control_claim(const std::string& name);

    Result<Stats> stats_get(const std::string& name);
    Result<std::vector<Stats>> stats_list();

private:
    Client(std::unique_ptr<Socket> socket, std::uint16_t family);
    std::unique_ptr<Socket> socket_;
    std::uint16_t family_;
};

/// What a non-blocking read of notifications found.
struct EventBatch {
    std::vector<Event> events;
    bool lost = false;  ///< the kernel dropped some: dump again
};

/// A subscription to the group `events`.
class EventStream {
public:
    /// Subscribed once this returns: no later event is missed.
    static Result<EventStream> open(const std::optional<std::string>& netns = std::nullopt);

    EventStream(EventStream&&) noexcept;
    EventStream& operator=(EventStream&&) noexcept;
    ~EventStream();

    /// Non-blocking, for poll() or asio::posix::stream_descriptor; stays the
    /// stream's own (release() the descriptor before it is destroyed).
    int fd() const;

    /// All that waits; an empty batch if nothing does.
    Result<EventBatch> drain();

private:
    EventStream(std::unique_ptr<Socket> socket, std::uint16_t family);
    std::unique_ptr<Socket> socket_;
    std::uint16_t family_;
};

}  // namespace cohort::netlink
