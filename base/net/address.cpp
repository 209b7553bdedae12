#include "base/net/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "base/core/text.h"

namespace vaettir::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::string_view kUnixPrefix = "unix:";

bool is_mapped(const std::uint8_t* bytes) {
  return std::equal(kMapped.begin(), kMapped.end(), bytes);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return std::nullopt;
  std::uint32_t port = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

std::optional<std::uint32_t> parse_scope(std::string_view text) {
  if (text.empty() || text.size() >= IF_NAMESIZE) return std::nullopt;
  if (const auto number = parse_unsigned(text); number && *number <= 0xffffffffu) {
    return static_cast<std::uint32_t>(*number);
  }
  const unsigned index = if_nametoindex(std::string(text).c_str());
  if (index == 0) return std::nullopt;
  return index;
}

}  // namespace

Address Address::from(const sockaddr* address, socklen_t size) {
  Address result;
  if (size >= sizeof(sockaddr_in) && address->sa_family == AF_INET) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(address);
    result.family_ = Family::kIp4;
    result.port_ = ntohs(in->sin_port);
    std::copy(kMapped.begin(), kMapped.end(), result.bytes_.begin());
    std::memcpy(result.bytes_.data() + kMapped.size(), &in->sin_addr, 4);
  } else if (size >= sizeof(sockaddr_in6) && address->sa_family == AF_INET6) {
    const auto* in6 = reinterpret_cast<const sockaddr_in6*>(address);
    std::memcpy(result.bytes_.data(), &in6->sin6_addr, 16);
    result.family_ = is_mapped(result.bytes_.data()) ? Family::kIp4 : Family::kIp6;
    result.port_ = ntohs(in6->sin6_port);
    if (result.is_link_local()) result.scope_ = in6->sin6_scope_id;
  } else if (size > offsetof(sockaddr_un, sun_path) && address->sa_family == AF_UNIX) {
    const auto* un = reinterpret_cast<const sockaddr_un*>(address);
    const std::size_t length = size - offsetof(sockaddr_un, sun_path);
    result.family_ = Family::kUnix;
    result.path_.assign(un->sun_path, strnlen(un->sun_path, length));
  } else if (size >= sizeof(sa_family_t) && address->sa_family == AF_UNIX) {
    result.family_ = Family::kUnix;  // the unnamed end of a connection
  }
  return result;
}

std::optional<Address> Address::parse_host(std::string_view text, std::uint16_t port) {
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
    if (text.find(':') == std::string_view::npos) return std::nullopt;
  }
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  std::string host(text);
  if (in_addr ip4; inet_pton(AF_INET, host.c_str(), &ip4) == 1) {
    sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = ip4};
    return from(reinterpret_cast<const sockaddr*>(&in), sizeof in);
  }
  std::uint32_t scope = 0;
  if (const auto percent = host.find('%'); percent != std::string::npos) {
    const auto parsed = parse_scope(std::string_view(host).substr(percent + 1));
    if (!parsed) return std::nullopt;
    scope = *parsed;
    host.resize(percent);
  }
  sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = scope};
  if (inet_pton(AF_INET6, host.c_str(), &in6.sin6_addr) != 1) return std::nullopt;
  return from(reinterpret_cast<const sockaddr*>(&in6), sizeof in6);
}

Result<Address> Address::unix_path(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) {
    return fail(Cause::kBadRequest, "the path of a unix socket is missing");
  }
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return fail(Cause::kBadRequest, fmt::format("the path of unix socket '{}' is longer than {}",
                                                path, sizeof(sockaddr_un::sun_path) - 1));
  }
  Address result;
  result.family_ = Family::kUnix;
  result.path_ = path;
  return result;
}

Result<Address> Address::parse(std::string_view text) {
  if (text.starts_with(kUnixPrefix)) return unix_path(text.substr(kUnixPrefix.size()));
  const auto colon = text.rfind(':');
  const auto bad = [&](std::string_view why) {
    return fail(Cause::kBadRequest, fmt::format("'{}' is no address: {}", text, why));
  };
  if (colon == std::string_view::npos) return bad("a port is missing, such as :8080");
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return bad("the port must be a number from 0 to 65535");
  const std::string_view host = text.substr(0, colon);
  if (host.empty()) return *parse_host("::", *port);
  if (equal_ignoring_case(host, "localhost")) return loopback(*port);
  if (host.find(':') != std::string_view::npos && !host.starts_with('[')) {
    return bad("an IPv6 address stands in brackets, such as [::1]:8080");
  }
  if (auto address = parse_host(host, *port)) return *std::move(address);
  return bad("the host must be an IP address or 'localhost'");
}

Address Address::loopback(std::uint16_t port) { return *parse_host("127.0.0.1", port); }
Address Address::loopback6(std::uint16_t port) { return *parse_host("::1", port); }

Address Address::peer_of(int fd) {
  SocketAddress peer;
  peer.size = sizeof peer.storage;
  if (::getpeername(fd, peer.data(), &peer.size) != 0) return {};
  return from(peer.data(), peer.size);
}

Address Address::local_of(int fd) {
  SocketAddress local;
  local.size = sizeof local.storage;
  if (::getsockname(fd, local.data(), &local.size) != 0) return {};
  return from(local.data(), local.size);
}

bool Address::is_loopback() const {
  if (is_unix()) return true;
  if (is_ip4()) return bytes_[12] == 127;
  return is_ip6() && std::all_of(bytes_.begin(), bytes_.end() - 1, [](auto b) { return b == 0; }) &&
         bytes_[15] == 1;
}

bool Address::is_link_local() const {
  if (is_ip4()) return bytes_[12] == 169 && bytes_[13] == 254;
  return is_ip6() && bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;
}

bool Address::is_metadata() const {
  static constexpr std::array<std::uint8_t, 16> kIp6 = {0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0,
                                                        0,    0,    0,    0,    0, 0, 2, 0x54};
  if (is_ip4()) return is_link_local() && bytes_[14] == 169 && bytes_[15] == 254;
  return is_ip6() && bytes_ == kIp6;
}

bool Address::is_private() const {
  if (is_ip4()) {
    const std::uint8_t a = bytes_[12];
    const std::uint8_t b = bytes_[13];
    return a == 10 || (a == 172 && (b & 0xf0) == 16) || (a == 192 && b == 168) ||
           (a == 100 && (b & 0xc0) == 64);
  }
  return is_ip6() && (bytes_[0] & 0xfe) == 0xfc;
}

bool Address::is_unspecified() const {
  const auto from = bytes_.begin() + (is_ip4() ? kMapped.size() : 0);
  return is_ip() && std::all_of(from, bytes_.end(), [](auto b) { return b == 0; });
}

Address Address::with_port(std::uint16_t port) const {
  Address result = *this;
  result.port_ = port;
  return result;
}

std::string Address::host_text() const {
  char text[INET6_ADDRSTRLEN];
  if (is_unix()) return std::string(kUnixPrefix) + path_;
  if (is_ip4()) return inet_ntop(AF_INET, bytes_.data() + kMapped.size(), text, sizeof text);
  if (!is_ip6()) return "";
  std::string result = inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  if (scope_ == 0) return result;
  char interface[IF_NAMESIZE];
  if (if_indextoname(scope_, interface) == nullptr) return fmt::format("{}%{}", result, scope_);
  return result + "%" + interface;
}

std::string Address::to_text() const {
  if (is_ip4()) return fmt::format("{}:{}", host_text(), port_);
  if (is_ip6()) return fmt::format("[{}]:{}", host_text(), port_);
  return host_text();
}

SocketAddress Address::socket_address() const {
  SocketAddress result;
  if (is_ip4()) {
    auto* in = reinterpret_cast<sockaddr_in*>(&result.storage);
    in->sin_family = AF_INET;
    in->sin_port = htons(port_);
    std::memcpy(&in->sin_addr, bytes_.data() + kMapped.size(), 4);
    result.size = sizeof *in;
  } else if (is_ip6()) {
    auto* in6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(port_);
    in6->sin6_scope_id = scope_;
    std::memcpy(&in6->sin6_addr, bytes_.data(), 16);
    result.size = sizeof *in6;
  } else if (is_unix()) {
    auto* un = reinterpret_cast<sockaddr_un*>(&result.storage);
    un->sun_family = AF_UNIX;
    std::memcpy(un->sun_path, path_.data(), std::min(path_.size(), sizeof un->sun_path - 1));
    result.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size() + 1);
  }
  return result;
}

Result<Network> Network::parse(std::string_view text) {
  const auto bad = [&] {
    return fail(Cause::kBadRequest,
                fmt::format("'{}' is no network: write an IP address, or one with a prefix such as "
                            "10.0.0.0/8",
                            text));
  };
  const auto slash = text.find('/');
  const auto address = Address::parse_host(text.substr(0, slash));
  if (!address) return bad();
  // The text's own family counts the bits: ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  const bool as_ip4 = text.substr(0, slash).find(':') == std::string_view::npos;
  Network result;
  result.first_ = *address;
  result.bits_ = 128;
  if (slash != std::string_view::npos) {
    const auto bits = parse_port(text.substr(slash + 1));
    if (!bits || *bits > (as_ip4 ? 32 : 128)) return bad();
    result.bits_ = static_cast<std::uint8_t>(*bits + (as_ip4 ? 96 : 0));
  }
  // Equal networks compare equal: what is behind the prefix is cleared.
  std::array<std::uint8_t, 16> bytes = address->bytes();
  for (unsigned bit = result.bits_; bit < 128; ++bit) {
    bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> (bit % 8)));
  }
  sockaddr_in6 in6 = {.sin6_family = AF_INET6};
  std::memcpy(&in6.sin6_addr, bytes.data(), 16);
  result.first_ = Address::from(reinterpret_cast<const sockaddr*>(&in6), sizeof in6);
  return result;
}

bool Network::contains(const Address& address) const {
  if (!address.is_ip()) return false;
  // "::/0" means IPv6: a rule about it says nothing about IPv4.
  if (address.is_ip4() != first_.is_ip4()) return false;
  const auto& a = first_.bytes();
  const auto& b = address.bytes();
  const unsigned whole = bits_ / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  const unsigned rest = bits_ % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

std::string Network::to_text() const {
  return fmt::format("{}/{}", first_.host_text(), bits_ - (first_.is_ip4() ? 96 : 0));
}

}  // namespace vaettir::net
