// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/config/rotation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort::config {
namespace {

using testing::HasSubstr;

FrameKey key_of(std::uint8_t fill) {
    std::array<std::uint8_t, 32> bytes;
    bytes.fill(fill);
    return FrameKey(bytes);
}

/// "1* 2": accepts keys 1 and 2 and sends with 1. Each id has a key of its own.
std::vector<NumberedKey> keys(const std::string& words) {
    std::vector<NumberedKey> all;
    for (const char c : words) {
        if (c == '*')
            all.back().sends = true;
        else if (c != ' ')
            all.push_back(
                {static_cast<std::uint8_t>(c - '0'), false, key_of(static_cast<std::uint8_t>(c))});
    }
    return all;
}

Config config_of(const std::string& words) {
    Config config;
    config.node = 1;
    config.nodes = {{1, "alpha", 1}, {2, "beta", 1}, {3, "gamma", 1}};
    config.keys = keys(words);
    return config;
}

/// Alpha's view. A peer of "" has not told, one of "-" is not heard.
core::View view(const std::vector<std::string>& peers, const std::string& own = "1*") {
    core::View view;
    std::vector<std::string> all{own};
    all.insert(all.end(), peers.begin(), peers.end());
    for (const std::string& words : all) {
        core::PeerView node;
        node.id = static_cast<core::NodeId>(view.nodes.size() + 1);
        node.live = words != "-";
        if (node.live && !words.empty())
            node.keys = key_uses(config_of(words));
        view.nodes.push_back(node);
    }
    return view;
}

std::string obstacle(const std::string& running, const std::string& wanted,
                     const std::vector<std::string>& peers) {
    return keys_obstacle(config_of(running), config_of(wanted), view(peers));
}

TEST(KeysObstacle, AddingAKeyIsAlwaysFine) {
    EXPECT_EQ(obstacle("1*", "1* 2", {"1*", ""}), "");
    EXPECT_EQ(obstacle("1* 2", "1* 2", {"1*", ""}), "") << "no change of keys";
}

TEST(KeysObstacle, ToSendWithAKeyAllLivePeersMustAcceptIt) {
    EXPECT_THAT(obstacle("1* 2", "1 2*", {"1* 2", "1*"}),
                HasSubstr("gamma does not accept key 2 yet: add it there"));
    EXPECT_THAT(obstacle("1* 2", "1 2*", {"", "1* 2"}), HasSubstr("beta has not told"));
    EXPECT_EQ(obstacle("1* 2", "1 2*", {"1* 2", "-"}), "") << "who is not heard is not asked";
    EXPECT_EQ(obstacle("1* 2", "1 2*", {"1* 2", "1 2*"}), "");
}

TEST(KeysObstacle, ToRemoveAKeyNoLivePeerMaySendWithIt) {
    EXPECT_THAT(obstacle("1 2*", "2*", {"1 2*", "1* 2"}),
                HasSubstr("gamma still sends with key 1"));
    EXPECT_THAT(obstacle("1 2*", "2*", {"", "1 2*"}), HasSubstr("beta has not told"));
    EXPECT_EQ(obstacle("1 2*", "2*", {"1 2*", "2*"}), "");
    EXPECT_EQ(obstacle("1* 2", "1*", {"1* 2", "1*"}), "") << "a rotation that is called off";
}

TEST(KeysObstacle, AnIdIsNotTakenForTheKey) {
    Config other_file = config_of("1* 2");
    other_file.keys[1].secret = key_of('x');
    Config sends = other_file;
    sends.keys[0].sends = false;
    sends.keys[1].sends = true;
    EXPECT_THAT(keys_obstacle(other_file, sends, view({"1* 2", "-"})),
                HasSubstr("beta has another file for key 2"));
    Config replaced = config_of("1*");
    replaced.keys[0].secret = key_of('x');
    EXPECT_THAT(keys_obstacle(config_of("1*"), replaced, view({"1*", "-"})),
                HasSubstr("beta has another file for key 1"));
}

TEST(RotationTest, GoesThroughItsStages) {
    const auto at = [](const std::string& own, const std::vector<std::string>& peers) {
        return rotation(config_of(own), view(peers, own));
    };
    using Names = std::vector<std::string>;
    EXPECT_EQ(at("1*", {"1*", "1*"}), (Rotation{0, {}}));
    EXPECT_EQ(at("1*", {"1*", ""}), (Rotation{0, {}})) << "of an older version";
    EXPECT_EQ(at("1* 2", {"1*", "1*"}), (Rotation{1, Names{"beta", "gamma"}}));
    EXPECT_EQ(at("1*", {"1* 2", "1* 2"}), (Rotation{1, Names{"alpha"}}));
    EXPECT_EQ(at("1* 2", {"1* 2", ""}), (Rotation{1, Names{"gamma"}}));
    EXPECT_EQ(at("1* 2", {"1* 2", "1* 2"}), (Rotation{2, Names{"alpha", "beta", "gamma"}}));
    EXPECT_EQ(at("1 2*", {"1* 2", "-"}), (Rotation{2, Names{"beta"}}));
    EXPECT_EQ(at("1 2*", {"1 2*", "1 2*"}), (Rotation{3, Names{"alpha", "beta", "gamma"}}));
    EXPECT_EQ(at("2*", {"2*", "1 2*"}), (Rotation{3, Names{"gamma"}}));
    EXPECT_EQ(at("2*", {"2*", "2*"}), (Rotation{0, {}}));
}

}  // namespace
}  // namespace cohort::config
