// SPDX-License-Identifier: GPL-2.0-or-later
//
// The control socket: a unix stream, mode 0660, lines of JSON both ways.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortd/admin/request.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace cohort::admin {

inline constexpr std::size_t kLongestRequest = 16384;
inline constexpr std::size_t kMostClients = 32;

class ControlSocket {
public:
    /// Listens at `path`; makes its directory (0755) if need be. A socket that
    /// a dead daemon left behind is replaced; a living one's is refused, and
    /// so is anything that is no socket. The handlers run in the loop.
    static Result<std::unique_ptr<ControlSocket>> listen(boost::asio::io_context& io,
                                                         const std::string& path,
                                                         Handlers handlers);
    /// Removes the socket.
    ~ControlSocket();
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;

private:
    struct Server;
    ControlSocket(std::string path, std::shared_ptr<Server> server);

    std::string path_;
    std::shared_ptr<Server> server_;
};

}  // namespace cohort::admin
