// LineSink: where finished lines of a log go. LineWriter: the real one, a bounded buffer that one
// thread of its own writes out in batches, so that a line costs its caller a copy and never a wait
// for a disk. app/ makes one for stderr or a file and one for the access log and passes them by
// reference; the destructor writes what is left and ends the thread.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/core/result.h"
#include "base/core/time.h"

namespace vaettir::observe {

class LineSink {
 public:
  virtual ~LineSink() = default;
  // One line without its line break, ready to be stored (a JSON object, usually). Any thread; never
  // blocks: a line that finds no room is dropped and counted.
  virtual void line(std::string_view text) = 0;
  virtual std::uint64_t dropped() const = 0;
};

struct WriterLimits {
  // A batch is written when it is this large, or this old: one write per 64 KiB costs nothing per
  // line, and 200 ms is as soon as a person looks.
  std::size_t batch_bytes = 64 * 1024;
  Duration delay = std::chrono::milliseconds(200);
  // About a second of the fastest access log; a disk that stands still longer costs lines, not
  // memory.
  std::size_t pending_bytes = 8 * 1024 * 1024;
  // What the end of the program waits for a reader of the log that has stopped reading.
  Duration last_write = std::chrono::seconds(2);
};

class LineWriter final : public LineSink {
 public:
  // Writes to `fd`, which stays the caller's and must outlive the writer.
  explicit LineWriter(int fd, WriterLimits limits = {});
  // Appends to a file, created with mode 0640. Errors: internal, with path and reason.
  static Result<std::unique_ptr<LineWriter>> open(const std::filesystem::path& path,
                                                  WriterLimits limits = {});
  ~LineWriter() override;
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  void line(std::string_view text) override;
  std::uint64_t dropped() const override { return dropped_.load(std::memory_order_relaxed); }
  // Waits until the lines before this call are written, or until the deadline (false). Never on a
  // loop's thread.
  bool flush(Deadline deadline);
  // Opens the file of open() anew, after the next batch: log rotation. Any thread.
  void reopen();

 private:
  LineWriter(int fd, std::filesystem::path path, WriterLimits limits);
  void run();
  bool urgent() const;
  void write_out(std::string_view batch);
  bool wait_for_room();
  void reopen_file();

  const WriterLimits limits_;
  const std::filesystem::path path_;  // empty: a borrowed descriptor
  int fd_;                            // the thread's alone once it runs
  bool regular_file_ = false;
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<Deadline::rep> give_up_at_;  // set by the destructor: a reader that hangs must not

  std::mutex lock_;
  std::condition_variable wake_, done_;
  std::string pending_;
  std::uint64_t appended_ = 0;  // lines so far
  std::uint64_t written_ = 0;   // of those
  std::uint64_t flush_to_ = 0;  // wanted at once
  bool reopen_wanted_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace vaettir::observe
