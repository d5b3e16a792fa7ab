// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/relay.hpp"

#include "tests/unit/link/loop.hpp"

#include <gmock/gmock.h>

#include <array>
#include <vector>

namespace cohort::link {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr core::NodeId kSelf = 2;
constexpr std::array<core::NodeId, 4> kPeers{1, 3, 4, 5};
constexpr std::array<core::NodeId, 3> kOthers{3, 4, 5};  // than node 1
constexpr milliseconds kDetect{350};

/// Node 2 of five, with three links.
class RelayTest : public testing::Test {
protected:
    RelayTest() {
        for (Paths& link : links_) {
            for (const core::NodeId peer : kPeers)
                link.try_emplace(peer);
        }
    }

    /// The peer is heard on the link, and says whom it hears itself.
    void hears(std::size_t link, core::NodeId peer, std::vector<core::NodeId> direct = {},
               unsigned hops = 0, std::uint64_t epoch = 1) {
        core::Heartbeat heartbeat = test::heartbeat(peer, ++seq_);
        heartbeat.header.epoch.counter = epoch;
        for (const core::NodeId id : direct) {
            core::HeartbeatEntry entry;
            entry.peer = id;
            entry.direct = true;
            heartbeat.entries.push_back(entry);
        }
        links_[link][peer].heard(now_, hops);
        relay_.heard(test::heartbeat(peer, 1), now_ - kDetect);  // and has been for a while
        relay_.heard(heartbeat, now_);
    }

    std::vector<std::size_t> onward(const core::Message& message, std::size_t from,
                                    unsigned hops = 0) {
        std::vector<const Paths*> links;
        for (std::size_t i = 0; i < links_.size(); ++i)
            links.push_back(i == down_ ? nullptr : &links_[i]);
        return relay_.onward(message, hops, from, links, now_);
    }
    std::vector<std::size_t> heartbeat_of(core::NodeId origin, std::size_t from,
                                          unsigned hops = 0) {
        return onward(test::heartbeat(origin, ++seq_), from, hops);
    }
    static core::Hello hello(core::NodeId from, core::NodeId to) {
        return {test::header(from, 9), to, 7, 0};
    }

    std::array<Paths, 3> links_;
    std::size_t down_ = 99;
    Relay relay_{kSelf, {1, 3, 4, 5}, kDetect};
    core::Time now_{std::chrono::hours{1}};
    std::uint64_t seq_ = 1;
};

TEST_F(RelayTest, AFrameGoesOnWhereItsOriginIsNotHeard) {
    hears(0, 1);
    hears(1, 3);
    EXPECT_THAT(heartbeat_of(1, 0), ElementsAre(1, 2)) << "to node 3, and where nobody is heard";
    EXPECT_THAT(heartbeat_of(3, 1), ElementsAre(0, 2));
}

TEST_F(RelayTest, NotBeforeItsOriginWasHeardForAWhile) {
    links_[0][1].heard(now_, 0);
    relay_.heard(test::heartbeat(1, ++seq_), now_);
    EXPECT_THAT(heartbeat_of(1, 0), IsEmpty()) << "its frame may be under way on the others";
    now_ += kDetect / 2;
    links_[0][1].heard(now_, 0);
    relay_.heard(test::heartbeat(1, ++seq_), now_);
    EXPECT_THAT(heartbeat_of(1, 0), ElementsAre(1, 2));
}

TEST_F(RelayTest, ThoseBehindTheFirstRelayDoNotWaitAgain) {
    hears(0, 3);
    hears(1, 4);
    now_ += 2 * kDetect;  // nothing came for so long
    hears(0, 3);
    hears(1, 4);
    links_[0][1].heard(now_, 1);
    relay_.heard(test::heartbeat(1, ++seq_), now_);
    EXPECT_THAT(heartbeat_of(1, 0, 1), ElementsAre(1, 2)) << "through node 3, which has waited";
}

TEST_F(RelayTest, OneOfThoseWhoCouldIsEnough) {
    hears(0, 3);
    hears(1, 4);
    EXPECT_THAT(heartbeat_of(3, 0), ElementsAre(1, 2));
    hears(1, 1, {3});
    EXPECT_THAT(heartbeat_of(3, 0), ElementsAre(2))
        << "node 1 is there, hears it too, and is lower";
    hears(2, 5, {3});
    EXPECT_THAT(heartbeat_of(3, 0), IsEmpty()) << "node 5 needs it no more";
}

TEST_F(RelayTest, NotOverALinkOnWhichItsOriginIsHeard) {
    hears(0, 1);
    hears(1, 1);
    hears(1, 3);
    EXPECT_THAT(heartbeat_of(1, 0), ElementsAre(2));
    now_ += milliseconds{126};
    EXPECT_THAT(heartbeat_of(1, 0), ElementsAre(1, 2))
        << "1.25 heartbeats later it is missed there";
}

TEST_F(RelayTest, ARelayStepsInBeforeTheOriginCountsAsSilent) {
    // All on link 0; the cable of node 1 is pulled, and link 1 leads to it still.
    for (const core::NodeId peer : kPeers)
        hears(0, peer, {1});
    hears(1, 1);
    now_ += milliseconds{200};
    for (const core::NodeId peer : kOthers)
        hears(0, peer, {});
    hears(1, 1);
    EXPECT_THAT(heartbeat_of(1, 1), ElementsAre(0, 2));
}

TEST_F(RelayTest, NotToNodesThatHearTheOriginThemselves) {
    hears(0, 1);
    hears(1, 3, {1});
    hears(2, 4, {5});
    EXPECT_THAT(heartbeat_of(1, 0), ElementsAre(2));
    now_ += kDetect / 2;
    hears(0, 1);
    now_ += kDetect / 2 + milliseconds{1};
    hears(0, 1);
    EXPECT_THAT(heartbeat_of(1, 0), ElementsAre(1, 2)) << "what node 3 said has become old";
}

TEST_F(RelayTest, OneOnALanThatLacksItIsEnough) {
    hears(0, 1);
    hears(1, 3, {1});
    hears(1, 4, {});
    hears(2, 5, {1});
    EXPECT_THAT(heartbeat_of(1, 0), ElementsAre(1));
}

TEST_F(RelayTest, NotToThoseWhoReadItOnTheLinkThatItCameOver) {
    // Two LANs with the same nodes; node 1's frames come through node 3 on the
    // first. Everybody read them there: no second copy by each of them.
    for (const core::NodeId peer : kOthers) {
        hears(0, peer);
        hears(1, peer);
    }
    hears(0, 1, {}, 1);
    down_ = 2;
    EXPECT_THAT(heartbeat_of(1, 0, 1), IsEmpty());
}

TEST_F(RelayTest, NeverBackNorOverALinkThatIsDown) {
    hears(0, 1);
    down_ = 1;
    EXPECT_THAT(heartbeat_of(1, 0), ElementsAre(2));
}

TEST_F(RelayTest, ThreeNodesPassAFrameOnToTheFifthAndLast) {
    hears(0, 1);
    EXPECT_THAT(heartbeat_of(1, 0, 0), ElementsAre(1, 2));
    EXPECT_THAT(heartbeat_of(1, 0, 2), ElementsAre(1, 2));
    EXPECT_THAT(heartbeat_of(1, 0, 3), IsEmpty());
}

TEST_F(RelayTest, TwoNodesHaveNothingToPassOn) {
    Relay two(1, {2}, kDetect);
    Paths a{{2, {}}};
    Paths b{{2, {}}};
    const std::array<const Paths*, 2> links{&a, &b};
    EXPECT_THAT(two.onward(test::heartbeat(2, 1), 0, 0, links, now_), IsEmpty());
}

TEST_F(RelayTest, WhatIsForThisNodeGoesNoFurther) {
    EXPECT_THAT(onward(hello(1, kSelf), 0), IsEmpty());
    EXPECT_THAT(onward(hello(1, 64), 0), IsEmpty()) << "no node of this configuration";
}

TEST_F(RelayTest, WhatIsForOneNodeGoesTheNearestWayToIt) {
    hears(0, 1);
    hears(1, 4, {}, 1);
    hears(2, 4, {}, 2);
    EXPECT_THAT(onward(hello(1, 4), 0), ElementsAre(1));
    hears(2, 4);
    EXPECT_THAT(onward(hello(1, 4), 0), ElementsAre(2));
}

TEST_F(RelayTest, WhatIsForANodeUnheardGoesEverywhere) {
    hears(0, 1);
    EXPECT_THAT(onward(hello(1, 4), 0), ElementsAre(1, 2));
}

TEST_F(RelayTest, WhatIsForANodeThatReadItAlreadyGoesNowhere) {
    hears(0, 1);
    hears(0, 4);
    hears(1, 4);
    EXPECT_THAT(onward(hello(1, 4), 0), IsEmpty()) << "it is on the link that the frame came over";
    hears(2, 5, {1});
    EXPECT_THAT(onward(hello(1, 5), 0), IsEmpty()) << "it hears the origin itself";
}

TEST_F(RelayTest, PlansGoToThoseWhoLackThem) {
    core::PlanFragment fragment = test::fragment(5, 0);
    fragment.header.sender = 1;
    hears(0, 1, {}, 0, 5);
    hears(1, 3, {}, 0, 5);
    hears(2, 4, {}, 0, 4);
    EXPECT_THAT(onward(fragment, 0), ElementsAre(2)) << "node 3 has it";
    hears(1, 5, {}, 1, 4);
    EXPECT_THAT(onward(fragment, 0), ElementsAre(1, 2)) << "one beyond node 3 has not";
}

TEST_F(RelayTest, AnOvertakenHeartbeatDoesNotBringBackWhatWas) {
    hears(0, 1);
    core::Heartbeat older = test::heartbeat(3, ++seq_);
    hears(1, 3, {1});
    relay_.heard(older, now_);
    EXPECT_THAT(heartbeat_of(1, 0), ElementsAre(2));
}

TEST_F(RelayTest, HearingDirectlyIsNotHearingThroughARelay) {
    const std::array<const Paths*, 2> links{links_.data(), nullptr};
    hears(0, 1);
    hears(0, 3, {}, 1);
    EXPECT_TRUE(relay_.hears_directly(1, links, now_));
    EXPECT_FALSE(relay_.hears_directly(3, links, now_));
    EXPECT_FALSE(relay_.hears_directly(1, links, now_ + milliseconds{126}));
}

}  // namespace
}  // namespace cohort::link
