// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/settings.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace cohort::core {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
    std::vector<std::byte> bytes;
    for (const char c : text) {
        bytes.push_back(static_cast<std::byte>(c));
    }
    return bytes;
}

SettingsFragment piece(std::uint16_t index, std::uint16_t count, std::string_view text,
                       std::uint64_t digest = 7) {
    SettingsFragment fragment;
    fragment.header.config_digest = digest;
    fragment.index = index;
    fragment.count = count;
    fragment.bytes = bytes_of(text);
    return fragment;
}

TEST(Settings, ComeBackAsTheyWere) {
    const std::vector<Setting> settings{{"[timing] lease", "1s"}, {"[[address]] web: vip", ""}};
    EXPECT_EQ(decode_settings(encode_settings(settings)), settings);
}

TEST(Settings, OfAnyBytesAreReadWithoutHarm) {
    EXPECT_EQ(decode_settings(bytes_of("no tab\n\tno name\na\tb\x01\xff\ncut off\tx")),
              (std::vector<Setting>{{"a", "b??"}}));
    EXPECT_TRUE(decode_settings({}).empty());
}

TEST(Settings, BeyondTheBoundAreLeftOut) {
    const std::vector<Setting> many(3000, {std::string(30, 'n'), std::string(60, 'v')});
    const auto bytes = encode_settings(many);
    EXPECT_LE(bytes.size(), kMaxSettingsBytes);
    EXPECT_GT(bytes.size(), kMaxSettingsBytes - 92);
    EXPECT_EQ(bytes.back(), std::byte{'\n'});
}

TEST(Differences, AreNamedWithWhatEachSideHas) {
    const auto found = compare_settings({{"a", "1"}, {"b", "2"}, {"c", "3"}},
                                        {{"d", "4"}, {"c", "9"}, {"a", "1"}});
    EXPECT_EQ(text(found), "b (only here: 2), c (9 there, 3 here), d (only there: 4)");
    EXPECT_TRUE(compare_settings({{"a", "1"}}, {{"a", "1"}}).empty());
}

TEST(Differences, OfManyTheFirstFewAreNamed) {
    std::vector<Setting> many;
    for (int i = 0; i < 20; ++i) {
        many.push_back({std::to_string(i), "x"});
    }
    EXPECT_TRUE(text(compare_settings(many, {})).ends_with("7 (only here: x) and 12 more"));
}

TEST(SettingsAssembly, AsksForOnePieceAfterTheOther) {
    SettingsAssembly assembly;
    assembly.expect(7);
    EXPECT_EQ(assembly.missing(), 0);
    EXPECT_FALSE(assembly.add(piece(1, 2, "b"))) << "not asked for";
    EXPECT_EQ(assembly.missing(), 0);
    EXPECT_FALSE(assembly.add(piece(0, 2, "a")));
    EXPECT_FALSE(assembly.add(piece(0, 2, "a"))) << "a copy";
    EXPECT_EQ(assembly.missing(), 1);
    EXPECT_FALSE(assembly.add(piece(1, 3, "b"))) << "of another count";
    EXPECT_FALSE(assembly.add(piece(1, 2, "b", 8))) << "of another configuration";
    EXPECT_TRUE(assembly.add(piece(1, 2, "b")));
    EXPECT_EQ(assembly.missing(), std::nullopt);
    EXPECT_FALSE(assembly.add(piece(1, 2, "b")));
    EXPECT_EQ(assembly.bytes().size(), 2u);
}

TEST(SettingsAssembly, StartsAnewForAnotherDigestAndTakesNoMoreThanItsBound) {
    SettingsAssembly assembly;
    EXPECT_TRUE(assembly.expect(7));
    EXPECT_FALSE(assembly.add(piece(0, 2, "a")));
    EXPECT_FALSE(assembly.expect(7));
    EXPECT_EQ(assembly.missing(), 1);
    EXPECT_TRUE(assembly.expect(8));
    EXPECT_EQ(assembly.missing(), 0);
    EXPECT_FALSE(assembly.add(piece(0, 1025, "a", 8)));
    EXPECT_EQ(assembly.missing(), 0);
}

}  // namespace
}  // namespace cohort::core
