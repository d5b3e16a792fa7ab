// SPDX-License-Identifier: GPL-2.0-or-later
//
// A pseudo-terminal under a name of its own; the test is the far end.
#pragma once

#include "ctl/cohortd/wire/cobs.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace cohort::link::test {

class Terminal {
public:
    Terminal() {
        std::string pattern = testing::TempDir() + "cohort-tty-XXXXXX";
        dir_ = ::mkdtemp(pattern.data());
    }
    ~Terminal() {
        unplug();
        std::filesystem::remove_all(dir_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    std::string device() const { return dir_ + "/tty"; }
    int master() const { return master_; }

    void plug_in() {
        master_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        ASSERT_GE(master_, 0);
        ASSERT_EQ(::grantpt(master_), 0);
        ASSERT_EQ(::unlockpt(master_), 0);
        std::array<char, 128> name{};
        ASSERT_EQ(::ptsname_r(master_, name.data(), name.size()), 0);
        std::filesystem::create_symlink(name.data(), device());
    }

    void unplug() {
        if (master_ >= 0)
            ::close(master_);
        master_ = -1;
        std::filesystem::remove(device());
    }

    void write(std::span<const std::byte> bytes) const {
        ASSERT_EQ(::write(master_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    }

    void write_frame(std::span<const std::byte> frame) const { write(wire::cobs_encode(frame)); }

    /// What came up to now, also what is no frame.
    std::vector<std::byte> read() const {
        std::vector<std::byte> all;
        std::array<std::byte, 4096> chunk;
        for (;;) {
            const ssize_t got = ::read(master_, chunk.data(), chunk.size());
            if (got <= 0)
                return all;
            all.insert(all.end(), chunk.begin(), chunk.begin() + got);
        }
    }

    termios settings() const {
        termios line{};
        EXPECT_EQ(::tcgetattr(master_, &line), 0);
        return line;
    }

private:
    std::string dir_;
    int master_ = -1;
};

}  // namespace cohort::link::test
