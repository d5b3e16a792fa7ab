// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/switch/cable.hpp"

#include <functional>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/unit/testbed/scratch.hpp"
#include "tests/vm/tools/switch/unix_socket.hpp"

namespace cohort::testbed {
namespace {

using namespace std::chrono_literals;

class CableTest : public ::testing::Test {
protected:
    Descriptor plug_in(const std::string& machine, const std::string& cable = "line") {
        Descriptor line(must(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
        const sockaddr_un address = unix_address(scratch_.path() / (cable + "." + machine));
        must(connect(line.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
             "connect");
        return line;
    }

    void say(const Descriptor& line, const Bytes& bytes) {
        ASSERT_EQ(send(line.get(), bytes.data(), bytes.size(), 0),
                  static_cast<ssize_t>(bytes.size()));
    }

    /// Reads until so many bytes have come, or it takes too long.
    Bytes hear(const Descriptor& line, std::size_t count) {
        Bytes heard;
        const Time deadline = Clock::now() + 5s;
        std::function<void()> look = [&] {
            Bytes buffer(4096);
            const ssize_t size = recv(line.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (size > 0)
                heard.insert(heard.end(), buffer.begin(), buffer.begin() + size);
            if (heard.size() >= count || Clock::now() > deadline)
                reactor_.stop();
            else
                reactor_.at(Clock::now() + 1ms, look);
        };
        reactor_.at(Clock::now(), look);
        reactor_.run();
        return heard;
    }

    Scratch scratch_;
    Reactor reactor_;
    Random random_{1};
    Cable cable_{reactor_, random_, scratch_.path(), "line", {"a", "b"}};
};

TEST_F(CableTest, BytesCrossInOrderAndNoFasterThanTheLine) {
    const Descriptor a = plug_in("a");
    const Descriptor b = plug_in("b");
    Bytes bytes(600);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    const Time begin = Clock::now();
    say(a, bytes);
    EXPECT_EQ(hear(b, bytes.size()), bytes);
    EXPECT_GE(Clock::now() - begin, 600s / 11520);
    say(b, {1, 2, 3});
    EXPECT_EQ(hear(a, 3), (Bytes{1, 2, 3}));
}

TEST_F(CableTest, ASlowerLineTakesLonger) {
    Cable slow(reactor_, random_, scratch_.path(), "slow", {"a", "b"}, 9600);
    const Descriptor a = plug_in("a", "slow");
    const Descriptor b = plug_in("b", "slow");
    const Bytes bytes(120, 7);
    const Time begin = Clock::now();
    say(a, bytes);
    EXPECT_EQ(hear(b, bytes.size()), bytes);
    EXPECT_GE(Clock::now() - begin, 120s / 960);
}

TEST_F(CableTest, WhatIsSaidToNobodyIsLost) {
    const Descriptor a = plug_in("a");
    say(a, {1, 2, 3});
    while (cable_.plug("b")->counts.absent < 3) {
        reactor_.at(Clock::now() + 1ms, [&] { reactor_.stop(); });
        reactor_.run();
    }
    const Descriptor b = plug_in("b");
    say(a, {4});
    EXPECT_EQ(hear(b, 1), Bytes{4});
}

TEST_F(CableTest, AMachineMayPlugInAnew) {
    const Descriptor a = plug_in("a");
    plug_in("b");
    const Descriptor b = plug_in("b");
    say(b, {5});
    EXPECT_EQ(hear(a, 1), Bytes{5});
    say(a, {6});
    EXPECT_EQ(hear(b, 1), Bytes{6});
}

TEST_F(CableTest, NoiseArrivesAmongWhatIsSaid) {
    const Descriptor a = plug_in("a");
    const Descriptor b = plug_in("b");
    say(a, {1});
    EXPECT_EQ(hear(b, 1), Bytes{1});
    cable_.inject(*cable_.plug("b"), {9, 9});
    EXPECT_EQ(hear(b, 2), (Bytes{9, 9}));
}

}  // namespace
}  // namespace cohort::testbed
