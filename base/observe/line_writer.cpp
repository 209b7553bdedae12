#include "base/observe/line_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace vaettir::observe {
namespace {

// A buffer that grew in a burst is given back.
constexpr std::size_t kKeptBuffer = 1024 * 1024;

int open_for_append(const std::filesystem::path& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

bool is_regular(int fd) {
  struct stat facts{};
  return ::fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode);
}

std::uint64_t count_lines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

LineWriter::LineWriter(int fd, WriterLimits limits) : LineWriter(fd, {}, limits) {}

LineWriter::LineWriter(int fd, std::filesystem::path path, WriterLimits limits)
    : limits_(limits),
      path_(std::move(path)),
      fd_(fd),
      regular_file_(is_regular(fd)),
      give_up_at_(kNever.time_since_epoch().count()),
      thread_([this] { run(); }) {}

Result<std::unique_ptr<LineWriter>> LineWriter::open(const std::filesystem::path& path,
                                                     WriterLimits limits) {
  int fd = open_for_append(path);
  if (fd < 0) {
    return fail(Cause::kInternal,
                fmt::format("cannot open the log {}: {}", path.string(), std::strerror(errno)));
  }
  return std::unique_ptr<LineWriter>(new LineWriter(fd, path, limits));
}

LineWriter::~LineWriter() {
  give_up_at_ = (Clock::now() + limits_.last_write).time_since_epoch().count();
  {
    std::lock_guard guard(lock_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  if (!path_.empty()) ::close(fd_);
}

void LineWriter::line(std::string_view text) {
  bool wake = false;
  {
    std::lock_guard guard(lock_);
    const std::size_t before = pending_.size(), after = before + text.size() + 1;
    if (after > limits_.pending_bytes) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    pending_.append(text);
    pending_ += '\n';
    ++appended_;
    // The thread sleeps without a timer while there is nothing, and is told once more when a batch
    // is full: two wake-ups a batch, none a line.
    wake = before == 0 || (before < limits_.batch_bytes && after >= limits_.batch_bytes);
  }
  if (wake) wake_.notify_one();
}

bool LineWriter::flush(Deadline deadline) {
  std::unique_lock lock(lock_);
  const std::uint64_t target = appended_;
  flush_to_ = std::max(flush_to_, target);
  wake_.notify_one();
  auto written = [&] { return written_ >= target; };
  if (deadline == kNever) {
    done_.wait(lock, written);
    return true;
  }
  return done_.wait_until(lock, deadline, written);
}

void LineWriter::reopen() {
  {
    std::lock_guard guard(lock_);
    reopen_wanted_ = true;
  }
  wake_.notify_one();
}

bool LineWriter::urgent() const {
  return pending_.size() >= limits_.batch_bytes || stopping_ || reopen_wanted_ ||
         flush_to_ > written_;
}

void LineWriter::run() {
  std::string batch;
  std::unique_lock lock(lock_);
  while (true) {
    wake_.wait(lock, [this] { return !pending_.empty() || urgent(); });
    if (!urgent()) wake_.wait_for(lock, limits_.delay, [this] { return urgent(); });
    batch.swap(pending_);
    const std::uint64_t reached = appended_;
    const bool reopening = std::exchange(reopen_wanted_, false);
    lock.unlock();
    write_out(batch);
    if (batch.capacity() > kKeptBuffer) batch = std::string();
    batch.clear();
    if (reopening) reopen_file();
    lock.lock();
    written_ = reached;
    done_.notify_all();
    if (stopping_ && pending_.empty()) return;
  }
}

void LineWriter::write_out(std::string_view batch) {
  while (!batch.empty()) {
    // A pipe or terminal is written in pieces that poll() has promised room for: so the thread
    // never hangs in write() where the destructor could not reach it.
    if (!regular_file_ && !wait_for_room()) break;
    const std::size_t piece =
        regular_file_ ? batch.size() : std::min<std::size_t>(batch.size(), PIPE_BUF);
    ssize_t count = ::write(fd_, batch.data(), piece);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0)
      break;  // full disk or closed pipe: there is nowhere left to say it but the count
    batch.remove_prefix(static_cast<std::size_t>(count));
  }
  dropped_.fetch_add(count_lines(batch), std::memory_order_relaxed);
}

bool LineWriter::wait_for_room() {
  constexpr int kLookAgainMs = 100;  // how soon the destructor is noticed
  while (Clock::now().time_since_epoch().count() < give_up_at_) {
    pollfd entry{fd_, POLLOUT, 0};
    int ready = ::poll(&entry, 1, kLookAgainMs);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
  return false;
}

void LineWriter::reopen_file() {
  if (path_.empty()) return;
  int fresh = open_for_append(path_);
  if (fresh < 0) return;  // the old file goes on: better than none
  ::close(std::exchange(fd_, fresh));
  regular_file_ = is_regular(fd_);
}

}  // namespace vaettir::observe
