// Durations, deadlines and wall-clock text. Pure functions; clocks are passed in
// (base/async/loop.h, Environment).
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vaettir {

using Clock = std::chrono::steady_clock;
using Duration = std::chrono::nanoseconds;
// A point in time by which something must be done: a value, passed to every operation that can
// wait.
using Deadline = Clock::time_point;
inline constexpr Deadline kNever = Deadline::max();

using WallClock = std::chrono::system_clock;
using WallTime = WallClock::time_point;

// Go's time.ParseDuration ("300ms", "1m30s", "2h45m") or a bare integer: seconds (Traefik's
// types.Duration). nullopt: neither, negative, or out of range.
std::optional<Duration> parse_duration(std::string_view text);
// "1m30s", "500ms", "0s": what parse_duration reads.
std::string to_text(Duration duration);

// "2026-11-25T03:11:38.123Z" (RFC 3339, UTC, milliseconds).
std::string iso_text(WallTime time);
// "Wed, 25 Nov 2026 03:11:38 GMT" (RFC 9110 section 5.6.7).
std::string http_date(WallTime time);
// Milliseconds since 1970 (UTC).
std::int64_t epoch_ms(WallTime time);

}  // namespace vaettir
