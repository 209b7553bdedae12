// LogFile: where a log goes: a standard stream until the configuration names a file. The file is
// chosen before the loops run and opened anew on request (rotation); another path needs a restart.
// line() may be called from any thread.
#pragma once
#include <filesystem>
#include <memory>

#include "base/core/result.h"
#include "base/observe/line_writer.h"

namespace vaettir::app {

class LogFile final : public observe::LineSink {
 public:
  explicit LogFile(int standard_stream) : standard_(standard_stream), current_(&standard_) {}

  // Only while no other thread writes. An empty path keeps the standard stream. Errors: internal,
  // with path and reason.
  Result<> choose(const std::filesystem::path& path) {
    if (path == path_) return {};
    TRY(file_, observe::LineWriter::open(path));
    path_ = path;
    current_ = file_.get();
    return {};
  }
  const std::filesystem::path& path() const { return path_; }
  // The file may have been moved away: what follows goes to a new one.
  void reopen() {
    if (file_) file_->reopen();
  }

  void line(std::string_view text) override { current_->line(text); }
  std::uint64_t dropped() const override { return current_->dropped(); }

 private:
  observe::LineWriter standard_;
  std::unique_ptr<observe::LineWriter> file_;
  std::filesystem::path path_;
  observe::LineSink* current_;
};

}  // namespace vaettir::app
