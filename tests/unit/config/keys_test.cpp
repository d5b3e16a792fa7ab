// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/config/sample.hpp"

#include <gmock/gmock.h>

namespace cohort::config {
namespace {

using testing::HasSubstr;

class Keys : public test::Sample {
protected:
    std::string key(int id, const std::string& use, const std::string& file) const {
        return "[[key]]\nid = " + std::to_string(id) + "\nfile = \"" + file + "\"\nuse = \"" + use +
               "\"\n";
    }
    /// Before the timing, so that the sections begin in line 6.
    static std::string with(const std::string& sections) {
        return sample_with("[timing]", sections + "[timing]");
    }
    std::string why(const std::string& sections) const {
        const auto config = parse(with(sections));
        return config ? "" : config.error().message;
    }

    std::string second_ = test::write_file(dir_.path() + "/key.2", "another key of a test", 0600);
};

TEST_F(Keys, AKeyFileAloneIsKeyOneAsItAlwaysWas) {
    const Config config = parsed(test::kSample);
    ASSERT_EQ(config.keys.size(), 1u);
    EXPECT_EQ(config.keys[0].id, kFirstKeyId);
    EXPECT_TRUE(config.keys[0].sends);
    EXPECT_EQ(check_of(config.keys[0].secret), check_of(config.key->frame_key()));
    const Config named = parsed(with(key(1, "send", key_file_)));
    EXPECT_EQ(key_uses(named), key_uses(config)) << "the same, written out";
}

TEST_F(Keys, AreSortedAndOneSends) {
    const Config config = parsed(with(key(2, "accept", second_) + key(1, "send", key_file_)));
    ASSERT_EQ(config.keys.size(), 2u);
    EXPECT_EQ(config.keys[0].id, 1);
    EXPECT_TRUE(config.keys[0].sends);
    EXPECT_EQ(config.keys[1].id, 2);
    EXPECT_FALSE(config.keys[1].sends);
}

TEST_F(Keys, HaveNoPartInTheHashNorInTheDigest) {
    const Config before = parsed(test::kSample);
    const Config after = parsed(with(key(2, "send", second_)));
    EXPECT_EQ(config_digest(after), config_digest(before));
    EXPECT_TRUE(std::ranges::equal(after.key->siphash_key("web").bytes(),
                                   before.key->siphash_key("web").bytes()));
    EXPECT_EQ(needs_restart(before, after), "");
}

TEST_F(Keys, AMistakeIsNamedWithItsLine) {
    const std::string one = key(1, "send", key_file_);
    EXPECT_EQ(why(one + key(2, "accept+send", second_)),
              "cohort.toml:13: [[key]] use: 'accept+send' is not accept or send; one that sends is "
              "accepted, too");
    EXPECT_EQ(why(one + key(2, "send", second_)),
              "cohort.toml:6: 2 of the [[key]] sections have use = \"send\"; exactly one must");
    EXPECT_EQ(why(key(1, "accept", key_file_)),
              "cohort.toml:6: 0 of the [[key]] sections have use = \"send\"; exactly one must");
    EXPECT_EQ(why(one + key(1, "accept", second_)),
              "cohort.toml:10: [[key]] id: 1 is taken; ids must differ");
    EXPECT_THAT(why(one + key(2, "accept", key_file_)),
                HasSubstr("cohort.toml:10: [[key]] file: key 2 has the same content as key 1"));
    EXPECT_THAT(why(one + key(0, "accept", second_)), HasSubstr("[[key]] id: is 0, but must be"));
    EXPECT_THAT(why(one + key(256, "accept", second_)), HasSubstr("must be of 1..255"));
    EXPECT_THAT(why(one + key(2, "accept", "key.2")), HasSubstr("not an absolute path"));
    EXPECT_THAT(why(one + key(2, "accept", "/nowhere/key")), HasSubstr("cannot read key file"));
    EXPECT_THAT(why(one + "[[key]]\nid = 2\nuse = \"accept\"\n"), HasSubstr("needs file"));
    EXPECT_THAT(why(one + "[[key]]\nid = 2\nfile = \"/etc/k\"\n"), HasSubstr("needs use"));
}

TEST_F(Keys, AreAtMostFour) {
    std::string sections = key(1, "send", key_file_);
    for (int id = 2; id <= 4; ++id)
        sections += key(id, "accept",
                        test::write_file(dir_.path() + "/key." + std::to_string(id),
                                         "key number " + std::to_string(id) + " of a test", 0600));
    EXPECT_EQ(why(sections), "");
    sections +=
        key(5, "accept", test::write_file(dir_.path() + "/key.5", "one key too many", 0600));
    EXPECT_THAT(why(sections), HasSubstr("there are 5 [[key]] sections, but at most 4"));
}

TEST_F(Keys, AreNamedByTheCheckOnceThereIsMoreThanTheFirst) {
    EXPECT_THAT(summarize(parsed(test::kSample)), Not(HasSubstr("key 1")));
    EXPECT_THAT(summarize(parsed(with(key(1, "accept", key_file_) + key(2, "send", second_)))),
                HasSubstr("key 1: accept\nkey 2: send\n"));
}

}  // namespace
}  // namespace cohort::config
