// Pace: how long one more wait for a peer may last in the middle of a body: an idle limit, and a
// minimum rate over all the time we have waited so far. Time in which nobody waited for the peer
// does not count. A value inside the body or the exchange it measures.
#pragma once
#include <cstdint>

#include "base/http/limits.h"

namespace vaettir::http {

class Pace {
 public:
  Pace(Duration idle, MinimumRate minimum) : idle_(idle), minimum_(minimum) {}

  // For reading whatever comes next: the earlier of the two limits.
  Deadline for_reading(Deadline now) const { return now + std::min(idle_, patience(0)); }
  // For writing all of `bytes`: as long as the minimum rate allows, so that a big chunk to a slow
  // but steady peer is no reason to fail.
  Deadline for_writing(Deadline now, std::size_t bytes) const {
    return now + (minimum_.bytes_per_second == 0 ? idle_ : patience(bytes));
  }
  void count(Duration waited, std::size_t bytes) {
    waited_ += waited;
    bytes_ += bytes;
  }
  // A wait of for_reading() that began now would be ended by the rate, not by the idle limit.
  bool rate_decides() const { return patience(0) < idle_; }

 private:
  // How much longer the peer may take for what it has done and `more` bytes.
  Duration patience(std::size_t more) const;

  Duration idle_;
  MinimumRate minimum_;
  Duration waited_{};
  std::uint64_t bytes_ = 0;
};

inline Duration Pace::patience(std::size_t more) const {
  constexpr Duration kForever = std::chrono::hours(24 * 365);
  if (minimum_.bytes_per_second == 0) return kForever;
  const std::uint64_t seconds = (bytes_ + more) / minimum_.bytes_per_second;
  const auto earned = std::min(
      kForever, Duration(std::chrono::seconds(std::min<std::uint64_t>(seconds, 1'000'000'000))));
  return std::max(Duration::zero(), minimum_.grace + earned - waited_);
}

}  // namespace vaettir::http
