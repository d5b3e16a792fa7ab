// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/switch/command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/testbed/scratch.hpp"

namespace cohort::testbed {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::StartsWith;

class Command : public ::testing::Test {
protected:
    Command() {
        network_.add_lan("service", Lan::Kind::switching, {"alpha", "beta"});
        network_.add_cable("null-modem", {"alpha", "beta"});
    }
    void refuses(const std::string& line) {
        const auto before = *network_.plug("service.alpha");
        EXPECT_THAT(obey(network_, line), ElementsAre(StartsWith("error: "))) << line;
        EXPECT_EQ(network_.plug("service.alpha")->to, before.to) << line;
        EXPECT_EQ(network_.plug("service.alpha")->from, before.from) << line;
    }

    Scratch scratch_;
    Reactor reactor_;
    Network network_{reactor_, scratch_.path(), 1};
};

TEST_F(Command, CutsAndHealsBothDirections) {
    EXPECT_THAT(obey(network_, "cut null-modem.beta"), ElementsAre("ok"));
    EXPECT_TRUE(network_.plug("null-modem.beta")->from.cut);
    EXPECT_TRUE(network_.plug("null-modem.beta")->to.cut);
    EXPECT_FALSE(network_.plug("null-modem.alpha")->to.cut);
    EXPECT_THAT(obey(network_, "heal null-modem.beta"), ElementsAre("ok"));
    EXPECT_EQ(network_.plug("null-modem.beta")->to, Faults{});
}

TEST_F(Command, SetsFaultsOfOneDirection) {
    EXPECT_THAT(obey(network_, "set service.alpha to drop=25 delay=1.5"), ElementsAre("ok"));
    EXPECT_THAT(obey(network_, "set service.alpha to cut=1"), ElementsAre("ok"));
    const Faults& faults = network_.plug("service.alpha")->to;
    EXPECT_TRUE(faults.cut);
    EXPECT_DOUBLE_EQ(faults.drop, 0.25);
    EXPECT_EQ(faults.delay, 1500us);
    EXPECT_EQ(network_.plug("service.alpha")->from, Faults{});
}

TEST_F(Command, RefusesWhatItDoesNotKnowAndChangesNothing) {
    for (const char* line : {"",
                             "dance",
                             "cut",
                             "cut service",
                             "cut service.gamma",
                             "cut nowhere.alpha",
                             "set service.alpha",
                             "set service.alpha up drop=1",
                             "set service.alpha to cut=1 drop=101",
                             "set service.alpha to delay=1 delay=x",
                             "set service.alpha to speed=3",
                             "partition service alpha",
                             "partition service alpha gamma",
                             "filter service tcp 7",
                             "filter service udp 0",
                             "filter service udp 65536",
                             "inject service.alpha 0",
                             "inject service.alpha zz",
                             "noise null-modem.alpha 0",
                             "unite nowhere"})
        refuses(line);
}

TEST_F(Command, CountsEachPlug) {
    EXPECT_THAT(obey(network_, "count"),
                ElementsAre("service.alpha from=0 to=0 lost=0 absent=0 overflow=0",
                            "service.beta from=0 to=0 lost=0 absent=0 overflow=0",
                            "null-modem.alpha from=0 to=0 lost=0 absent=0 overflow=0",
                            "null-modem.beta from=0 to=0 lost=0 absent=0 overflow=0", "ok"));
}

}  // namespace
}  // namespace cohort::testbed
