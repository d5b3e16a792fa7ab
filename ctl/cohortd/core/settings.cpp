// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/settings.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>

namespace cohort::core {

namespace {

constexpr std::size_t kMostNamed = 8;

std::optional<Setting> parse_line(std::string_view line) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos || tab == 0) {
        return std::nullopt;
    }
    Setting setting{std::string(line.substr(0, tab)), std::string(line.substr(tab + 1))};
    for (std::string* words : {&setting.name, &setting.value}) {
        std::ranges::replace_if(
            *words, [](char c) { return c < ' ' || c > '~'; }, '?');
    }
    return setting;
}

std::map<std::string_view, std::string_view> by_name(const std::vector<Setting>& settings) {
    std::map<std::string_view, std::string_view> found;
    for (const Setting& setting : settings) {
        found.emplace(setting.name, setting.value);
    }
    return found;
}

std::string in_words(const Difference& difference) {
    if (!difference.here) {
        return difference.name + " (only there: " + *difference.there + ")";
    }
    if (!difference.there) {
        return difference.name + " (only here: " + *difference.here + ")";
    }
    return difference.name + " (" + *difference.there + " there, " + *difference.here + " here)";
}

}  // namespace

std::vector<std::byte> encode_settings(const std::vector<Setting>& settings) {
    std::vector<std::byte> bytes;
    for (const Setting& setting : settings) {
        const std::string line = setting.name + '\t' + setting.value + '\n';
        if (bytes.size() + line.size() > kMaxSettingsBytes) {
            break;
        }
        std::ranges::transform(line, std::back_inserter(bytes),
                               [](char c) { return static_cast<std::byte>(c); });
    }
    return bytes;
}

std::vector<Setting> decode_settings(std::span<const std::byte> bytes) {
    std::vector<Setting> settings;
    std::string line;
    for (const std::byte byte : bytes) {
        const auto c = static_cast<char>(byte);
        if (c != '\n') {
            line += c;
            continue;
        }
        if (auto setting = parse_line(line)) {
            settings.push_back(*std::move(setting));
        }
        line.clear();
    }
    return settings;
}

std::vector<Difference> compare_settings(const std::vector<Setting>& here,
                                         const std::vector<Setting>& there) {
    const auto own = by_name(here);
    const auto others = by_name(there);
    std::vector<Difference> differences;
    for (const Setting& setting : here) {
        const auto found = others.find(setting.name);
        if (found == others.end()) {
            differences.push_back({setting.name, setting.value, std::nullopt});
        } else if (found->second != setting.value) {
            differences.push_back({setting.name, setting.value, std::string(found->second)});
        }
    }
    for (const Setting& setting : there) {
        if (!own.contains(setting.name)) {
            differences.push_back({setting.name, std::nullopt, setting.value});
        }
    }
    return differences;
}

std::string text(const std::vector<Difference>& differences) {
    std::string words;
    for (std::size_t i = 0; i < std::min(differences.size(), kMostNamed); ++i) {
        words += (i == 0 ? "" : ", ") + in_words(differences[i]);
    }
    if (differences.size() > kMostNamed) {
        words += " and " + std::to_string(differences.size() - kMostNamed) + " more";
    }
    return words;
}

bool SettingsAssembly::expect(std::uint64_t config_digest) {
    if (digest_ == config_digest) {
        return false;
    }
    clear();
    digest_ = config_digest;
    return true;
}

std::optional<std::uint16_t> SettingsAssembly::missing() const {
    return count_ > 0 && next_ == count_ ? std::nullopt : std::optional{next_};
}

bool SettingsAssembly::add(const SettingsFragment& fragment) {
    const bool others = digest_ != fragment.header.config_digest ||
                        (count_ > 0 && fragment.count != count_) ||
                        fragment.count > kMaxSettingsBytes / kSettingsFragmentBytes;
    if (others || fragment.index != next_ || next_ >= fragment.count) {
        return false;
    }
    count_ = fragment.count;
    bytes_.insert(bytes_.end(), fragment.bytes.begin(), fragment.bytes.end());
    return ++next_ == count_;
}

}  // namespace cohort::core
