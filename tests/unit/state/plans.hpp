// SPDX-License-Identifier: GPL-2.0-or-later
//
// A small plan, and a directory to keep it in.
#pragma once

#include "ctl/cohortd/core/plan_codec.hpp"
#include "ctl/cohortd/state/record.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace cohort::state::test {

inline constexpr Owner kOwner{0x11223344, 2};

/// Half of eight buckets for each of two nodes.
inline core::Plan plan(std::uint64_t counter) {
    core::Plan plan = core::empty_plan(8, 77);
    plan.fresh = {1, 1, 1, 1, 2, 2, 2, 2};
    plan.old = {1, 1, 1, 2, 2, 2, 2, 2};
    core::seal_plan(plan, counter, 1);
    return plan;
}

class TempDir {
public:
    TempDir() {
        std::string pattern = testing::TempDir() + "cohort-state-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }
    ~TempDir() { std::filesystem::remove_all(path_); }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    const std::string& path() const { return path_; }
    std::string file(const std::string& name) const { return path_ + "/" + name; }

    std::string read(const std::string& name) const {
        std::ifstream in(file(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write(const std::string& name, const std::string& content) const {
        std::ofstream(file(name), std::ios::binary) << content;
    }

private:
    std::string path_;
};

}  // namespace cohort::state::test
