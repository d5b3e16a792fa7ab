// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace cohort::ctl {
namespace {

constexpr std::size_t kColumns = 80;

bool is_number(const std::string& cell) {
    const auto numeric = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
    return cell == "-" || (!cell.empty() && std::ranges::all_of(cell, numeric));
}

/// Cuts the piece off `rest` that fits the width: up to the last comma or
/// space in it, or all of the word if it has none.
std::string_view take_line(std::string_view& rest, std::size_t width) {
    std::size_t cut = rest.size();
    if (cut > width) {
        const std::size_t at = rest.find_last_of(", ", width - 1);
        cut = at != std::string_view::npos ? at + 1 : rest.find_first_of(", ", width);
        cut = std::min(cut == std::string_view::npos ? rest.size() : cut, rest.size());
    }
    std::string_view line = rest.substr(0, cut);
    rest.remove_prefix(cut);
    while (line.ends_with(' '))
        line.remove_suffix(1);
    while (rest.starts_with(' '))
        rest.remove_prefix(1);
    return line;
}

std::string dump(const Json& json, int indent) {
    // Names of devices may hold any bytes; they must not end the program.
    return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Result<void> print(std::string_view text) {
    const std::size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
    if (written == text.size() && std::fflush(stdout) == 0)
        return {};
    const int code = errno;
    return Error{
        ErrorKind::refused,
        fmt::format("cannot write to standard output: {}", std::generic_category().message(code)),
        code};
}

Result<void> print_json(const Json& json) {
    return print(dump(json, 2));
}

Result<void> print_json_line(const Json& json) {
    return print(dump(json, -1));
}

std::string error_line(const Error& error) {
    std::string line = "cohortctl: " + error.message;
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, '?');
    return line;
}

std::string format_table(const std::vector<std::vector<std::string>>& rows) {
    const std::size_t columns = rows.empty() ? 0 : rows.front().size();
    std::vector<std::size_t> widths(columns);
    std::vector<bool> right(columns, true);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            widths[column] = std::max(widths[column], rows[row][column].size());
            right[column] = right[column] && (row == 0 || is_number(rows[row][column]));
        }
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t column = 0; column < columns; ++column) {
            const std::string padding(widths[column] - row[column].size(), ' ');
            line += column ? "  " : "";
            line += right[column] ? padding + row[column] : row[column] + padding;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string Block::text() const {
    std::size_t widest = 0;
    for (const auto& [label, value] : fields_)
        widest = std::max(widest, label.size());

    std::string text = heading_ + "\n";
    for (const auto& [label, value] : fields_) {
        std::string start = fmt::format("  {:<{}}  ", label, widest);
        const std::string indent(start.size(), ' ');
        std::string_view rest = value;
        do {
            text += start;
            text += take_line(rest, kColumns - indent.size());
            text += '\n';
            start = indent;
        } while (!rest.empty());
    }
    return text;
}

}  // namespace cohort::ctl
