// TargetHealth: how requests to a target's present address ended lately, told by all loops, read by
// `target list`. Shared; atomic words only. A new address begins with a new one.
#pragma once
#include <atomic>
#include <cstdint>
#include <optional>

#include "base/core/cause.h"
#include "base/core/time.h"

namespace vaettir::gateway {

struct TargetHealth {
  // Milliseconds since 1970; 0: never.
  std::atomic<std::int64_t> last_success{0};
  std::atomic<std::int64_t> last_failure{0};
  std::atomic<std::uint8_t> last_cause{0};

  // Written at most once a second, so that loops do not fight for the line.
  void succeeded(std::int64_t now_ms) {
    if (now_ms - last_success.load(std::memory_order_relaxed) < 1000 &&
        last_failure.load(std::memory_order_relaxed) == 0) {
      return;
    }
    last_success.store(now_ms, std::memory_order_relaxed);
    last_failure.store(0, std::memory_order_relaxed);
  }
  void failed(std::int64_t now_ms, Cause cause) {
    last_cause.store(static_cast<std::uint8_t>(cause), std::memory_order_relaxed);
    last_failure.store(now_ms, std::memory_order_relaxed);
  }
  // The cause it is down with; nullopt: up, or not asked yet.
  std::optional<Cause> down() const {
    if (last_failure.load(std::memory_order_relaxed) == 0) return std::nullopt;
    return static_cast<Cause>(last_cause.load(std::memory_order_relaxed));
  }
  bool asked() const {
    return last_success.load(std::memory_order_relaxed) != 0 ||
           last_failure.load(std::memory_order_relaxed) != 0;
  }
};

}  // namespace vaettir::gateway
