// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/seen.hpp"

#include <gtest/gtest.h>

namespace cohort::link {
namespace {

core::Header header(core::NodeId sender, std::uint64_t session, std::uint64_t seq) {
    core::Header header;
    header.sender = sender;
    header.session = session;
    header.seq = seq;
    return header;
}

TEST(Seen, EachFrameIsAdmittedOnce) {
    Seen seen;
    EXPECT_TRUE(seen.admit(header(2, 7, 10)));
    EXPECT_FALSE(seen.admit(header(2, 7, 10)));
    EXPECT_TRUE(seen.admit(header(2, 7, 9))) << "overtaken, but not seen";
    EXPECT_FALSE(seen.admit(header(2, 7, 9)));
    EXPECT_TRUE(seen.admit(header(3, 7, 10))) << "another node counts for itself";
}

TEST(Seen, ANodeThatRestartsBeginsAnew) {
    Seen seen;
    EXPECT_TRUE(seen.admit(header(2, 7, 5000)));
    EXPECT_TRUE(seen.admit(header(2, 8, 1)));
    EXPECT_FALSE(seen.admit(header(2, 8, 1)));
}

TEST(Seen, AnOldSessionThatIsPlayedBackDoesNotRepeatTheLivingOne) {
    Seen seen;
    EXPECT_TRUE(seen.admit(header(2, 8, 100)));
    EXPECT_TRUE(seen.admit(header(2, 7, 1)));
    EXPECT_FALSE(seen.admit(header(2, 8, 100)));
    EXPECT_FALSE(seen.admit(header(2, 7, 1)));
}

}  // namespace
}  // namespace cohort::link
