// SPDX-License-Identifier: GPL-2.0-or-later
//
// The directory of the durable state: one record, one daemon at a time.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortd/core/types.hpp"
#include "ctl/cohortd/state/record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace cohort::state {

/// An open descriptor, closed at the end.
class Handle {
public:
    explicit Handle(int fd = -1) : fd_(fd) {}
    Handle(Handle&& other) noexcept : fd_(other.release()) {}
    Handle& operator=(Handle&& other) noexcept;
    ~Handle();
    int get() const { return fd_; }
    int release();
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_;
};

class Directory {
public:
    /// Makes the directory (0700) if need be, and locks it. A daemon that was
    /// just killed may leave a writer behind that finishes its last write:
    /// waits up to five seconds for that. A lock that lasts longer is refused:
    /// two daemons on one state could take each other's promises back.
    static Result<Directory> open(const std::string& path);

    /// Nothing: there is no record yet. Damaged or another node's: an error.
    Result<std::optional<Accepted>> load(const Owner& owner) const;

    /// How often a daemon was started here, this time included: from 1 on. What cannot be
    /// read counts as nothing, and what cannot be written is lost; others take a start
    /// that they think to be an earlier one for a recording, until it has proven itself.
    std::uint32_t count_start() const;

    const std::string& path() const { return path_; }
    /// Children that inherit this keep the lock while they live.
    int fd() const { return directory_.get(); }

private:
    Directory(std::string path, Handle directory);
    std::string path_;
    Handle directory_;
};

/// Replaces the record in an open directory so that, whenever power fails, the
/// old one or the new one is there, whole. Returns 0 or an errno. Blocks for
/// as long as the disk does; allocates nothing.
int replace_record(int directory, std::span<const std::byte> record);

}  // namespace cohort::state
