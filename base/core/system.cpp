#include "base/core/system.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace vaettir {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> file_error(const std::filesystem::path& path, std::string_view action) {
  return fail(Cause::kInternal,
              fmt::format("cannot {} {}: {}", action, path.string(), std::strerror(errno)));
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    ssize_t count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// The new name is only safe once the directory that holds it is on the disk too.
bool sync_directory(const std::filesystem::path& directory) {
  Descriptor dir(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return dir.fd() >= 0 && ::fsync(dir.fd()) == 0;
}

class RealWallClock final : public WallClockSource {
 public:
  WallTime now() override { return WallClock::now(); }
};

class RealEntropy final : public Entropy {
 public:
  void fill(std::span<unsigned char> bytes) override {
    while (!bytes.empty()) {
      ssize_t count = ::getrandom(bytes.data(), bytes.size(), 0);
      if (count < 0 && errno == EINTR) continue;
      CHECK(count > 0);  // the kernel gives random bytes or the program cannot go on safely
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }
};

}  // namespace

Environment process_environment() {
  Environment out;
  for (char** entry = environ; entry && *entry; ++entry) {
    std::string_view text(*entry);
    std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    out.emplace(text.substr(0, equals),
                text.substr(equals + 1));  // the first of a name counts, as in getenv
  }
  return out;
}

WallClockSource& real_wall_clock() {
  static RealWallClock clock;  // without state: nothing a test could disturb
  return clock;
}

Entropy& real_entropy() {
  static RealEntropy entropy;
  return entropy;
}

std::string Entropy::id(std::size_t length) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string out;
  out.reserve(length);
  std::array<unsigned char, 32> bytes{};
  while (out.size() < length) {
    fill(bytes);
    for (unsigned char byte : bytes) {
      // 6 bits give 64 values for 62 letters: the two others are thrown away, or A and B would come
      // more often.
      std::size_t index = byte & 63;
      if (index < kAlphabet.size() && out.size() < length) out += kAlphabet[index];
    }
  }
  return out;
}

Result<std::string> read_file(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) return file_error(path, "open");
  struct stat facts{};
  if (::fstat(file.fd(), &facts) != 0) return file_error(path, "read");
  std::string content;
  std::size_t filled = 0;
  // One byte more than the size, so that an unchanged file ends with the first short read.
  content.resize(static_cast<std::size_t>(facts.st_size) + 1);
  while (true) {
    ssize_t count = ::read(file.fd(), content.data() + filled, content.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error(path, "read");
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
    if (filled == content.size()) content.resize(filled * 2 + 4096);
  }
  content.resize(filled);
  return content;
}

Result<> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                               unsigned mode) {
  std::filesystem::path beside = path;
  beside += ".new-" + real_entropy().id(8);
  auto give_up = [&](std::string_view action) {
    auto error = file_error(path, action);
    ::unlink(beside.c_str());
    return error;
  };
  {
    Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.fd() < 0) return file_error(path, "write");
    if (!write_all(file.fd(), content)) return give_up("write");
    if (::fchmod(file.fd(), static_cast<mode_t>(mode)) != 0) return give_up("set the mode of");
    if (::fsync(file.fd()) != 0) return give_up("write");
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return give_up("replace");
  std::filesystem::path directory = path.parent_path();
  if (!sync_directory(directory.empty() ? "." : directory)) return file_error(path, "sync");
  return {};
}

}  // namespace vaettir
