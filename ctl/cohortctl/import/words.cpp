// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/import/words.hpp"

#include <algorithm>

namespace cohort::ctl {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/// Characters that no shell gives a meaning to.
bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_./:,@%+=").find(c) != std::string_view::npos;
}

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view line) {
    std::vector<std::string> words;
    bool inside = false;  // a word
    bool quoted = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        const char c = line[at];
        if (!quoted && is_blank(c)) {
            inside = false;
            continue;
        }
        if (!inside)
            words.emplace_back();
        inside = true;
        if (c == '"')
            quoted = !quoted;
        else if (quoted && c == '\\' && at + 1 < line.size())
            words.back() += line[++at];
        else
            words.back() += c;
    }
    if (quoted)
        return usage_error("a quote has no end");
    return words;
}

std::string quote_word(std::string_view word) {
    if (!word.empty() && std::ranges::all_of(word, is_plain))
        return std::string(word);
    std::string quoted = "'";
    for (const char c : word) {
        if (c == '\'')
            quoted += "'\\''";
        else
            quoted += c;
    }
    return quoted + "'";
}

}  // namespace cohort::ctl
