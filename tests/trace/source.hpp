// SPDX-License-Identifier: GPL-2.0-or-later
//
// A file of lines, with what is known of the clock that they were written by.
#pragma once

#include "ctl/base/result.hpp"
#include "tests/trace/line.hpp"

#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

namespace cohort::trace {

/// FILE[@[-]OFFSET[~DOUBT]]: OFFSET added to the file's times gives times that
/// all files share, wrong by no more than DOUBT.
struct SourceSpec {
    std::string path;
    core::Duration offset{};
    core::Duration doubt{};
    static Result<SourceSpec> parse(const std::string& text);
};

class Source {
public:
    /// The first line must be a `start`.
    static Result<Source> open(const SourceSpec& spec);

    /// The line at hand, if there is one.
    const std::optional<Line>& line() const { return line_; }
    const std::string& text() const { return text_; }
    /// When it was written, on the shared time line. Never decreases.
    core::Duration at() const { return at_; }
    const SourceSpec& spec() const { return spec_; }

    Result<void> next();

    /// "FILE:LINE", of the line at hand.
    std::string where() const;
    /// An error about the line at hand.
    Error error(const std::string& what) const;

private:
    explicit Source(SourceSpec spec);

    SourceSpec spec_;
    std::ifstream file_;
    std::uint64_t number_ = 0;
    std::string text_;
    std::optional<Line> line_;
    core::Duration at_ = core::Duration::min();
};

}  // namespace cohort::trace
