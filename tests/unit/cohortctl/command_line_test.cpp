// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <sstream>

namespace cohort::ctl {
namespace {

using testing::HasSubstr;

/// What a command line came to.
struct Parsed {
    Session session;
    Result<std::string> text;
};

Parsed parse(const std::string& line) {
    Parsed parsed{{}, std::string()};
    const auto parser = make_parser(parsed.session);
    std::istringstream stream(line);
    std::vector<std::string> words{std::istream_iterator<std::string>(stream), {}};
    parsed.text = parse_command_line(*parser, std::move(words));
    return parsed;
}

std::string mistake(const std::string& line) {
    const Parsed parsed = parse(line);
    if (parsed.text)
        return "accepted";
    EXPECT_EQ(parsed.text.error().kind, ErrorKind::usage);
    EXPECT_EQ(parsed.text.error().message.find('\n'), std::string::npos);
    return parsed.text.error().message;
}

TEST(CommandLine, EveryCommandOfTheSynopsisIsTaken) {
    for (const char* line :
         {"cluster add web --dev eth0 --vip 192.0.2.50/24",
          ("cluster add web --dev eth0 --vip 192.0.2.50/24 --vip 2001:db8::1/64 --hash sourceip "
           "--buckets 16 --function clusterip --seed 1 --l2 unicast --mac auto --lease 1s "
           "--no-address"),
          "cluster add web --dev eth0 --vip 192.0.2.50/24 --key-file key",
          "cluster set web",
          "cluster set web --lease 1s",
          "cluster del web",
          "cluster show",
          "cluster show web",
          "bucket own web 0-127,200",
          "bucket release web 1",
          "bucket drain web 1",
          "bucket adopt web 1",
          "bucket set web --epoch 1",
          "bucket set web --epoch 1 --own 0 --drain 1 --adopt 2 --deadline 1s",
          "bucket renew web",
          "bucket renew web --deadline 1s",
          "bucket show web",
          "hash web --src 192.0.2.1:80",
          "hash web --src [2001:db8::1]:80 --dport 443",
          "stats",
          "stats web",
          "monitor",
          "doctor",
          "doctor web",
          "doctor web --print cisco",
          "import",
          "import --file -",
          "reload",
          "reload --force",
          "status"}) {
        const Parsed parsed = parse(line);
        ASSERT_TRUE(parsed.text) << line << ": " << parsed.text.error().message;
        EXPECT_EQ(*parsed.text, "") << line;
        EXPECT_TRUE(parsed.session.run) << line;
    }
}

TEST(CommandLine, GlobalOptionsStandAnywhere) {
    for (const char* line : {"-j -n blue cluster show", "cluster --json show --netns blue",
                             "cluster show -j -n blue", "cluster -n blue show web -j"}) {
        const Parsed parsed = parse(line);
        ASSERT_TRUE(parsed.text) << line;
        EXPECT_TRUE(parsed.session.json) << line;
        EXPECT_EQ(parsed.session.netns, "blue") << line;
    }
    EXPECT_FALSE(parse("stats").session.json);
    EXPECT_FALSE(parse("stats").session.netns);
}

TEST(CommandLine, AClusterMayBearTheNameOfACommand) {
    for (const char* line : {"cluster show stats", "cluster del add", "stats bucket",
                             "bucket own own 1", "hash hash --src 192.0.2.1"}) {
        const Parsed parsed = parse(line);
        EXPECT_TRUE(parsed.text) << line << ": " << parsed.text.error().message;
    }
}

TEST(CommandLine, AMissingOrUnknownCommandNamesThoseThatThereAre) {
    EXPECT_EQ(mistake(""),
              "a command is missing; it is one of cluster, bucket, hash, stats, "
              "monitor, doctor, import, reload, status; see 'cohortctl --help'");
    EXPECT_EQ(mistake("reboot"),
              "unknown 'reboot'; it is one of cluster, bucket, hash, stats, "
              "monitor, doctor, import, reload, status; see 'cohortctl --help'");
    EXPECT_THAT(mistake("cluster"), HasSubstr("cluster: a command is missing; it is one of add"));
    EXPECT_THAT(mistake("cluster move"), HasSubstr("cluster: unknown 'move'"));
    EXPECT_THAT(mistake("-j"), HasSubstr("a command is missing"));
}

TEST(CommandLine, AMistakeNamesTheWordAndTheHelp) {
    EXPECT_EQ(mistake("cluster del"),
              "cluster del: NAME is required; see 'cohortctl cluster del --help'");
    EXPECT_THAT(mistake("cluster add web --vip 1.2.3.4/5"), HasSubstr("--dev is required"));
    EXPECT_THAT(mistake("cluster add web --dev eth0"), HasSubstr("--vip is required"));
    EXPECT_THAT(mistake("cluster add web --dev"), HasSubstr("--dev needs a value"));
    EXPECT_THAT(mistake("cluster add web --dev a --dev b --vip 1.2.3.4/5"),
                HasSubstr("--dev is given more than once"));
    EXPECT_THAT(mistake("cluster show one two"), HasSubstr("unexpected 'two'"));
    EXPECT_THAT(mistake("cluster show --colour"), HasSubstr("unexpected '--colour'"));
    EXPECT_THAT(mistake("bucket own web"), HasSubstr("LIST is required"));
    EXPECT_THAT(mistake("bucket own web 1 2"), HasSubstr("unexpected '2'"));
    EXPECT_THAT(mistake("bucket own web 1 stats"), HasSubstr("unexpected 'stats'"));
    EXPECT_THAT(mistake("bucket set web --own 1"), HasSubstr("--epoch is required"));
    EXPECT_THAT(mistake("hash web"), HasSubstr("--src is required"));
    EXPECT_THAT(mistake("stats -n"), HasSubstr("--netns needs a value"));
}

TEST(CommandLine, EveryLevelHasHelpInEightyColumns) {
    for (const char* line :
         {"--help", "cluster -h", "cluster add --help", "cluster set -h", "cluster del -h",
          "cluster show -h", "bucket -h", "bucket own -h", "bucket release -h", "bucket drain -h",
          "bucket adopt -h", "bucket set -h", "bucket renew -h", "bucket show -h", "hash -h",
          "stats -h", "monitor -h", "status -h"}) {
        const Parsed parsed = parse(line);
        ASSERT_TRUE(parsed.text) << line;
        EXPECT_FALSE(parsed.session.run) << line;
        EXPECT_THAT(*parsed.text, HasSubstr("Usage: cohortctl ")) << line;
        EXPECT_THAT(*parsed.text, HasSubstr("Example")) << line;
        std::istringstream text(*parsed.text);
        for (std::string row; std::getline(text, row);)
            EXPECT_LE(row.size(), 80U) << line << ": " << row;
    }
}

TEST(CommandLine, TellsItsVersion) {
    EXPECT_EQ(parse("--version").text.value(), "cohortctl " COHORT_VERSION "\n");
}

}  // namespace
}  // namespace cohort::ctl
