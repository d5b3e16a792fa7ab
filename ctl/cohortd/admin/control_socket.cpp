// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/admin/control_socket.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <list>
#include <system_error>
#include <utility>

namespace cohort::admin {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

Error refused(const std::string& path, const std::string& why) {
    return {ErrorKind::refused, fmt::format("cannot listen at {}: {}", path, why), 0};
}

Error refused(const std::string& path, int code) {
    return refused(path, std::generic_category().message(code));
}

/// 0: somebody listens; else why not.
int try_connect(const sockaddr_un& address) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno;
    const int code =
        ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
    ::close(fd);
    return code;
}

/// Makes the path free for a new socket.
Result<void> clear_way(const std::string& path, const sockaddr_un& address) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT)
            return {};
        return refused(path, errno);
    }
    if (!S_ISSOCK(status.st_mode))
        return refused(path, "there is something else of that name; choose another --socket");
    const int code = try_connect(address);
    if (code != ECONNREFUSED)
        return refused(path,
                       "another cohortd listens there; stop it first, or give this one "
                       "another --socket");
    if (::unlink(path.c_str()) != 0)
        return refused(path, errno);
    return {};
}

Result<int> open_listener(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return refused(
            path, fmt::format("a socket's path has at most {} bytes", sizeof address.sun_path - 1));
    std::memcpy(address.sun_path, path.data(), path.size());
    // /run/cohort, not the way to a path that is mistyped.
    std::error_code made;
    std::filesystem::create_directory(std::filesystem::path(path).parent_path(), made);
    if (auto cleared = clear_way(path, address); !cleared)
        return cleared.error();
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return refused(path, errno);
    // The mode must hold from the first instant.
    const mode_t before = ::umask(0117);
    const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::umask(before);
    if (!bound || ::listen(fd, static_cast<int>(kMostClients)) != 0) {
        const int code = errno;
        ::close(fd);
        return refused(path, code);
    }
    return fd;
}

}  // namespace

struct ControlSocket::Server {
    Server(asio::io_context& io, int fd, Handlers its_handlers)
        : acceptor(io, stream_protocol(), fd), pause(io), handlers(std::move(its_handlers)) {}

    void close();
    void make_room();
    static asio::awaitable<void> accept_all(std::shared_ptr<Server> server);
    static asio::awaitable<void> talk(std::shared_ptr<Server> server,
                                      stream_protocol::socket client);
    std::string reply(error_code error, std::string_view line) const;

    stream_protocol::acceptor acceptor;
    asio::steady_timer pause;
    Handlers handlers;
    std::list<stream_protocol::socket*> clients;  ///< who was silent longest first
    bool closed = false;
};

/// Clients that are in the middle of something end with an error.
void ControlSocket::Server::close() {
    closed = true;
    handlers.clear();
    pause.cancel();
    error_code ignored;
    acceptor.close(ignored);
    for (stream_protocol::socket* client : clients)
        client->close(ignored);
}

/// A client that went to sleep must not keep others out. It learns by the end of its
/// connection.
void ControlSocket::Server::make_room() {
    const auto open = [](const stream_protocol::socket* client) { return client->is_open(); };
    if (static_cast<std::size_t>(std::ranges::count_if(clients, open)) < kMostClients)
        return;
    error_code ignored;
    (*std::ranges::find_if(clients, open))->close(ignored);
}

asio::awaitable<void> ControlSocket::Server::accept_all(std::shared_ptr<Server> server) {
    while (!server->closed) {
        error_code error;
        stream_protocol::socket client = co_await server->acceptor.async_accept(
            asio::redirect_error(asio::use_awaitable, error));
        if (server->closed)
            co_return;
        if (!error) {
            asio::co_spawn(server->acceptor.get_executor(), talk(server, std::move(client)),
                           asio::detached);
            continue;
        }
        // Most likely there is no descriptor left; clients that leave free some.
        server->pause.expires_after(std::chrono::seconds{1});
        co_await server->pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
}

std::string ControlSocket::Server::reply(error_code error, std::string_view line) const {
    if (error == asio::error::not_found)
        return refusal(fmt::format("a request has at most {} bytes", kLongestRequest));
    return error || closed ? "" : answer(line, handlers);
}

asio::awaitable<void> ControlSocket::Server::talk(std::shared_ptr<Server> server,
                                                  stream_protocol::socket client) {
    server->make_room();
    const auto self = server->clients.insert(server->clients.end(), &client);
    error_code error;
    std::string input;
    while (!error) {
        const std::size_t size =
            co_await asio::async_read_until(client, asio::dynamic_buffer(input, kLongestRequest),
                                            '\n', asio::redirect_error(asio::use_awaitable, error));
        server->clients.splice(server->clients.end(), server->clients, self);
        const auto line = std::string_view(input).substr(0, size > 0 ? size - 1 : 0);
        const std::string words = server->reply(error, line);
        input.erase(0, size);
        if (words.empty())
            break;
        error_code failed;
        co_await asio::async_write(client, asio::buffer(words),
                                   asio::redirect_error(asio::use_awaitable, failed));
        error = error ? error : failed;
    }
    server->clients.erase(self);
}

ControlSocket::ControlSocket(std::string path, std::shared_ptr<Server> server)
    : path_(std::move(path)), server_(std::move(server)) {}

Result<std::unique_ptr<ControlSocket>> ControlSocket::listen(asio::io_context& io,
                                                             const std::string& path,
                                                             Handlers handlers) {
    const auto fd = open_listener(path);
    if (!fd)
        return fd.error();
    auto server = std::make_shared<Server>(io, *fd, std::move(handlers));
    asio::co_spawn(io, Server::accept_all(server), asio::detached);
    return std::unique_ptr<ControlSocket>(new ControlSocket(path, std::move(server)));
}

ControlSocket::~ControlSocket() {
    ::unlink(path_.c_str());
    server_->close();
}

}  // namespace cohort::admin
