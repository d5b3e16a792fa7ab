// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/switch/lan.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "tests/unit/testbed/scratch.hpp"
#include "tests/vm/tools/switch/unix_socket.hpp"

namespace cohort::testbed {
namespace {

using namespace std::chrono_literals;

/// Three machines on a LAN, each played by a pair of sockets as QEMU has them.
class LanTest : public ::testing::Test {
protected:
    explicit LanTest(Lan::Kind kind)
        : lan_(reactor_, random_, scratch_.path(), "lan", kind, {"a", "b", "c"}) {
        for (const char* machine : {"a", "b", "c"})
            plug_in(machine);
    }

    void plug_in(const std::string& machine) {
        machines_[machine] = unix_bind(SOCK_DGRAM, scratch_.path() / ("lan." + machine + ".vm"));
    }

    /// A frame from the address 02::`from` to 02::`to`, or to all for 0xff.
    static Bytes frame(std::uint8_t from, std::uint8_t to, std::size_t size = 60) {
        Bytes bytes(size);
        bytes[0] = to == 0xff ? 0xff : 0x02;
        bytes[5] = to;
        bytes[6] = 0x02;
        bytes[11] = from;
        return bytes;
    }

    void send(const std::string& machine, const Bytes& bytes) {
        const sockaddr_un address = unix_address(scratch_.path() / ("lan." + machine));
        ASSERT_EQ(sendto(machines_.at(machine).get(), bytes.data(), bytes.size(), 0,
                         reinterpret_cast<const sockaddr*>(&address), sizeof address),
                  static_cast<ssize_t>(bytes.size()));
    }

    /// Lets the switch work until the condition holds; false if it never does.
    template <class Condition>
    bool work_until(Condition condition) {
        const Time deadline = Clock::now() + 5s;
        std::function<void()> look = [&] {
            if (condition() || Clock::now() > deadline)
                reactor_.stop();
            else
                reactor_.at(Clock::now() + 1ms, look);
        };
        reactor_.at(Clock::now(), look);
        reactor_.run();
        return condition();
    }

    void read_all() {
        Bytes buffer(2000);
        for (auto& [machine, socket] : machines_)
            for (ssize_t size; (size = recv(socket.get(), buffer.data(), buffer.size(), 0)) >= 0;)
                received_[machine].emplace_back(buffer.begin(), buffer.begin() + size);
    }

    /// What each machine has received when all that was sent has gone through:
    /// a last frame to all, of this length, comes after everything else.
    void settle() {
        constexpr std::size_t kLast = 333;
        const auto has_last = [&](const char* machine) {
            auto& frames = received_[machine];
            return !frames.empty() && frames.back().size() == kLast;
        };
        lan_.unite();
        send("a", frame(0xa, 0xff, kLast));
        ASSERT_TRUE(work_until([&] {
            read_all();
            return has_last("b") && has_last("c");
        }));
        received_["b"].pop_back();
        received_["c"].pop_back();
    }

    std::size_t received(const char* machine) const {
        const auto found = received_.find(machine);
        return found == received_.end() ? 0 : found->second.size();
    }

    Scratch scratch_;
    Reactor reactor_;
    Random random_{1};
    Lan lan_;
    std::map<std::string, Descriptor> machines_;
    std::map<std::string, std::vector<Bytes>> received_;
};

class Hub : public LanTest {
protected:
    Hub() : LanTest(Lan::Kind::hub) {}
};

class Switch : public LanTest {
protected:
    Switch() : LanTest(Lan::Kind::switching) {}
};

TEST_F(Hub, FloodsAllButTheSender) {
    send("a", frame(0xa, 0xb));
    settle();
    EXPECT_EQ(received("a"), 0u);
    EXPECT_EQ(received("b"), 1u);
    EXPECT_EQ(received("c"), 1u);
}

TEST_F(Switch, FloodsUntilItKnowsTheWay) {
    send("a", frame(0xa, 0xb));
    settle();
    EXPECT_EQ(received("b"), 1u);
    EXPECT_EQ(received("c"), 1u);
    send("b", frame(0xb, 0xa));
    settle();
    EXPECT_EQ(received("a"), 1u);
    EXPECT_EQ(received("c"), 1u);
    send("a", frame(0xa, 0xb));
    settle();
    EXPECT_EQ(received("b"), 2u);
    EXPECT_EQ(received("c"), 1u);
}

TEST_F(Switch, FloodsGroups) {
    Bytes group = frame(0xa, 0xb);
    group[0] = 0x01;
    send("a", group);
    settle();
    EXPECT_EQ(received("b"), 1u);
    EXPECT_EQ(received("c"), 1u);
}

TEST_F(Switch, ACutPortHearsAndSaysNothing) {
    lan_.plug("b")->from.cut = lan_.plug("b")->to.cut = true;
    send("a", frame(0xa, 0xff));
    send("b", frame(0xb, 0xff));
    ASSERT_TRUE(work_until([&] {
        read_all();
        return received("c") == 1 && lan_.plug("b")->counts.lost == 2;
    }));
    EXPECT_EQ(received("a"), 0u);
    EXPECT_EQ(received("b"), 0u);
}

TEST_F(Switch, OneDirectionCanBeCutAlone) {
    lan_.plug("b")->to.cut = true;
    send("b", frame(0xb, 0xff));
    ASSERT_TRUE(work_until([&] {
        read_all();
        return received("a") == 1 && received("c") == 1;
    }));
}

TEST_F(Switch, FramesStayWithinASideOfAPartition) {
    lan_.partition({{"a", 1}, {"b", 1}, {"c", 2}});
    send("a", frame(0xa, 0xff));
    send("c", frame(0xc, 0xff));
    ASSERT_TRUE(work_until([&] {
        read_all();
        return received("b") == 1 && lan_.plug("c")->counts.from == 1;
    }));
    settle();
    EXPECT_EQ(received("a"), 0u);
    EXPECT_EQ(received("b"), 1u);
    EXPECT_EQ(received("c"), 0u);
}

TEST_F(Switch, FilteredDatagramsAreLostAndOthersPass) {
    lan_.filter(7788);
    Bytes heartbeat = frame(0xa, 0xff);
    heartbeat[12] = 0x08;
    heartbeat[14] = 0x45;
    heartbeat[14 + 9] = 17;
    heartbeat[14 + 20 + 2] = 7788 >> 8;
    heartbeat[14 + 20 + 3] = 7788 & 0xff;
    send("a", heartbeat);
    settle();
    EXPECT_EQ(received("b"), 0u);
    lan_.unfilter(7788);
    send("a", heartbeat);
    settle();
    EXPECT_EQ(received("b"), 1u);
}

TEST_F(Switch, AMachineMayGoAndComeBack) {
    send("a", frame(0xa, 0xff));
    settle();
    machines_.erase("b");
    send("a", frame(0xa, 0xff));
    ASSERT_TRUE(work_until([&] {
        read_all();
        return lan_.plug("b")->counts.absent == 1;
    }));
    plug_in("b");
    send("a", frame(0xa, 0xff));
    settle();
    EXPECT_EQ(received("b"), 2u);
}

TEST_F(Switch, ABurstWaitsForRoomAndIsNotLost) {
    constexpr std::size_t kBurst = 2000;
    std::size_t sent = 0;
    ASSERT_TRUE(work_until([&] {
        for (; sent < kBurst && lan_.plug("a")->counts.from + 5 > sent; ++sent)
            send("a", frame(0xa, 0xff));
        return lan_.plug("a")->counts.from == kBurst;
    }));
    settle();
    EXPECT_EQ(received("b"), kBurst);
    EXPECT_EQ(received("c"), kBurst);
}

}  // namespace
}  // namespace cohort::testbed
