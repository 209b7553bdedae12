// Where something stands in a configuration file. A value; the text it points into is held by the
// Report that made `source`.
#pragma once
#include <cstdint>

namespace vaettir::schema {

using SourceId = std::uint32_t;
inline constexpr SourceId kNoSource = 0xFFFFFFFF;

// line and column count from 1, columns in bytes; line 0 = the source as a whole. width: bytes to
// underline.
struct Location {
  SourceId source = kNoSource;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t width = 1;

  friend bool operator==(const Location&, const Location&) = default;
};

}  // namespace vaettir::schema
