// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/keyfile.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

namespace cohort {
namespace {

constexpr std::size_t kShortest = 16;
constexpr std::size_t kLongest = 65536;

/// Sub-keys of the root, by number; a number is never given a second meaning.
constexpr char kContext[crypto_kdf_CONTEXTBYTES + 1] = "cohort-1";
enum SubKey : std::uint64_t { kFrames = 1, kSipHash = 2, kFurtherFrames = 3, kCheck = 4 };

Secret<32> derive(const Secret<32>& root, SubKey which) {
    static_assert(crypto_kdf_KEYBYTES == 32);
    Secret<32> key;
    crypto_kdf_derive_from_key(key.bytes().data(), key.bytes().size(), which, kContext,
                               root.bytes().data());
    return key;
}

class File {
public:
    explicit File(const std::string& path)
        : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
    ~File() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int fd() const { return fd_; }

private:
    int fd_;
};

/// A buffer of the longest content and one byte more, which tells that there
/// is too much.
class Buffer {
public:
    Buffer() : bytes_(kLongest + 1) {}
    ~Buffer() { wipe(bytes_); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    std::span<std::uint8_t> rest() { return std::span(bytes_).subspan(used_); }
    std::span<const std::uint8_t> content() const { return std::span(bytes_).first(used_); }
    void grow(std::size_t by) { used_ += by; }

private:
    std::vector<std::uint8_t> bytes_;
    std::size_t used_ = 0;
};

Error system_error(const std::string& path, int code) {
    return {
        ErrorKind::usage,
        fmt::format("cannot read key file '{}': {}", path, std::generic_category().message(code)),
        code};
}

Result<void> check_file(const std::string& path, const struct stat& status) {
    constexpr mode_t kAllowed = S_IRUSR | S_IWUSR;
    const mode_t mode = status.st_mode & 07777;
    if (!S_ISREG(status.st_mode))
        return usage_error(fmt::format("key file '{}' is not a regular file", path));
    if ((mode & ~kAllowed) != 0)
        return usage_error(fmt::format(
            "key file '{}' has mode {:04o}, so that it is no secret: 'chmod 600' it", path, mode));
    if (status.st_uid != geteuid() && status.st_uid != 0)
        return usage_error(fmt::format("key file '{}' belongs to user {}, not to user {} or root",
                                       path, status.st_uid, geteuid()));
    return {};
}

}  // namespace

void wipe(std::span<std::uint8_t> memory) {
    sodium_memzero(memory.data(), memory.size());
}

SipKey key_of_seed(std::uint32_t seed) {
    SipKey key;
    for (unsigned byte = 0; byte < 4; ++byte)
        key.bytes()[byte] = static_cast<std::uint8_t>(seed >> (8 * byte));
    return key;
}

Result<ClusterKey> ClusterKey::read(const std::string& path) {
    // Non-blocking, so that a FIFO by that name cannot hold the program up.
    const File file(path);
    struct stat status {};
    if (file.fd() < 0 || fstat(file.fd(), &status) != 0)
        return system_error(path, errno);
    if (const auto fit = check_file(path, status); !fit)
        return fit.error();

    Buffer buffer;
    while (!buffer.rest().empty()) {
        const ssize_t got = ::read(file.fd(), buffer.rest().data(), buffer.rest().size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return system_error(path, errno);
        if (got == 0)
            break;
        buffer.grow(static_cast<std::size_t>(got));
    }
    auto key = from_content(buffer.content());
    if (!key)
        return usage_error(fmt::format("key file '{}': {}", path, key.error().message));
    return key;
}

Result<ClusterKey> ClusterKey::from_content(std::span<const std::uint8_t> content) {
    if (content.size() > kLongest)
        return usage_error(fmt::format("a key has at most {} bytes", kLongest));
    while (!content.empty() && content.back() == '\n')
        content = content.first(content.size() - 1);
    if (content.size() < kShortest)
        return usage_error(
            fmt::format("a key has at least {} bytes, this one {}; make one by "
                        "'head -c 32 /dev/urandom | base64'",
                        kShortest, content.size()));
    if (sodium_init() < 0)
        return Error{ErrorKind::refused, "libsodium cannot be initialised", 0};
    Secret<32> root;
    crypto_generichash(root.bytes().data(), root.bytes().size(), content.data(), content.size(),
                       nullptr, 0);
    return ClusterKey(root);
}

FrameKey ClusterKey::frame_key() const {
    return derive(root_, kFrames);
}

FrameKey ClusterKey::frame_key(const ClusterKey& cluster) const {
    const FrameKey own = frame_key();
    if (sodium_memcmp(root_.bytes().data(), cluster.root_.bytes().data(), 32) == 0)
        return own;
    const Secret<32> parent = derive(cluster.root_, kFurtherFrames);
    FrameKey key;
    crypto_generichash(key.bytes().data(), key.bytes().size(), own.bytes().data(),
                       own.bytes().size(), parent.bytes().data(), parent.bytes().size());
    return key;
}

SipKey ClusterKey::siphash_key(std::string_view cluster_name) const {
    const Secret<32> parent = derive(root_, kSipHash);
    SipKey key;
    crypto_generichash(key.bytes().data(), key.bytes().size(),
                       reinterpret_cast<const unsigned char*>(cluster_name.data()),
                       cluster_name.size(), parent.bytes().data(), parent.bytes().size());
    return key;
}

std::uint32_t check_of(const FrameKey& key) {
    const Secret<32> sub_key = derive(key, kCheck);
    std::uint32_t check = 0;
    for (std::size_t i = 0; i < sizeof check; ++i)
        check = check << 8 | sub_key.bytes()[i];
    return check;
}

}  // namespace cohort
