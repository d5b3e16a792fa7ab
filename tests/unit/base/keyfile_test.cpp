// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/keyfile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

namespace cohort {
namespace {

using testing::HasSubstr;

class KeyFile : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "keyfile.XXXXXX";
        ASSERT_TRUE(mkdtemp(pattern.data()));
        directory_ = pattern;
        path_ = directory_ + "/key";
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    const std::string& write(const std::string& content, mode_t mode = 0600) {
        std::ofstream(path_, std::ios::binary) << content;
        EXPECT_EQ(chmod(path_.c_str(), mode), 0);
        return path_;
    }

    std::string refusal() { return ClusterKey::read(path_).error().message; }

    std::string directory_;
    std::string path_;
};

const std::string kContent = "0123456789abcdef";

std::vector<std::uint8_t> bytes_of(const SipKey& key) {
    return {key.bytes().begin(), key.bytes().end()};
}

std::span<const std::uint8_t> span_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Of kContent, computed with Python's hashlib: root = BLAKE2b-256(content);
// sub-key n = BLAKE2b-256("", key = root, salt = n, person = "cohort-1");
// sub-key 1 is the frames', the cluster's is BLAKE2b-128("web", key = sub-key 2).
const std::vector<std::uint8_t> kWebKey{0x84, 0x3d, 0x21, 0x4a, 0x4c, 0xe6, 0xb1, 0xd0,
                                        0x42, 0x27, 0xed, 0x34, 0x48, 0x6f, 0xcd, 0x1e};
const std::vector<std::uint8_t> kFrameKey{
    0x60, 0xb1, 0xcb, 0x80, 0x31, 0xef, 0xab, 0x9d, 0x7e, 0x65, 0xff, 0xae, 0xd8, 0x63, 0x36, 0x7e,
    0x5c, 0xcb, 0x4b, 0x0d, 0x60, 0xe2, 0x16, 0x32, 0x21, 0x91, 0xb6, 0xb9, 0x73, 0xce, 0xa6, 0x04};

// Of kContent + "x" in the cluster of kContent: BLAKE2b-256(its sub-key 1, key =
// the cluster's sub-key 3). A check is the first four bytes of sub-key 4.
const std::vector<std::uint8_t> kFurtherKey{
    0x70, 0x6d, 0x8e, 0x7a, 0x19, 0xc5, 0xd3, 0x3c, 0xd1, 0x56, 0x36, 0x55, 0x86, 0x89, 0x6c, 0xde,
    0xe1, 0x82, 0x72, 0x9f, 0xf4, 0x6a, 0x85, 0x6b, 0x08, 0xfd, 0xa3, 0x4a, 0xbe, 0x7d, 0x0e, 0x9c};

// Nodes of different versions must agree for good: these never change.
TEST(ClusterKey, DerivesTheSameKeysForEver) {
    const ClusterKey key = ClusterKey::from_content(span_of(kContent)).value();
    EXPECT_THAT(bytes_of(key.siphash_key("web")), testing::ElementsAreArray(kWebKey));
    const FrameKey frame = key.frame_key();
    EXPECT_THAT(std::vector<std::uint8_t>(frame.bytes().begin(), frame.bytes().end()),
                testing::ElementsAreArray(kFrameKey));
}

TEST(ClusterKey, DerivesFurtherFrameKeysForEver) {
    const ClusterKey cluster = ClusterKey::from_content(span_of(kContent)).value();
    const FrameKey key =
        ClusterKey::from_content(span_of(kContent + "x")).value().frame_key(cluster);
    EXPECT_THAT(std::vector<std::uint8_t>(key.bytes().begin(), key.bytes().end()),
                testing::ElementsAreArray(kFurtherKey));
    EXPECT_EQ(check_of(cluster.frame_key()), 0x26f7a279u);
    EXPECT_EQ(check_of(key), 0x902380a4u);
}

// Otherwise nodes could agree on a frame key and hash by different ones.
TEST(ClusterKey, AFurtherFrameKeyIsCommonToThoseWithOneClusterKey) {
    const ClusterKey a = ClusterKey::from_content(span_of(kContent)).value();
    const ClusterKey b = ClusterKey::from_content(span_of(kContent + "b")).value();
    const ClusterKey further = ClusterKey::from_content(span_of(kContent + "x")).value();
    EXPECT_EQ(check_of(a.frame_key(a)), check_of(a.frame_key())) << "named by a [[key]]";
    EXPECT_NE(check_of(further.frame_key(a)), check_of(further.frame_key(b)));
    EXPECT_NE(check_of(further.frame_key(a)), check_of(further.frame_key()));
}

TEST(ClusterKey, EachClusterHasAKeyOfItsOwn) {
    const ClusterKey key = ClusterKey::from_content(span_of(kContent)).value();
    EXPECT_NE(bytes_of(key.siphash_key("web")), bytes_of(key.siphash_key("mail")));
    const ClusterKey other = ClusterKey::from_content(span_of(kContent + "x")).value();
    EXPECT_NE(bytes_of(key.siphash_key("web")), bytes_of(other.siphash_key("web")));
}

TEST(ClusterKey, TrailingNewlinesDoNotCount) {
    const ClusterKey bare = ClusterKey::from_content(span_of(kContent)).value();
    const ClusterKey ended = ClusterKey::from_content(span_of(kContent + "\n\n")).value();
    EXPECT_EQ(bytes_of(bare.siphash_key("web")), bytes_of(ended.siphash_key("web")));
    EXPECT_FALSE(ClusterKey::from_content(span_of("0123456789abcde\n")));
}

TEST(ClusterKey, SeedIsLittleEndianInTheFirstFourBytes) {
    EXPECT_THAT(bytes_of(key_of_seed(0x01020304)),
                testing::ElementsAre(4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
}

TEST_F(KeyFile, IsReadWhole) {
    const std::string content(65536, 'k');
    const auto read = ClusterKey::read(write(content)).value();
    const auto direct = ClusterKey::from_content(span_of(content)).value();
    EXPECT_EQ(bytes_of(read.siphash_key("web")), bytes_of(direct.siphash_key("web")));
}

TEST_F(KeyFile, MayBeStricter) {
    if (geteuid() != 0)
        GTEST_SKIP() << "only root reads a file of mode 0000";
    EXPECT_TRUE(ClusterKey::read(write(kContent, 0400)));
    EXPECT_TRUE(ClusterKey::read(write(kContent, 0000)));
}

TEST_F(KeyFile, RefusesLooserModes) {
    for (const mode_t mode : {0601, 0602, 0604, 0610, 0620, 0640, 0644, 0666, 0700, 04600}) {
        write(kContent, mode);
        EXPECT_THAT(refusal(), HasSubstr("'chmod 600' it")) << std::oct << mode;
    }
}

TEST_F(KeyFile, RefusesAnotherUsersFile) {
    if (geteuid() != 0)
        GTEST_SKIP() << "only root gives a file away";
    write(kContent);
    ASSERT_EQ(chown(path_.c_str(), 4711, 4711), 0);
    EXPECT_THAT(refusal(), HasSubstr("belongs to user 4711"));
}

TEST_F(KeyFile, RefusesWhatIsTooShortOrTooLong) {
    write("0123456789abcde");
    EXPECT_THAT(refusal(), HasSubstr("at least 16 bytes, this one 15"));
    write(std::string(65537, 'k'));
    EXPECT_THAT(refusal(), HasSubstr("at most 65536 bytes"));
}

TEST_F(KeyFile, RefusesWhatIsNoFile) {
    EXPECT_THAT(refusal(), HasSubstr("No such file"));
    ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
    EXPECT_THAT(refusal(), HasSubstr("not a regular file"));
    EXPECT_THAT(ClusterKey::read(directory_).error().message, HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace cohort
