// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/state/directory.hpp"

#include "tests/unit/state/plans.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

namespace cohort::state {
namespace {

using testing::HasSubstr;

TEST(Directory, IsMadeForItsOwnerAlone) {
    const test::TempDir dir;
    const auto opened = Directory::open(dir.file("new"));
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    struct stat status {};
    ASSERT_EQ(::stat(dir.file("new").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST(Directory, WithoutARecordIsAFreshStart) {
    const test::TempDir dir;
    const auto opened = Directory::open(dir.path());
    const auto plan = opened->load(test::kOwner);
    ASSERT_TRUE(plan.has_value()) << plan.error().message;
    EXPECT_EQ(*plan, std::nullopt);
}

TEST(Directory, GivesBackTheLastRecord) {
    const test::TempDir dir;
    const auto opened = Directory::open(dir.path());
    for (std::uint64_t counter : {4, 5}) {
        const auto record = encode_record(test::kOwner, {test::plan(counter), {}});
        ASSERT_EQ(replace_record(opened->fd(), record), 0);
    }
    const auto plan = opened->load(test::kOwner);
    ASSERT_TRUE(plan.has_value()) << plan.error().message;
    EXPECT_EQ((*plan)->plan, test::plan(5));
}

TEST(Directory, AHalfWrittenSuccessorIsIgnored) {
    const test::TempDir dir;
    const auto opened = Directory::open(dir.path());
    ASSERT_EQ(replace_record(opened->fd(), encode_record(test::kOwner, {test::plan(4), {}})), 0);
    dir.write("state.new", "half a rec");
    EXPECT_EQ((*opened->load(test::kOwner))->plan, test::plan(4));
    ASSERT_EQ(replace_record(opened->fd(), encode_record(test::kOwner, {test::plan(5), {}})), 0);
    EXPECT_EQ((*opened->load(test::kOwner))->plan, test::plan(5));
}

TEST(Directory, ADamagedRecordIsRefusedWithWhatToDo) {
    const test::TempDir dir;
    const auto opened = Directory::open(dir.path());
    dir.write("state", "not a record");
    const auto plan = opened->load(test::kOwner);
    ASSERT_TRUE(plan.has_error());
    EXPECT_THAT(plan.error().message, HasSubstr(dir.file("state")));
    EXPECT_THAT(plan.error().message, HasSubstr("delete it"));
}

TEST(Directory, CountsItsStarts) {
    const test::TempDir dir;
    for (std::uint32_t start = 1; start <= 3; ++start) {
        const auto opened = Directory::open(dir.path());
        EXPECT_EQ(opened->count_start(), start);
    }
    dir.write("starts", "what?");
    EXPECT_EQ(Directory::open(dir.path())->count_start(), 1u);
    EXPECT_EQ(Directory::open(dir.path())->count_start(), 2u);
}

TEST(Directory, MissingParentIsNamed) {
    const auto opened = Directory::open("/nonexistent/cohort");
    ASSERT_TRUE(opened.has_error());
    EXPECT_THAT(opened.error().message, HasSubstr("/nonexistent/cohort"));
}

/// Another process that has the directory, for a while or until it is killed.
class Rival {
public:
    Rival(const std::string& path, std::chrono::microseconds holds) {
        int ends[2];
        EXPECT_EQ(::pipe(ends), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            const auto held = Directory::open(path);
            if (held && ::write(ends[1], "x", 1) == 1)
                ::usleep(static_cast<useconds_t>(holds.count()));
            ::_exit(0);
        }
        ::close(ends[1]);
        char byte = 0;
        EXPECT_EQ(::read(ends[0], &byte, 1), 1) << "the rival did not get the lock";
        ::close(ends[0]);
    }
    ~Rival() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Rival(const Rival&) = delete;
    Rival& operator=(const Rival&) = delete;

private:
    pid_t pid_;
};

TEST(Directory, SecondDaemonIsRefused) {
    const test::TempDir dir;
    const Rival rival(dir.path(), std::chrono::minutes{1});
    const auto opened = Directory::open(dir.path());
    ASSERT_TRUE(opened.has_error());
    EXPECT_THAT(opened.error().message, HasSubstr("another cohortd runs with state_dir"));
}

TEST(Directory, APredecessorThatIsAboutToEndIsWaitedFor) {
    const test::TempDir dir;
    const Rival rival(dir.path(), std::chrono::milliseconds{300});
    const auto opened = Directory::open(dir.path());
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
}

}  // namespace
}  // namespace cohort::state
