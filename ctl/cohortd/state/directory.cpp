// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/state/directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <iterator>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace cohort::state {
namespace {

constexpr char kRecord[] = "state";
constexpr char kNewRecord[] = "state.new";
constexpr char kStarts[] = "starts";
constexpr char kNewStarts[] = "starts.new";
constexpr std::chrono::seconds kLockWait{5};

Error refused(const std::string& what, int code) {
    return {ErrorKind::refused, fmt::format("{}: {}", what, std::generic_category().message(code)),
            code};
}

/// Alone now, or the errno.
int lock(int fd) {
    const auto give_up = std::chrono::steady_clock::now() + kLockWait;
    while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() >= give_up)
            return errno;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return 0;
}

Result<std::vector<std::byte>> read_all(int fd, const std::string& path) {
    std::vector<std::byte> content;
    std::array<std::byte, 16384> chunk;
    for (;;) {
        const ssize_t got = ::read(fd, chunk.data(), chunk.size());
        if (got < 0)
            return refused(fmt::format("cannot read the state in {}", path), errno);
        if (got == 0)
            return content;
        content.insert(content.end(), chunk.begin(), chunk.begin() + got);
    }
}

int write_all(int fd, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t put = ::write(fd, bytes.data(), bytes.size());
        if (put < 0 && errno != EINTR)
            return errno;
        if (put > 0)
            bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return ::fsync(fd) == 0 ? 0 : errno;
}

}  // namespace

Handle& Handle::operator=(Handle&& other) noexcept {
    if (this != &other) {
        if (fd_ >= 0)
            ::close(fd_);
        fd_ = other.release();
    }
    return *this;
}

Handle::~Handle() {
    if (fd_ >= 0)
        ::close(fd_);
}

int Handle::release() {
    return std::exchange(fd_, -1);
}

Directory::Directory(std::string path, Handle directory)
    : path_(std::move(path)), directory_(std::move(directory)) {}

Result<Directory> Directory::open(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return refused(fmt::format("cannot make state_dir {}", path), errno);
    Handle directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory)
        return refused(fmt::format("cannot open state_dir {}", path), errno);
    if (::faccessat(directory.get(), ".", W_OK, 0) != 0)
        return refused(fmt::format("cannot write into state_dir {}", path), errno);
    const int code = lock(directory.get());
    if (code == EWOULDBLOCK)
        return Error{ErrorKind::refused,
                     fmt::format("another cohortd runs with state_dir {}; stop it first, or give "
                                 "this one a state_dir of its own",
                                 path),
                     code};
    if (code != 0)
        return refused(fmt::format("cannot lock state_dir {}", path), code);
    return Directory(path, std::move(directory));
}

Result<std::optional<Accepted>> Directory::load(const Owner& owner) const {
    const std::string file = path_ + "/" + kRecord;
    const Handle record(::openat(fd(), kRecord, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!record && errno == ENOENT)
        return std::optional<Accepted>{};
    if (!record)
        return refused(fmt::format("cannot read the state in {}", file), errno);
    const auto content = read_all(record.get(), file);
    if (!content)
        return content.error();
    auto accepted = decode_record(*content, owner);
    if (!accepted)
        return Error{ErrorKind::refused,
                     fmt::format("the state in {} {}", file, accepted.error().message), 0};
    return std::optional<Accepted>(*std::move(accepted));
}

// No fsync: a start must not wait for the disk, and if power fails the worst is a
// number that was used already.
std::uint32_t Directory::count_start() const {
    std::uint32_t count = 0;
    if (const Handle file(::openat(fd(), kStarts, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)); file) {
        std::array<char, 16> text{};
        if (const ssize_t got = ::read(file.get(), text.data(), text.size()); got > 0)
            std::from_chars(text.data(), text.data() + got, count);
    }
    const std::string text = fmt::format("{}\n", ++count);
    const Handle file(
        ::openat(fd(), kNewStarts, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file && ::write(file.get(), text.data(), text.size()) == std::ssize(text))
        ::renameat(fd(), kNewStarts, fd(), kStarts);
    return count;
}

int replace_record(int directory, std::span<const std::byte> record) {
    const int fd = ::openat(directory, kNewRecord,
                            O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return errno;
    int code = write_all(fd, record);
    if (::close(fd) != 0 && code == 0)
        code = errno;
    if (code != 0)
        return code;
    if (::renameat(directory, kNewRecord, directory, kRecord) != 0)
        return errno;
    return ::fsync(directory) == 0 ? 0 : errno;
}

}  // namespace cohort::state
