// Address: where a socket is bound or connected: an IP address with a port, or the path of a unix
// socket. Network: a range of IP addresses ("10.0.0.0/8"). Values without I/O; names are resolved
// by resolver.h. IPv4-mapped IPv6 addresses (::ffff:1.2.3.4) are IPv4 from the start, so that no
// rule about an address can be passed by writing it in the other way.
#pragma once
#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace vaettir::net {

// What the system calls take.
struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t size = 0;
  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage); }
};

class Address {
 public:
  Address() = default;  // none: the peer of a socket pair, for example

  // "127.0.0.1:80", "[::1]:443", ":8080" (all addresses, IPv6 socket that takes IPv4 too),
  // "localhost:0" (127.0.0.1), "unix:/path". Errors: bad_request, saying what is wrong.
  static Result<Address> parse(std::string_view text);
  // An IP address alone: "127.0.0.1", "::1", "[::1]", "fe80::1%eth0"; nothing else is one.
  static std::optional<Address> parse_host(std::string_view text, std::uint16_t port = 0);
  static Result<Address> unix_path(std::string_view path);
  static Address loopback(std::uint16_t port = 0);   // 127.0.0.1
  static Address loopback6(std::uint16_t port = 0);  // ::1
  static Address from(const sockaddr* address, socklen_t size);
  static Address peer_of(int fd);
  static Address local_of(int fd);

  bool is_none() const { return family_ == Family::kNone; }
  bool is_ip() const { return is_ip4() || is_ip6(); }
  bool is_ip4() const { return family_ == Family::kIp4; }
  bool is_ip6() const { return family_ == Family::kIp6; }
  bool is_unix() const { return family_ == Family::kUnix; }

  bool is_loopback() const;     // 127.0.0.0/8, ::1, a unix socket
  bool is_link_local() const;   // 169.254.0.0/16, fe80::/10
  bool is_metadata() const;     // 169.254.169.254, fd00:ec2::254: credentials of cloud machines
  bool is_private() const;      // RFC 1918, RFC 6598, RFC 4193; loopback and link-local are not
  bool is_unspecified() const;  // 0.0.0.0, ::

  std::uint16_t port() const { return port_; }
  Address with_port(std::uint16_t port) const;
  // 16 bytes in network order; IPv4 as ::ffff:a.b.c.d. For hashing, rate buckets, Network.
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  const std::string& path() const { return path_; }  // of a unix socket

  std::string host_text() const;  // "127.0.0.1", "::1", "unix:/path", "" for none
  std::string to_text() const;    // "127.0.0.1:80", "[::1]:443", "unix:/path"
  SocketAddress socket_address() const;

  friend bool operator==(const Address&, const Address&) = default;
  friend auto operator<=>(const Address&, const Address&) = default;

 private:
  enum class Family : std::uint8_t { kNone, kIp4, kIp6, kUnix };
  Family family_ = Family::kNone;
  std::uint16_t port_ = 0;
  std::uint32_t scope_ = 0;  // interface of a link-local IPv6 address
  std::array<std::uint8_t, 16> bytes_ = {};
  std::string path_;
};

class Network {
 public:
  // "10.0.0.0/8", "::/0", or one address without "/". Bits behind the prefix are ignored.
  // Errors: bad_request, saying what is wrong.
  static Result<Network> parse(std::string_view text);
  // false for what is no IP address.
  bool contains(const Address& address) const;
  std::string to_text() const;

  friend bool operator==(const Network&, const Network&) = default;

 private:
  Address first_;
  std::uint8_t bits_ = 0;  // of the 128 that bytes() has
};

}  // namespace vaettir::net
