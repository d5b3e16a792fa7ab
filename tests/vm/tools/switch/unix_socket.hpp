// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "tests/vm/tools/lib/descriptor.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <filesystem>

namespace cohort::testbed {

/// The address of a Unix socket; ends the program if the path is too long.
inline sockaddr_un unix_address(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        fail(path.native());
    }
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

/// A nonblocking socket that is bound to a path, which it replaces.
inline Descriptor unix_bind(int type, const std::filesystem::path& path) {
    Descriptor socket(must(::socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
    const sockaddr_un address = unix_address(path);
    std::filesystem::remove(path);
    must(bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
         path.native());
    return socket;
}

}  // namespace cohort::testbed
