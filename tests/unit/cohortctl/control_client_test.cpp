// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/control_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

namespace cohort::ctl {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

/// A socket in a directory of its own whose other side says what a test wants.
class ControlClient : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = "/tmp/control.XXXXXX";
        ASSERT_TRUE(mkdtemp(pattern.data()));
        directory_ = pattern;
        path_ = directory_ + "/sock";
    }
    void TearDown() override {
        if (server_.joinable())
            server_.join();
        if (listener_ >= 0)
            close(listener_);
        std::filesystem::remove_all(directory_);
    }

    void listen_only() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path_.c_str(), path_.size());
        listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ASSERT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
        ASSERT_EQ(listen(listener_, 1), 0);
    }

    /// Reads the request, then sends the pieces one by one and closes.
    void serve(std::vector<std::string> pieces) {
        listen_only();
        server_ = std::thread([this, pieces = std::move(pieces)] {
            const int peer = accept(listener_, nullptr, nullptr);
            std::array<char, 256> buffer{};
            while (request_.find('\n') == std::string::npos) {
                const ssize_t got = recv(peer, buffer.data(), buffer.size(), 0);
                if (got <= 0)
                    break;
                request_.append(buffer.data(), static_cast<std::size_t>(got));
            }
            for (const std::string& piece : pieces)
                (void)send(peer, piece.data(), piece.size(), MSG_NOSIGNAL);
            close(peer);
        });
    }

    Result<Answer> ask(std::chrono::milliseconds patience = 5s) {
        auto answer = ask_cohortd(path_, "status", patience);
        if (server_.joinable())
            server_.join();
        return answer;
    }

    std::string directory_;
    std::string path_;
    std::string request_;
    int listener_ = -1;
    std::thread server_;
};

TEST_F(ControlClient, AsksInOneLineAndTakesTheResult) {
    serve({R"({"ok":true,)", R"("result":{"schema":1}})", "\n"});
    EXPECT_EQ(ask().value().result, Json({{"schema", 1}}));
    EXPECT_EQ(request_, "{\"request\":\"status\"}\n");
}

TEST_F(ControlClient, ARefusalIsInItsOwnWords) {
    serve({"{\"ok\":false,\"error\":\"no such request\"}\n"});
    const auto answer = ask();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::refused);
    EXPECT_EQ(answer.error().message, "no such request");
}

TEST_F(ControlClient, WhatIsNoAnswerIsUnreachable) {
    for (const char* words :
         {"", "\n", "hello\n", "{\n", "[]\n", "{}\n", "{\"ok\":1}\n", "null\n"}) {
        serve({words});
        const auto answer = ask();
        ASSERT_FALSE(answer) << words;
        EXPECT_EQ(answer.error().kind, ErrorKind::unreachable) << words;
        close(std::exchange(listener_, -1));
        std::filesystem::remove(path_);
        request_.clear();
    }
}

TEST_F(ControlClient, NobodyThereIsUnreachable) {
    EXPECT_THAT(ask().error().message, HasSubstr("cohortd does not answer at " + path_));
    EXPECT_EQ(ask().error().kind, ErrorKind::unreachable);
    listen_only();
    close(std::exchange(listener_, -1));
    EXPECT_THAT(ask().error().message, HasSubstr("it does not run"));
}

TEST_F(ControlClient, SilenceIsNotWaitedOutForEver) {
    listen_only();
    const auto answer = ask(20ms);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::unreachable);
    EXPECT_THAT(answer.error().message, HasSubstr("no answer in time"));
}

TEST_F(ControlClient, APathThatIsTooLongIsRefused) {
    const auto answer = ask_cohortd("/" + std::string(200, 'x'), "status");
    EXPECT_EQ(answer.error().kind, ErrorKind::unreachable);
}

TEST(ControlSocket, IsWhereTheEnvironmentSays) {
    setenv("COHORT_SOCKET", "/tmp/other.sock", 1);
    EXPECT_EQ(control_socket_path(), "/tmp/other.sock");
    unsetenv("COHORT_SOCKET");
    EXPECT_EQ(control_socket_path(), "/run/cohort/cohortd.sock");
}

}  // namespace
}  // namespace cohort::ctl
