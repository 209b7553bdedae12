// Request targets and authorities taken apart (RFC 9112 section 3.2, RFC 9110 section 7.2). Pure;
// all results are views.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/http/arena.h"
#include "base/http/exchange.h"

namespace vaettir::http {

struct AuthorityParts {
  std::string_view host;  // spelling as received, without a trailing dot; IPv6 keeps its brackets
  std::optional<std::uint16_t> port;
};
// nullopt: userinfo, path, comma, empty host or anything else that is not host [":" port].
std::optional<AuthorityParts> split_authority(std::string_view authority);

// Do both name the same host and port? Case, a trailing dot and the default port do not count.
bool same_authority(std::string_view a, std::string_view b, std::uint16_t default_port);

struct TargetParts {
  std::string_view authority;  // of an absolute-form target; else empty
  std::uint16_t default_port = 80;
  std::string_view path;  // "/..." or "*"
  std::string_view query;
  bool has_query = false;
};
// Origin-form, absolute-form with http or https, and "*" with OPTIONS. nullopt: none of them.
std::optional<TargetParts> split_target(std::string_view target, std::string_view method);

// request.host in lower case; copied into the arena only where it has capitals.
void lower_host(Request& request, Arena& arena);

}  // namespace vaettir::http
