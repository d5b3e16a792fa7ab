// SPDX-License-Identifier: GPL-2.0-or-later
//
// TOML tables read key by key. A wrong value is recorded with its line, and a
// harmless one is returned instead, so that the code that reads a section runs
// straight through; the file is refused in the end.
#pragma once

#include "ctl/base/result.hpp"

#include <toml++/toml.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cohort::config {

/// The first thing that is wrong with a file.
class Problems {
public:
    explicit Problems(std::string file) : file_(std::move(file)) {}
    void add(std::uint32_t line, std::string_view message);
    bool any() const { return !first_.empty(); }
    Error error() const { return usage_error(first_); }

private:
    std::string file_;
    std::string first_;
};

class Reader {
public:
    /// `title` names the section in messages: "[cluster]". A key that is not
    /// in `keys` is a problem. Without a table, every key is absent.
    Reader(Problems& problems, std::string title, const toml::table* table,
           std::initializer_list<std::string_view> keys);

    /// Absent: nothing. Of another type: a problem, and nothing.
    std::optional<std::string> text(std::string_view key);
    std::optional<std::int64_t> number(std::string_view key, std::int64_t min, std::int64_t max);
    std::optional<bool> flag(std::string_view key);
    /// An array of strings; absent: empty.
    std::vector<std::string> texts(std::string_view key);

    /// The key's text parsed by a function that returns a Result; its error
    /// becomes the problem.
    template <class Parse>
    auto parsed(std::string_view key, Parse parse)
        -> std::optional<typename decltype(parse(std::string_view{}))::value_type> {
        const auto words = text(key);
        if (!words)
            return std::nullopt;
        auto value = parse(std::string_view(*words));
        if (!value) {
            fail(key, value.error().message);
            return std::nullopt;
        }
        return *std::move(value);
    }

    /// A problem with a key, or, if it is absent, with the section.
    void fail(std::string_view key, std::string_view message);
    /// The key must be there: `example` shows what would be right.
    void require(std::string_view key, std::string_view example);
    bool has(std::string_view key) const;
    const toml::node* node(std::string_view key) const;
    /// Where the key is, or, if it is absent, the section.
    std::uint32_t line_of(std::string_view key) const;

private:
    Problems& problems_;
    std::string title_;
    const toml::table* table_;
    std::uint32_t line_;
};

/// The tables written as [[key]]; anything else under that key is a problem.
std::vector<const toml::table*> tables(Problems& problems, const toml::table& root,
                                       std::string_view key);

/// The table written as [key], or nullptr.
const toml::table* table(Problems& problems, const toml::table& root, std::string_view key);

}  // namespace cohort::config
