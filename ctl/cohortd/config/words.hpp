// SPDX-License-Identifier: GPL-2.0-or-later
//
// Help with misspelt words.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cohort::config {

/// The known word that is nearest to `word` by edits, if it is near enough to
/// have been meant; else empty.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

/// "a, b or c".
std::string one_of(std::span<const std::string_view> words);

}  // namespace cohort::config
