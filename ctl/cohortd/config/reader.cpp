// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/config/reader.hpp"

#include "ctl/cohortd/config/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace cohort::config {
namespace {

std::string type_name(const toml::node& node) {
    std::ostringstream name;
    name << node.type();
    return name.str();
}

}  // namespace

void Problems::add(std::uint32_t line, std::string_view message) {
    if (!first_.empty())
        return;
    first_ = fmt::format("{}:{}: {}", file_, line, message);
    // It is one line, whatever it quotes.
    std::ranges::replace_if(
        first_, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }, '?');
}

Reader::Reader(Problems& problems, std::string title, const toml::table* table,
               std::initializer_list<std::string_view> keys)
    : problems_(problems),
      title_(std::move(title)),
      table_(table),
      line_(table == nullptr ? 1 : table->source().begin.line) {
    if (table == nullptr)
        return;
    for (const auto& [key, value] : *table) {
        if (std::ranges::find(keys, key.str()) != keys.end())
            continue;
        const std::string_view meant = nearest(key.str(), std::span(keys.begin(), keys.size()));
        const std::string help =
            meant.empty() ? fmt::format("it knows {}", one_of(std::span(keys.begin(), keys.size())))
                          : fmt::format("did you mean '{}'?", meant);
        problems_.add(key.source().begin.line,
                      fmt::format("{} has no key '{}'; {}", title_, key.str(), help));
    }
}

const toml::node* Reader::node(std::string_view key) const {
    return table_ == nullptr ? nullptr : table_->get(key);
}

bool Reader::has(std::string_view key) const {
    return node(key) != nullptr;
}

std::uint32_t Reader::line_of(std::string_view key) const {
    const toml::node* found = node(key);
    return found == nullptr ? line_ : found->source().begin.line;
}

void Reader::fail(std::string_view key, std::string_view message) {
    problems_.add(line_of(key), fmt::format("{} {}: {}", title_, key, message));
}

void Reader::require(std::string_view key, std::string_view example) {
    if (!has(key))
        problems_.add(line_,
                      fmt::format("{} needs {}, such as {} = {}", title_, key, key, example));
}

std::optional<std::string> Reader::text(std::string_view key) {
    const toml::node* found = node(key);
    if (found == nullptr)
        return std::nullopt;
    if (const auto* value = found->as_string())
        return value->get();
    fail(key, fmt::format("must be a string in quotes, not a value of type {}", type_name(*found)));
    return std::nullopt;
}

std::optional<std::int64_t> Reader::number(std::string_view key, std::int64_t min,
                                           std::int64_t max) {
    const toml::node* found = node(key);
    if (found == nullptr)
        return std::nullopt;
    const auto* value = found->as_integer();
    if (value == nullptr) {
        fail(key, fmt::format("must be a whole number of {}..{}, not a value of type {}", min, max,
                              type_name(*found)));
        return std::nullopt;
    }
    if (value->get() < min || value->get() > max) {
        fail(key, fmt::format("is {}, but must be of {}..{}", value->get(), min, max));
        return std::nullopt;
    }
    return value->get();
}

std::optional<bool> Reader::flag(std::string_view key) {
    const toml::node* found = node(key);
    if (found == nullptr)
        return std::nullopt;
    if (const auto* value = found->as_boolean())
        return value->get();
    fail(key, fmt::format("must be true or false, not a value of type {}", type_name(*found)));
    return std::nullopt;
}

std::vector<std::string> Reader::texts(std::string_view key) {
    const toml::node* found = node(key);
    if (found == nullptr)
        return {};
    std::vector<std::string> values;
    if (const auto* array = found->as_array()) {
        for (const toml::node& element : *array) {
            const auto* value = element.as_string();
            if (value == nullptr)
                break;
            values.push_back(value->get());
        }
        if (values.size() == array->size())
            return values;
    }
    fail(key, "must be a list of strings: [\"…\", \"…\"]");
    return {};
}

std::vector<const toml::table*> tables(Problems& problems, const toml::table& root,
                                       std::string_view key) {
    const toml::node* found = root.get(key);
    if (found == nullptr)
        return {};
    std::vector<const toml::table*> all;
    if (const auto* array = found->as_array()) {
        for (const toml::node& element : *array) {
            if (const auto* one = element.as_table())
                all.push_back(one);
        }
        if (all.size() == array->size())
            return all;
    }
    problems.add(found->source().begin.line,
                 fmt::format("{} is a list of sections: write [[{}]]", key, key));
    return {};
}

const toml::table* table(Problems& problems, const toml::table& root, std::string_view key) {
    const toml::node* found = root.get(key);
    if (found == nullptr)
        return nullptr;
    const auto* one = found->as_table();
    if (one == nullptr)
        problems.add(found->source().begin.line,
                     fmt::format("{} is one section: write [{}]", key, key));
    return one;
}

}  // namespace cohort::config
