// Addresses as configuration writes them: where servers are, where entry points listen. Values;
// nothing is resolved here.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace vaettir::routes {

// "http://10.0.0.1:8080/base". A setting type (schema::TextValue). http and https only; no
// userinfo, query or fragment.
struct ServerUrl {
  std::string scheme;      // "http" or "https"
  std::string host;        // lower case, IPv6 without brackets
  std::uint16_t port = 0;  // always filled in
  std::string path;        // as written, "" when there is none or only "/"

  static constexpr std::string_view kKind = "an http or https URL";
  static Result<ServerUrl> from_text(std::string_view text);
  std::string text() const;  // the default port is left out
  bool tls() const { return scheme == "https"; }
  // "host" or "host:port" as a Host field has it; the default port is left out, IPv6 gets brackets.
  std::string authority() const;
  friend bool operator==(const ServerUrl&, const ServerUrl&) = default;
};

// A ServerUrl that may be set while the program runs: refused besides are link-local and metadata
// addresses (DESIGN 7). Our own listeners are refused by who knows them.
Result<ServerUrl> parse_target_url(std::string_view text);

// "[host]:port", "host:port" or ":port"; "/tcp" may follow. A setting type. Port 0: the system
// chooses.
struct ListenAddress {
  std::string host;  // "" = all addresses; IPv6 without brackets
  std::uint16_t port = 0;

  static constexpr std::string_view kKind = "an address such as ':80' or '127.0.0.1:8080'";
  static Result<ListenAddress> from_text(std::string_view text);
  std::string text() const;
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

}  // namespace vaettir::routes
