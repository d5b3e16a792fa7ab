// SPDX-License-Identifier: GPL-2.0-or-later
//
// A netlink socket: one request with all of its answers, or notifications.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/netlink/extack.hpp"
#include "ctl/netlink/message.hpp"

#include <netlink/netlink.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cohort::netlink {

class Socket {
public:
    /// Given every message that belongs to an exchange, each whole.
    using Handler = std::function<Result<void>(const nlmsghdr* message)>;

    /// `protocol` as NETLINK_GENERIC; in the namespace of that name, or the
    /// caller's. `names` serves the errors.
    static Result<std::unique_ptr<Socket>> open(int protocol,
                                                const std::optional<std::string>& netns,
                                                AttributeNames names);

    /// Sends a request and reads up to its acknowledgement. A refusal, or the
    /// handler's first error, is returned once all answers are read.
    Result<void> exchange(Message& request, const Handler& handler = {});

    /// The same for a dump, begun anew as long as the kernel marks it as
    /// interrupted by a change; `restart` forgets what the last round gave.
    Result<void> dump(const std::function<Message()>& request, const Handler& handler,
                      const std::function<void()>& restart);

    /// Joins a multicast group, and makes reads non-blocking.
    Result<void> subscribe(std::uint32_t group);

    /// Hands over all notifications that wait, without blocking. True if the
    /// kernel had to drop some.
    Result<bool> drain(const Handler& handler);

    int fd() const { return nl_socket_get_fd(socket_.get()); }

private:
    enum class Ending { more, whole, interrupted };
    struct Datagram {
        int error = 0;         ///< errno; 0: `size` bytes in buffer_
        std::size_t size = 0;  ///< 0: not the kernel's, to be skipped
    };

    explicit Socket(nl_sock* socket, AttributeNames names);
    Result<Ending> converse(Message& request, const Handler& handler);
    Datagram receive();

    struct Free {
        void operator()(nl_sock* socket) const { nl_socket_free(socket); }
    };
    std::unique_ptr<nl_sock, Free> socket_;
    AttributeNames names_;
    std::vector<std::uint8_t> buffer_;
};

}  // namespace cohort::netlink
