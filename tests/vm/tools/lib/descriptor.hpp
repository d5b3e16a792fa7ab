// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>
#include <utility>

namespace cohort::testbed {

/// Owns a file descriptor; -1 is none.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor();

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    void reset() { Descriptor().swap(*this); }

private:
    void swap(Descriptor& other) noexcept { std::swap(fd_, other.fd_); }
    int fd_ = -1;
};

/// Ends the program with "what: the reason of errno": a test tool that lacks a
/// socket has nothing to go on with.
[[noreturn]] void fail(std::string_view what);

/// The value of a system call that must not fail.
int must(int value, std::string_view what);

/// Lets the process have as many descriptors as the system allows.
void raise_descriptor_limit();

}  // namespace cohort::testbed
