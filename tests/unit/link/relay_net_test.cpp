// SPDX-License-Identifier: GPL-2.0-or-later
//
// Nodes that hear each other only through others: whole link sets, on real
// terminals and sockets.
#include "ctl/cohortd/link/link_set.hpp"
#include "ctl/cohortd/shell/clock.hpp"
#include "tests/unit/link/cable.hpp"
#include "tests/unit/link/loop.hpp"
#include "tests/unit/link/recorder.hpp"
#include "tests/unit/link/sockets.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <memory>

namespace cohort::link {
namespace {

using std::chrono::milliseconds;

/// One that sends and listens, as the core would.
class Node final : private LinkUser {
public:
    Node(boost::asio::io_context& io, core::NodeId id, std::vector<core::NodeId> peers,
         core::Duration detect)
        : id_(id),
          peers_(std::move(peers)),
          links_(io, Identity{id, 100U + id, peers_}, test::codec(), detect, *this) {}

    void beat() {
        std::vector<core::HeartbeatEntry> entries;
        for (const core::NodeId peer : peers_)
            entries.push_back({peer, true, true, 0, 0});
        send({core::kNobody, test::heartbeat(id_, 0, std::move(entries))});
    }
    /// Gives it the next number.
    void send(core::Send send) {
        std::visit([this](auto& body) { body.header.seq = ++seq_; }, send.message);
        links_.send(send);
    }

    /// The number of the newest heartbeat of that node.
    std::uint64_t newest_of(core::NodeId peer) const {
        const auto found = newest_.find(peer);
        return found == newest_.end() ? 0 : found->second;
    }
    /// How many messages of a type came, copies included.
    template <class Body>
    int got() const {
        return static_cast<int>(std::ranges::count_if(
            others_, [](const auto& message) { return std::holds_alternative<Body>(message); }));
    }
    std::uint64_t relayed() const {
        std::uint64_t sum = 0;
        for (const auto& link : links_.links())
            sum += link->counts().frames_relayed;
        return sum;
    }
    std::optional<unsigned> hops(std::size_t link, core::NodeId peer) const {
        return links_.links()[link]->path_to(peer)->hops(shell::boot_now(),
                                                         std::chrono::minutes{1});
    }
    LinkSet& links() { return links_; }
    core::NodeId id() const { return id_; }
    std::uint64_t seq() const { return seq_; }

private:
    void on_message(const Link&, core::Message message) override {
        const core::Header& header = header_of(message);
        if (std::holds_alternative<core::Heartbeat>(message))
            newest_[header.sender] = std::max(newest_[header.sender], header.seq);
        else
            others_.push_back(std::move(message));
    }
    void on_turned(const Link&) override {}
    void on_stranger(const Link&, const Stranger&) override {}

    core::NodeId id_;
    std::vector<core::NodeId> peers_;
    std::map<core::NodeId, std::uint64_t> newest_;
    std::vector<core::Message> others_;
    std::uint64_t seq_ = 0;
    LinkSet links_;
};

class RelayNet : public testing::Test {
protected:
    void have(core::NodeId count, core::Duration detect) {
        for (core::NodeId id = 1; id <= count; ++id) {
            std::vector<core::NodeId> peers;
            for (core::NodeId other = 1; other <= count; ++other) {
                if (other != id)
                    peers.push_back(other);
            }
            nodes_.push_back(std::make_unique<Node>(loop_.io(), id, std::move(peers), detect));
        }
        configs_.resize(count);
    }
    Node& node(core::NodeId id) { return *nodes_[id - 1U]; }

    test::Cable& line(core::NodeId a, core::NodeId b, unsigned baud = 115200) {
        cables_.push_back(std::make_unique<test::Cable>(loop_.io()));
        test::Cable& cable = *cables_.back();
        const std::string name = "line" + std::to_string(a) + std::to_string(b);
        configs_[a - 1U].push_back({name, config::SerialLink{cable.device(0), baud}});
        configs_[b - 1U].push_back({name, config::SerialLink{cable.device(1), baud}});
        return cable;
    }
    void lan(const std::string& name, const std::vector<core::NodeId>& ids) {
        std::map<core::NodeId, Endpoint> ends;
        for (const core::NodeId id : ids)
            ends[id] = test::free_endpoint("127.0.0.1");
        for (const core::NodeId id : ids) {
            config::UdpLink udp{ends[id], {}, std::nullopt, ""};
            for (const auto& [other, end] : ends) {
                if (other != id)
                    udp.peers.push_back(end);
            }
            configs_[id - 1U].push_back({name, std::move(udp)});
        }
    }
    void start() {
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            nodes_[i]->links().configure(configs_[i]);
    }

    /// Every node has heard a heartbeat of every other that is as new as that.
    bool all_heard(std::uint64_t seq) const {
        return std::ranges::all_of(nodes_, [&](const auto& reader) {
            return std::ranges::all_of(nodes_, [&](const auto& sender) {
                return reader == sender || reader->newest_of(sender->id()) >= seq;
            });
        });
    }
    /// Beats until the condition holds.
    template <class Condition>
    bool beats_until(Condition condition) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (std::chrono::steady_clock::now() < give_up) {
            for (const auto& node : nodes_) {
                node->links().drain();
                node->beat();
            }
            if (loop_.until(condition, milliseconds{100}))
                return true;
        }
        return false;
    }
    std::uint64_t relayed() const {
        std::uint64_t sum = 0;
        for (const auto& node : nodes_)
            sum += node->relayed();
        return sum;
    }

    static constexpr std::chrono::seconds kNoHurry{10};
    test::Loop loop_;
    std::vector<std::unique_ptr<test::Cable>> cables_;
    std::vector<std::vector<config::Link>> configs_;
    std::vector<std::unique_ptr<Node>> nodes_;
};

TEST_F(RelayNet, AChainOfTwoLinesAndALanJoinsItsEnds) {
    have(4, kNoHurry);
    line(1, 2);
    line(2, 3);
    lan("lan", {3, 4});
    start();
    ASSERT_TRUE(beats_until([&] { return all_heard(1); }));
    EXPECT_EQ(node(1).hops(0, 2), 0u);
    EXPECT_EQ(node(1).hops(0, 3), 1u);
    EXPECT_EQ(node(1).hops(0, 4), 2u);
    EXPECT_EQ(node(4).hops(0, 1), 2u);

    node(1).send({4, core::Hello{test::header(1, 0), 4, 7, 0}});
    node(4).send({1, core::Hello{test::header(4, 0), 1, 8, 7}});
    ASSERT_TRUE(loop_.until(
        [&] { return node(4).got<core::Hello>() == 1 && node(1).got<core::Hello>() == 1; }));

    core::PlanFragment fragment = test::fragment(5, 0);
    node(1).send({core::kNobody, fragment});
    EXPECT_TRUE(loop_.until([&] { return node(4).got<core::PlanFragment>() == 1; }));
}

TEST_F(RelayNet, ANodeBetweenALineAndALanJoinsThem) {
    have(3, kNoHurry);
    line(1, 2);
    lan("lan", {2, 3});
    start();
    ASSERT_TRUE(beats_until([&] { return all_heard(1); }));
    EXPECT_EQ(node(1).hops(0, 3), 1u);
    EXPECT_EQ(node(3).hops(0, 1), 1u);
}

TEST_F(RelayNet, ARingOfLinesLosesNobodyToOneCut) {
    have(4, milliseconds{700});
    test::Cable& first = line(1, 2);
    line(2, 3);
    line(3, 4);
    line(4, 1);
    start();
    ASSERT_TRUE(beats_until([&] { return all_heard(1); }));
    EXPECT_EQ(node(1).hops(0, 2), 0u);
    first.cut();
    const std::uint64_t after = node(1).seq() + 3;
    ASSERT_TRUE(beats_until([&] { return all_heard(after); }));
    EXPECT_EQ(node(1).hops(1, 2), 2u) << "all the way round";
}

TEST_F(RelayNet, ACutInALanIsBridgedByTheLine) {
    have(3, milliseconds{700});
    lan("lan", {1, 2, 3});
    line(1, 2);
    start();
    ASSERT_TRUE(beats_until([&] { return all_heard(3); }));
    node(1).links().configure({configs_[0][1]});  // node 1 is off the LAN
    const std::uint64_t after = node(1).seq() + 3;
    ASSERT_TRUE(beats_until([&] { return all_heard(after); }));
    EXPECT_EQ(node(1).hops(0, 3), 1u);
}

TEST_F(RelayNet, WhereAllHearEachOtherNothingIsPassedOn) {
    have(4, kNoHurry);
    lan("first", {1, 2, 3, 4});
    lan("second", {1, 2, 3, 4});
    line(1, 2);
    start();
    for (std::uint64_t seq = 1; seq <= 3; ++seq)
        ASSERT_TRUE(beats_until([&] { return all_heard(seq); }));
    loop_.pass(milliseconds{200});  // what was under way on the line
    const std::uint64_t before = relayed();
    for (int beat = 0; beat < 20; ++beat) {
        const std::uint64_t seq = node(1).seq() + 1;
        ASSERT_TRUE(beats_until([&] { return all_heard(seq); }));
    }
    EXPECT_EQ(relayed(), before);
}

TEST_F(RelayNet, NoStorm) {
    // A ring with a LAN across it, and one node that only a line reaches.
    have(5, kNoHurry);
    line(1, 2, 921600);
    line(2, 3, 921600);
    line(3, 1, 921600);
    line(3, 5, 921600);
    lan("lan", {1, 2, 4});
    start();
    ASSERT_TRUE(beats_until([&] { return all_heard(1); }));
    const std::uint64_t beats_before = node(1).seq();
    const std::uint64_t before = relayed();
    for (int beat = 0; beat < 10; ++beat) {
        const std::uint64_t seq = node(1).seq() + 1;
        ASSERT_TRUE(beats_until([&] { return all_heard(seq); }));
    }
    loop_.pass(milliseconds{200});
    // Each of the five at most once over each end of a link, where it is not
    // heard itself; the ten frames of a beat that are under way may add to it.
    const std::uint64_t beats = node(1).seq() - beats_before;
    constexpr std::uint64_t kEnds = 4 * 2 + 3;
    EXPECT_LE(relayed() - before, (beats + 2) * kEnds * 4);
    EXPECT_GE(relayed() - before, beats);
}

}  // namespace
}  // namespace cohort::link
