// SPDX-License-Identifier: GPL-2.0-or-later
//
// R15: what a node without a durable state may do.
#include "ctl/cohortd/shell/first_state.hpp"

#include "tests/unit/state/plans.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace cohort::shell {
namespace {

using testing::HasSubstr;

config::Config config_of(std::size_t nodes, const std::string& state_dir) {
    config::Config config;
    config.cluster = "web";
    config.node = 1;
    config.state_dir = state_dir;
    for (std::size_t id = 1; id <= nodes; ++id)
        config.nodes.push_back({static_cast<core::NodeId>(id), "n" + std::to_string(id), 1, false});
    config.addresses.emplace_back();
    return config;
}

Result<state::Accepted> load(const config::Config& config) {
    const auto directory = state::Directory::open(config.state_dir);
    return directory ? load_first_plan(config, *directory) : directory.error();
}

TEST(FirstState, TwoNodesStartWithoutOne) {
    const state::test::TempDir dir;
    const auto plan = load(config_of(2, dir.path()));
    ASSERT_TRUE(plan.has_value()) << plan.error().message;
    EXPECT_EQ(plan->plan.id.counter, 0u);
    EXPECT_EQ(plan->plan.fresh.size(), 4096u);
}

TEST(FirstState, ThreeVotersNeedIt) {
    const state::test::TempDir dir;
    const auto config = config_of(3, dir.path());
    const auto plan = load(config);
    ASSERT_TRUE(plan.has_error());
    EXPECT_THAT(plan.error().message, HasSubstr("'cohortd --init'"));
    ASSERT_TRUE(init_state(config, false).has_value());
    const auto made = load(config);
    ASSERT_TRUE(made.has_value()) << made.error().message;
    EXPECT_EQ(made->plan.id.counter, 0u);
}

TEST(FirstState, WhatIsThereIsReplacedByForceAlone) {
    const state::test::TempDir dir;
    const auto config = config_of(3, dir.path());
    {
        const auto directory = state::Directory::open(dir.path());
        const auto record = state::encode_record(owner_of(config), {state::test::plan(7), {}});
        ASSERT_EQ(state::replace_record(directory->fd(), record), 0);
    }
    const auto refused = init_state(config, false);
    ASSERT_TRUE(refused.has_error());
    EXPECT_THAT(refused.error().message, HasSubstr("of epoch 7"));
    EXPECT_EQ(load(config)->plan.id.counter, 7u);
    ASSERT_TRUE(init_state(config, true).has_value());
    EXPECT_EQ(load(config)->plan.id.counter, 0u);
}

TEST(FirstState, ADamagedOneIsNotTakenForNone) {
    const state::test::TempDir dir;
    for (const std::size_t nodes : {2U, 3U}) {
        const auto config = config_of(nodes, dir.path());
        std::ofstream(dir.file("state")) << "nonsense";
        EXPECT_TRUE(load(config).has_error());
        EXPECT_TRUE(init_state(config, false).has_error());
        EXPECT_TRUE(init_state(config, true).has_value());
        EXPECT_TRUE(load(config).has_value());
    }
}

}  // namespace
}  // namespace cohort::shell
