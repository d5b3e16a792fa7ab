// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace cohort::testbed {

/// A directory for the sockets of one test.
class Scratch {
public:
    Scratch() {
        std::string form = (std::filesystem::temp_directory_path() / "cohort-XXXXXX").string();
        if (!mkdtemp(form.data()))
            throw std::runtime_error("mkdtemp");
        path_ = form;
    }
    Scratch(const Scratch&) = delete;
    ~Scratch() { std::filesystem::remove_all(path_); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace cohort::testbed
