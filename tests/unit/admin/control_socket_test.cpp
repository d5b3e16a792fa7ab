// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/admin/control_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace cohort::admin {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ControlSocketTest : public testing::Test {
protected:
    ControlSocketTest() {
        std::string pattern = testing::TempDir() + "cohort-admin-XXXXXX";
        dir_ = ::mkdtemp(pattern.data());
        path_ = dir_ + "/run/sock";
    }
    ~ControlSocketTest() override {
        server_.reset();
        for (int fd : clients_)
            ::close(fd);
        io_.poll();
        std::filesystem::remove_all(dir_);
    }

    Result<std::unique_ptr<ControlSocket>> listen() {
        return ControlSocket::listen(io_, path_, {{"status", [] { return json{{"epoch", 7}}; }}});
    }
    void serve() {
        auto server = listen();
        ASSERT_TRUE(server.has_value()) << server.error().message;
        server_ = *std::move(server);
    }

    int connect() {
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path_.data(), path_.size());
        EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        clients_.push_back(fd);
        return fd;
    }
    static void write(int fd, const std::string& text) {
        EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(text.size()));
    }
    /// Runs the loop until that many lines came, or the end; all that came.
    std::string read(int fd, std::size_t lines) {
        std::string text;
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (std::chrono::steady_clock::now() < give_up) {
            io_.run_one_for(std::chrono::milliseconds{10});
            std::array<char, 65536> chunk;
            const ssize_t got = ::recv(fd, chunk.data(), chunk.size(), 0);
            if (got > 0)
                text.append(chunk.data(), static_cast<std::size_t>(got));
            const bool ended = got == 0 || (got < 0 && errno != EAGAIN);
            if (ended || static_cast<std::size_t>(std::ranges::count(text, '\n')) >= lines)
                return text;
        }
        return text + "(no end)";
    }

    std::string dir_;
    std::string path_;
    boost::asio::io_context io_;
    std::unique_ptr<ControlSocket> server_;
    std::vector<int> clients_;
};

constexpr char kAsk[] = "{\"request\":\"status\"}\n";
constexpr char kAnswer[] = "{\"ok\":true,\"result\":{\"epoch\":7}}\n";

TEST_F(ControlSocketTest, IsForItsOwnerAndGroupAlone) {
    serve();
    struct stat status {};
    ASSERT_EQ(::lstat(path_.c_str(), &status), 0);
    EXPECT_TRUE(S_ISSOCK(status.st_mode));
    EXPECT_EQ(status.st_mode & 0777, 0660u);
}

TEST_F(ControlSocketTest, AnswersEachLineOfEachClient) {
    serve();
    const int first = connect();
    const int second = connect();
    write(first, std::string(kAsk) + kAsk);
    write(second, kAsk);
    EXPECT_EQ(read(second, 1), kAnswer);
    EXPECT_EQ(read(first, 2), std::string(kAnswer) + kAnswer);
    write(first, kAsk);
    EXPECT_EQ(read(first, 1), kAnswer);
}

TEST_F(ControlSocketTest, ALineInPiecesIsOneRequest) {
    serve();
    const int client = connect();
    for (const char* piece = kAsk; *piece != '\0'; ++piece) {
        write(client, std::string(1, *piece));
        io_.poll();
    }
    EXPECT_EQ(read(client, 1), kAnswer);
}

TEST_F(ControlSocketTest, AnEndlessRequestIsRefusedAndEnded) {
    serve();
    const int client = connect();
    write(client, std::string(kLongestRequest + 1, 'x'));
    EXPECT_THAT(read(client, 2), HasSubstr("at most 16384 bytes"));
}

TEST_F(ControlSocketTest, WhoWasSilentLongestMakesRoomForMore) {
    serve();
    std::vector<int> patient;
    for (std::size_t i = 0; i < kMostClients; ++i) {
        patient.push_back(connect());
        write(patient.back(), kAsk);
        ASSERT_EQ(read(patient.back(), 1), kAnswer);
    }
    write(patient.front(), kAsk);
    EXPECT_EQ(read(patient.front(), 1), kAnswer);
    const int next = connect();
    write(next, kAsk);
    EXPECT_EQ(read(next, 1), kAnswer);
    EXPECT_EQ(read(patient[1], 1), "") << "the end";
    for (const int client : {patient.front(), patient[2], patient.back()}) {
        write(client, kAsk);
        EXPECT_EQ(read(client, 1), kAnswer);
    }
}

TEST_F(ControlSocketTest, ADeadDaemonsSocketIsReplaced) {
    {
        serve();
        // As if killed: the file stays.
        std::filesystem::create_hard_link(path_, path_ + ".left");
        server_.reset();
    }
    std::filesystem::rename(path_ + ".left", path_);
    serve();
    const int client = connect();
    write(client, kAsk);
    EXPECT_EQ(read(client, 1), kAnswer);
}

TEST_F(ControlSocketTest, ALivingDaemonsSocketIsLeftAlone) {
    serve();
    const auto second = listen();
    ASSERT_TRUE(second.has_error());
    EXPECT_THAT(second.error().message, HasSubstr("another cohortd listens there"));
    const int client = connect();
    write(client, kAsk);
    EXPECT_EQ(read(client, 1), kAnswer);
}

TEST_F(ControlSocketTest, SomethingElseOfThatNameIsLeftAlone) {
    std::filesystem::create_directories(dir_ + "/run");
    std::ofstream(path_) << "precious";
    const auto server = listen();
    ASSERT_TRUE(server.has_error());
    EXPECT_THAT(server.error().message, HasSubstr("something else of that name"));
    EXPECT_EQ(std::filesystem::file_size(path_), 8u);
}

TEST_F(ControlSocketTest, APathThatIsTooLongIsNamed) {
    path_ = dir_ + "/" + std::string(200, 'x');
    EXPECT_THAT(listen().error().message, HasSubstr("at most 107 bytes"));
}

TEST_F(ControlSocketTest, IsRemovedAtTheEnd) {
    serve();
    const int client = connect();
    io_.poll();
    server_.reset();
    EXPECT_FALSE(std::filesystem::exists(path_));
    EXPECT_EQ(read(client, 1), "");
}

}  // namespace
}  // namespace cohort::admin
