// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/output.hpp"

#include "ctl/base/bucket_list.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace cohort::ctl {
namespace {

TEST(Table, AlignsWordsLeftAndNumbersRight) {
    EXPECT_EQ(format_table({{"ID", "NODE", "OWNED"}, {"1", "alpha", "2048"}, {"12", "b", "-"}}),
              "ID  NODE   OWNED\n"
              " 1  alpha   2048\n"
              "12  b          -\n");
}

TEST(Table, HasNoBlanksAtTheEndOfALine) {
    EXPECT_EQ(format_table({{"A", "B"}, {"x", ""}}), "A  B\nx\n");
    EXPECT_EQ(format_table({}), "");
}

TEST(Block, AlignsItsFields) {
    Block block("web");
    block.add("L2", "multicast");
    block.add("buckets", "16");
    EXPECT_EQ(block.text(),
              "web\n"
              "  L2       multicast\n"
              "  buckets  16\n");
}

TEST(Block, WrapsLongListsAndLosesNothing) {
    const std::string list =
        format_bucket_list(collect_buckets(600, [](std::uint32_t b) { return b % 3 == 0; }));
    Block block("web");
    block.add("own", list);
    std::istringstream text(block.text());
    std::string heading;
    std::string joined;
    std::getline(text, heading);
    for (std::string line; std::getline(text, line);) {
        EXPECT_LE(line.size(), 80U);
        joined += line.substr(7);
    }
    EXPECT_EQ(joined, list);
}

TEST(Block, LeavesAWordThatIsTooLongWhole) {
    const std::string word(200, 'x');
    Block block("web");
    block.add("a", word);
    EXPECT_EQ(block.text(), "web\n  a  " + word + "\n");
}

TEST(ErrorLine, IsOneLineWhateverItHolds) {
    EXPECT_EQ(error_line(usage_error("name 'a\nb\x1b[1m'")), "cohortctl: name 'a?b?[1m'");
}

}  // namespace
}  // namespace cohort::ctl
