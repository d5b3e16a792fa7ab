// SPDX-License-Identifier: GPL-2.0-or-later
//
// A whole configuration, with a key file of its own.
#pragma once

#include "ctl/cohortd/config/config.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace cohort::config::test {

/// A directory that vanishes with the test.
class TempDir {
public:
    TempDir() {
        std::string pattern = testing::TempDir() + "cohort-config-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }
    ~TempDir() { std::filesystem::remove_all(path_); }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

inline std::string write_file(const std::string& path, const std::string& content, mode_t mode) {
    std::ofstream(path) << content;
    ::chmod(path.c_str(), mode);
    return path;
}

inline constexpr char kKeyContent[] = "thirty-two bytes of a test's key";

/// What KEYFILE stands for is filled in by Sample::parse().
inline constexpr char kSample[] = R"([cluster]
name = "web"
node = 1
key_file = "KEYFILE"
state_dir = "/var/lib/cohort"
[timing]
heartbeat = "100ms"
lease = "1s"
[quorum]
mode = "links"
[[node]]
id = 1
name = "alpha"
weight = 1
[[node]]
id = 2
name = "beta"
[[link]]
name = "null-modem"
type = "serial"
device = "/dev/ttyS1"
baud = 115200
[[link]]
name = "backup-lan"
type = "udp"
bind = "10.8.0.1:7788"
peers = ["10.8.0.2:7788"]
[[address]]
name = "web"
dev = "eth0"
vip = ["192.0.2.50/24", "2001:db8::50/64"]
hash = "sourceip-sourceport"
buckets = 4096
l2 = "multicast"
mac = "auto"
function = "siphash"
[[check]]
name = "uplink"
type = "link"
dev = "eth0"
)";

class Sample : public testing::Test {
protected:
    std::string with_key(std::string text) const {
        const std::string mark = "KEYFILE";
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark))
            text.replace(at, mark.size(), key_file_);
        return text;
    }

    Result<Config> parse(const std::string& text) const {
        return parse_config(with_key(text), "cohort.toml");
    }

    /// The sample with the first occurrence of `what` replaced.
    static std::string sample_with(const std::string& what, const std::string& instead) {
        std::string text = kSample;
        const auto at = text.find(what);
        EXPECT_NE(at, std::string::npos) << "the sample has no '" << what << "'";
        if (at != std::string::npos)
            text.replace(at, what.size(), instead);
        return text;
    }

    Config parsed(const std::string& text) const {
        auto config = parse(text);
        EXPECT_TRUE(config.has_value()) << (config ? "" : config.error().message);
        return config ? *config : Config{};
    }

    TempDir dir_;
    std::string key_file_ = write_file(dir_.path() + "/key", kKeyContent, 0600);
};

}  // namespace cohort::config::test
