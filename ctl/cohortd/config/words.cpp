// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/config/words.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace cohort::config {
namespace {

/// Levenshtein's distance, one row at a time.
std::size_t edits(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above + 1, row[j - 1] + 1, replaced});
            diagonal = above;
        }
    }
    return row.back();
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
    // Keys are short; a text of any length must not cost its square.
    constexpr std::size_t kLongest = 32;
    if (word.size() > kLongest)
        return {};
    std::string_view best;
    std::size_t least = std::max<std::size_t>(word.size() / 2, 1) + 1;
    for (std::string_view candidate : known) {
        const std::size_t distance = edits(word, candidate);
        if (distance < least) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

std::string one_of(std::span<const std::string_view> words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0)
            text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

}  // namespace cohort::config
