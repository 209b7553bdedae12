#include "base/http/date_cache.h"

namespace vaettir::http {

std::string_view DateCache::text() {
  if (loop_.now() >= fresh_until_) {
    const WallTime now = clock_.now();
    const std::string date = http_date(now);
    assert(date.size() == kLength);
    std::copy_n(date.begin(), kLength, text_.begin());
    // Until the wall clock's next whole second, by the loop's clock.
    const auto next = std::chrono::floor<std::chrono::seconds>(now) + std::chrono::seconds(1);
    fresh_until_ = loop_.now() + std::chrono::duration_cast<Duration>(next - now);
  }
  return {text_.data(), text_.size()};
}

}  // namespace vaettir::http
