// IP addresses and ranges as rules and settings write them. Values; no sockets, no names.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace vaettir::routes {

// IPv4 is kept as ::ffff:a.b.c.d, so that both spellings of one address are equal. A scope
// ("%eth0") is ignored.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress v4(std::array<std::uint8_t, 4> octets);
  bool is_v4() const;
  bool is_loopback() const;
  // 169.254.0.0/16, fe80::/10, and the addresses clouds answer metadata on.
  bool is_link_local_or_metadata() const;
  std::string text() const;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

// "10.0.0.0/8", "2001:db8::/32" or one address. A setting type (schema::TextValue).
struct IpRange {
  IpAddress base;
  std::uint8_t bits = 128;  // of the 128-bit form

  static constexpr std::string_view kKind = "an IP address or range";
  static Result<IpRange> from_text(std::string_view text);
  std::string text() const;
  bool contains(const IpAddress& address) const;
  friend bool operator==(const IpRange&, const IpRange&) = default;
};

}  // namespace vaettir::routes
