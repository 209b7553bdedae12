// LogTime: wall-clock times of log lines as text (RFC 3339, UTC, milliseconds), the second
// formatted once. One per loop.
#pragma once
#include <string>
#include <string_view>

#include "base/core/time.h"

namespace vaettir::gateway {

class LogTime {
 public:
  // Valid until the next call.
  std::string_view text(WallTime time) {
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    if (second != second_ || text_.empty()) {
      second_ = second;
      text_ = iso_text(second);
    }
    // "2026-11-25T03:11:38.123Z": the digits before the Z.
    auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time - second).count();
    for (std::size_t at = text_.size() - 2; text_[at] != '.'; at--) {
      text_[at] = static_cast<char>('0' + milliseconds % 10);
      milliseconds /= 10;
    }
    return text_;
  }

 private:
  std::chrono::sys_seconds second_{};
  std::string text_;
};

}  // namespace vaettir::gateway
