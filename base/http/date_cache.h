// DateCache: the Date field's value, formatted once per second. One per server and loop.
#pragma once
#include <array>
#include <string_view>

#include "base/async/loop.h"
#include "base/core/system.h"

namespace vaettir::http {

class DateCache {
 public:
  DateCache(Loop& loop, WallClockSource& clock) : loop_(loop), clock_(clock) {}
  // IMF-fixdate (RFC 9110 section 5.6.7). The view is overwritten by a later second: copy it.
  std::string_view text();

 private:
  static constexpr std::size_t kLength = 29;  // "Wed, 25 Nov 2026 03:11:38 GMT"
  Loop& loop_;
  WallClockSource& clock_;
  Deadline fresh_until_ = Deadline::min();
  std::array<char, kLength> text_{};
};

}  // namespace vaettir::http
