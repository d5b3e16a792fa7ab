// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/barrier.hpp"

#include <gtest/gtest.h>

namespace cohort::core {
namespace {

MachineConfig config(std::size_t nodes, bool witness = false) {
    MachineConfig out;
    out.self = 1;
    for (unsigned id = 1; id <= nodes; ++id) {
        out.members.push_back({static_cast<NodeId>(id), 1, 1, !(witness && id == nodes)});
    }
    return out;
}

Header released() {
    Header header;
    header.flags.released = true;
    return header;
}

Header clear(std::uint64_t bits) {
    Header header;
    header.flags.clear_valid = true;
    header.clear = bits;
    return header;
}

TEST(Barrier, NeedsEveryOtherNode) {
    const Electorate electorate(config(3));
    Barrier barrier(electorate);
    EXPECT_FALSE(barrier.complete(0));
    barrier.hear(1, released());
    EXPECT_FALSE(barrier.complete(0));
    barrier.hear(2, released());
    EXPECT_TRUE(barrier.complete(0));
}

TEST(Barrier, TakesClearFromAQuorumInsteadOfReleased) {
    const Electorate electorate(config(3));
    Barrier barrier(electorate);
    barrier.hear(1, released());
    barrier.hear(1, clear(node_bit(3)));
    EXPECT_FALSE(barrier.complete(0)) << "one voter of three";
    EXPECT_TRUE(barrier.complete(node_bit(3))) << "with this node's own voter";
}

TEST(Barrier, CountsNoVoterThatSpeaksOfItself) {
    const Electorate electorate(config(3));
    Barrier barrier(electorate);
    barrier.hear(1, released());
    barrier.hear(2, clear(node_bit(3)));
    EXPECT_FALSE(barrier.complete(node_bit(3)));
}

TEST(Barrier, IgnoresAClearBitmapThatIsNotValid) {
    const Electorate electorate(config(3));
    Barrier barrier(electorate);
    barrier.hear(2, released());
    Header header = clear(node_bit(2));
    header.flags.clear_valid = false;
    barrier.hear(2, header);
    EXPECT_FALSE(barrier.complete(node_bit(2)));
}

TEST(Barrier, FactsAreStable) {
    const Electorate electorate(config(2));
    Barrier barrier(electorate);
    barrier.hear(1, released());
    barrier.hear(1, Header{});  // an older frame, or one that lost the flag
    EXPECT_TRUE(barrier.complete(0));
}

TEST(Barrier, AnotherEpochStartsFromNothing) {
    const Electorate electorate(config(2));
    Barrier barrier(electorate);
    barrier.hear(1, released());
    barrier.begin_second_round(5);
    barrier.accept({2, 1, 7});
    EXPECT_FALSE(barrier.complete(0));
    EXPECT_EQ(barrier.second_round(), std::nullopt);
}

TEST(Barrier, AWitnessHoldsNothingAndNeedNotRelease) {
    const Electorate electorate(config(3, true));
    Barrier barrier(electorate);
    barrier.hear(1, released());
    EXPECT_TRUE(barrier.complete(0));
}

TEST(Barrier, OfASingleNodeIsComplete) {
    const Electorate electorate(config(1));
    EXPECT_TRUE(Barrier(electorate).complete(0));
}

TEST(Electorate, AQuorumIsMoreThanHalfOfAllConfiguredVotes) {
    MachineConfig preferred = config(2);
    preferred.members[0].votes = 2;
    const Electorate two_to_one(preferred);
    EXPECT_TRUE(two_to_one.is_quorum(Electorate::only(0)));
    EXPECT_FALSE(two_to_one.is_quorum(Electorate::only(1)));
    const Electorate four(config(4));
    EXPECT_FALSE(four.is_quorum(Electorate::Set{0b0011}));
    EXPECT_TRUE(four.is_quorum(Electorate::Set{0b1011}));
}

TEST(Electorate, RefusesMembersItCannotWorkWith) {
    MachineConfig bad = config(3);
    bad.self = 9;
    EXPECT_THROW(Electorate{bad}, std::invalid_argument);
    bad = config(3);
    std::swap(bad.members[0], bad.members[2]);
    EXPECT_THROW(Electorate{bad}, std::invalid_argument);
}

Header released_at(const EpochId& epoch) {
    Header header = released();
    header.epoch = epoch;
    return header;
}

TEST(Barrier, KnowsWhatWasSaidOfAnEpochBeforeItsAccept) {
    const Electorate electorate(config(3));
    const EpochId next{2, 1, 7};
    Barrier barrier(electorate);
    barrier.hear_ahead(1, released_at(next));
    barrier.hear_ahead(2, released_at(next));
    EXPECT_FALSE(barrier.complete(0)) << "of the epoch before they said nothing";
    barrier.accept(next);
    EXPECT_TRUE(barrier.complete(0));
    barrier.accept({3, 1, 7});
    EXPECT_FALSE(barrier.complete(0)) << "nor of the one after";
}

TEST(Barrier, KeepsTheFactsOfOneEpochApart) {
    const Electorate electorate(config(3));
    const EpochId next{2, 1, 7};
    const EpochId twin{2, 1, 8};
    Barrier barrier(electorate);
    barrier.hear_ahead(1, released_at(next));
    barrier.hear_ahead(2, released_at(twin));
    barrier.hear_ahead(1, released_at(next));
    barrier.accept(twin);
    EXPECT_FALSE(barrier.complete(0));
    barrier.hear(1, released_at(twin));
    EXPECT_TRUE(barrier.complete(0));
}

}  // namespace
}  // namespace cohort::core
