#include "routes/ip.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/core/text.h"

namespace vaettir::routes {
namespace {

constexpr std::array<std::uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr std::uint8_t kV4Bits = 96;  // of the 128-bit form before an IPv4 address begins

bool in(const IpAddress& address, std::string_view range) {
  return IpRange::from_text(range)->contains(address);
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  std::string copy(text.substr(0, text.find('%')));
  if (std::array<std::uint8_t, 4> octets; inet_pton(AF_INET, copy.c_str(), octets.data()) == 1) {
    return v4(octets);
  }
  IpAddress address;
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> octets) {
  IpAddress address;
  auto after = std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.bytes.begin());
  std::copy(octets.begin(), octets.end(), after);
  return address;
}

bool IpAddress::is_v4() const {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes.begin());
}

bool IpAddress::is_loopback() const { return in(*this, "127.0.0.0/8") || in(*this, "::1"); }

bool IpAddress::is_link_local_or_metadata() const {
  // 169.254.169.254 lies in the first range; fd00:ec2::254 is its IPv6 twin, 100.100.100.200 and
  // 168.63.129.16 answer elsewhere.
  constexpr std::array kRanges = {"169.254.0.0/16",  "fe80::/10",     "fd00:ec2::254",
                                  "100.100.100.200", "168.63.129.16", "192.0.0.192"};
  return std::any_of(kRanges.begin(), kRanges.end(),
                     [this](std::string_view each) { return in(*this, each); });
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes.data() + kV4Prefix.size(), out.data(), out.size());
  } else {
    inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
  }
  return out.data();
}

Result<IpRange> IpRange::from_text(std::string_view text) {
  std::size_t slash = text.find('/');
  std::optional<IpAddress> base = IpAddress::parse(text.substr(0, slash));
  if (!base) return fail(Cause::kBadRequest, "such as 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32");
  IpRange range{*base, 128};
  if (slash == std::string_view::npos) return range;
  bool v4 = !text.substr(0, slash).contains(':');
  std::optional<std::uint64_t> bits = parse_unsigned(text.substr(slash + 1));
  if (!bits || *bits > (v4 ? 32 : 128)) {
    return fail(Cause::kBadRequest, v4 ? "between /0 and /32" : "between /0 and /128");
  }
  range.bits = static_cast<std::uint8_t>(*bits + (v4 ? kV4Bits : 0));
  for (std::size_t bit = range.bits; bit < 128; bit++) {
    range.base.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
  }
  return range;
}

std::string IpRange::text() const {
  if (bits == 128) return base.text();
  return fmt::format("{}/{}", base.text(), base.is_v4() && bits >= kV4Bits ? bits - kV4Bits : bits);
}

bool IpRange::contains(const IpAddress& address) const {
  std::size_t whole = bits / 8;
  if (std::memcmp(base.bytes.data(), address.bytes.data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  auto mask = static_cast<std::uint8_t>(0xFF << (8 - bits % 8));
  return (base.bytes[whole] & mask) == (address.bytes[whole] & mask);
}

}  // namespace vaettir::routes
