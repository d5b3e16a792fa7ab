// SPDX-License-Identifier: GPL-2.0-or-later
//
// Text for people (80 columns), JSON for programs, and getting either out.
#pragma once

#include "ctl/base/result.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cohort::ctl {

/// Keys keep the order in which they were added.
using Json = nlohmann::ordered_json;

/// Writes to standard output and flushes; a text that could not be written
/// whole (full disk, closed descriptor) is an error.
Result<void> print(std::string_view text);

/// Indented, for one answer; and in one line, for a stream of them.
Result<void> print_json(const Json& json);
Result<void> print_json_line(const Json& json);

/// "cohortctl: MESSAGE", whatever the message holds, in one line.
std::string error_line(const Error& error);

/// Rows of cells in aligned columns, parted by two spaces. Cells that are
/// numbers throughout a column (its heading aside) are aligned to the right.
std::string format_table(const std::vector<std::vector<std::string>>& rows);

/// A heading with indented fields below it. A value too long for the line is
/// wrapped after a comma or at a space.
class Block {
public:
    explicit Block(std::string heading) : heading_(std::move(heading)) {}
    void add(std::string label, std::string value) {
        fields_.emplace_back(std::move(label), std::move(value));
    }
    std::string text() const;

private:
    std::string heading_;
    std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace cohort::ctl
