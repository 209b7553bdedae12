#include "base/http/target.h"

#include "base/core/text.h"
#include "base/http/characters.h"

namespace vaettir::http {
namespace {

// "[...]" with hexadecimal digits, colons and dots. Zone identifiers are local to one machine and
// have no place in a request.
bool is_ip_literal(std::string_view host) {
  if (host.size() < 4 || host.front() != '[' || host.back() != ']') return false;
  for (char c : host.substr(1, host.size() - 2)) {
    if (!is(c, kHexChar) && c != ':' && c != '.') return false;
  }
  return host.find(':') != host.npos;
}

bool is_reg_name(std::string_view host) {
  const char* end = host.data() + host.size();
  return !host.empty() && host != "." && skip(kHostChar, host.data(), end) == end;
}

std::optional<std::uint16_t> read_port(std::string_view digits) {
  if (digits.empty() || digits.size() > 5) return std::nullopt;
  std::uint32_t port = 0;
  for (char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

}  // namespace

std::optional<AuthorityParts> split_authority(std::string_view authority) {
  AuthorityParts parts;
  parts.host = authority;
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == authority.npos ? 0 : bracket);
  if (colon != authority.npos) {
    parts.host = authority.substr(0, colon);
    const std::string_view digits = authority.substr(colon + 1);
    parts.port = read_port(digits);
    if (!parts.port && !digits.empty()) return std::nullopt;
  }
  if (!is_reg_name(parts.host) && !is_ip_literal(parts.host)) return std::nullopt;
  if (parts.host.back() == '.') parts.host.remove_suffix(1);
  return parts;
}

bool same_authority(std::string_view a, std::string_view b, std::uint16_t default_port) {
  const auto first = split_authority(a);
  const auto second = split_authority(b);
  return first && second && equal_ignoring_case(first->host, second->host) &&
         first->port.value_or(default_port) == second->port.value_or(default_port);
}

std::optional<TargetParts> split_target(std::string_view target, std::string_view method) {
  TargetParts parts;
  std::string_view rest = target;
  if (target == "*") {
    if (method != "OPTIONS") return std::nullopt;
    parts.path = target;
    return parts;
  }
  if (!target.starts_with('/')) {
    constexpr std::string_view kHttp = "http://";
    constexpr std::string_view kHttps = "https://";
    const bool is_https = starts_with_ignoring_case(target, kHttps);
    if (!is_https && !starts_with_ignoring_case(target, kHttp)) return std::nullopt;
    parts.default_port = is_https ? 443 : 80;
    rest.remove_prefix(is_https ? kHttps.size() : kHttp.size());
    parts.authority = rest.substr(0, rest.find_first_of("/?"));
    if (parts.authority.empty()) return std::nullopt;
    rest.remove_prefix(parts.authority.size());
  }
  if (const std::size_t mark = rest.find('?'); mark != rest.npos) {
    parts.has_query = true;
    parts.query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  // RFC 9112 sections 3.2.1 and 3.2.4: an empty path is "/", or "*" for OPTIONS.
  parts.path = rest;
  if (rest.empty()) parts.path = method == "OPTIONS" && !parts.has_query ? "*" : "/";
  return parts;
}

void lower_host(Request& request, Arena& arena) {
  const std::string_view host = request.host;
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (std::none_of(host.begin(), host.end(), is_upper)) return;
  const std::span<char> copy = arena.take(host.size());
  std::transform(host.begin(), host.end(), copy.begin(), [](char c) { return lower(c); });
  request.host = {copy.data(), copy.size()};
}

}  // namespace vaettir::http
