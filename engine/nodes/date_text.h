// Dates as people and services write them: ISO 8601, HTTP (RFC 9110 section 5.6.7), mail (RFC
// 5322), SQL, and what Date.parse of JavaScript takes besides. Pure functions. A text without a
// time zone is taken as UTC.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vaettir::engine {

struct DateTime {
  std::int64_t milliseconds = 0;  // since 1970, UTC
  int offset_minutes = 0;         // of the zone it was written in

  // "2016-11-01T13:23:12.000+06:30"; "Z" for UTC.
  std::string iso() const;
};
std::optional<DateTime> parse_date_time(std::string_view text);

}  // namespace vaettir::engine
