// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/config/sample.hpp"

#include <fmt/format.h>

namespace cohort::config {
namespace {

using core::Difference;

class Settings : public test::Sample {
protected:
    /// In what the changed sample differs from the sample, as its node sees it.
    std::vector<Difference> differences(const std::string& what, const std::string& instead) const {
        return core::compare_settings(settings(parsed(test::kSample)),
                                      settings(parsed(sample_with(what, instead))));
    }
};

TEST_F(Settings, ADifferenceHasTheNameThatItHasInTheFile) {
    using All = std::vector<Difference>;
    EXPECT_EQ(differences("192.0.2.50/24", "192.0.2.51/24"),
              (All{{"[[address]] web: vip", "192.0.2.50/24 2001:db8::50/64",
                    "192.0.2.51/24 2001:db8::50/64"}}));
    EXPECT_EQ(differences("\"sourceip-sourceport\"", "\"sourceip\""),
              (All{{"[[address]] web: hash", "sourceip-sourceport", "sourceip"}}));
    EXPECT_EQ(differences("buckets = 4096", "buckets = 1024"),
              (All{{"[[address]] web: buckets", "4096", "1024"}}));
    EXPECT_EQ(differences("\"multicast\"", "\"unicast\""),
              (All{{"[[address]] web: l2", "multicast", "unicast"}}));
    EXPECT_EQ(differences("mac = \"auto\"", "mac = \"01:00:5e:00:00:01\""),
              (All{{"[[address]] web: mac", "auto", "01:00:5e:00:00:01"}}));
    EXPECT_EQ(differences("lease = \"1s\"", "lease = \"1500ms\""),
              (All{{"[timing] lease", "1s", "1500ms"}}));
    EXPECT_EQ(differences("heartbeat = \"100ms\"", "heartbeat = \"90ms\""),
              (All{{"[timing] heartbeat", "100ms", "90ms"}}));
    EXPECT_EQ(differences("id = 2", "id = 3"), (All{{"[[node]] id", "1 2", "1 3"}}));
    const Config zero = parsed(test::kSample);
    Config seven = zero;
    seven.addresses[0].seed = 7;
    EXPECT_EQ(core::compare_settings(settings(zero), settings(seven)),
              (All{{"[[address]] web: seed", "0", "7"}}));
}

// Else a difference could not be named, or one be named that is none.
TEST_F(Settings, AreWhatTheDigestCovers) {
    const Config config = parsed(test::kSample);
    const std::pair<const char*, const char*> changes[] = {
        {"name = \"web\"", "name = \"mail\""},
        {"name = \"web\"\ndev", "name = \"www\"\ndev"},
        {"192.0.2.50/24\", \"2001:db8::50/64", "2001:db8::50/64\", \"192.0.2.50/24"},
        {"weight = 1", "weight = 9"},
        {"mode = \"links\"", "mode = \"preferred\"\npreferred = 2"},
        {"\"alpha\"", "\"omega\""},
        {"\"/dev/ttyS1\"", "\"/dev/ttyS0\""},
        {"dev = \"eth0\"\nvip", "dev = \"eth9\"\nvip"},
    };
    for (const auto& [what, instead] : changes) {
        const Config changed = parsed(sample_with(what, instead));
        EXPECT_EQ(settings(changed) != settings(config),
                  config_digest(changed) != config_digest(config))
            << instead;
    }
}

Config with_addresses(std::size_t count) {
    Config config;
    config.cluster = "web";
    for (std::size_t i = 0; i < count; ++i) {
        Address address;
        address.name = fmt::format("address-{:023}", i);
        for (unsigned vip = 0; vip < 64; ++vip)
            address.vips.push_back(
                *parse_vip(fmt::format("10.{}.{}.{}/24", i / 256, i % 256, vip)));
        config.addresses.push_back(address);
    }
    return config;
}

TEST(SettingsOfMany, FitAndAreToldApart) {
    for (const std::size_t count : {128, 129, 1024}) {
        Config config = with_addresses(count);
        const auto all = settings(config);
        EXPECT_TRUE(core::decode_settings(core::encode_settings(all)) == all) << count;
        config.addresses.back().vips.back() = *parse_vip("10.99.99.99/24");
        const auto differences = core::compare_settings(all, settings(config));
        ASSERT_EQ(differences.size(), 1u) << count;
        EXPECT_TRUE(differences[0].name.starts_with("[[address]] " + config.addresses.back().name));
    }
}

}  // namespace
}  // namespace cohort::config
