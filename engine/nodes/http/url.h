// Url: an http or https address of an outgoing request, taken apart (RFC 3986). Value; pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace vaettir::engine {

struct Url {
  std::string scheme;     // "http" or "https"
  std::string user_info;  // "user:password", percent-encoded; empty: none
  std::string host;       // lower case; IPv6 in brackets
  std::optional<std::uint16_t> port;
  std::string path = "/";  // percent-encoded
  std::string query;       // without "?"
  bool has_query = false;

  // Characters that no URL may hold are percent-encoded, as browsers do. Errors: bad_request.
  static Result<Url> parse(std::string_view text);
  // What a Location of this address means.
  Result<Url> resolve(std::string_view reference) const;

  std::string authority() const;  // host and, where one was given, port
  std::string target() const;     // path and query
  std::string text() const;       // without user info and fragment
  // For errors and logs: without user info and without the values of the query.
  std::string shown() const;
  std::uint16_t effective_port() const { return port.value_or(scheme == "https" ? 443 : 80); }
  bool same_origin(const Url& other) const {
    return scheme == other.scheme && host == other.host &&
           effective_port() == other.effective_port();
  }
  void add_query(std::string_view more);
};

}  // namespace vaettir::engine
