#include "gateway/targets/write_back.h"

#include "base/core/text.h"
#include "base/http/target.h"

namespace vaettir::gateway {
namespace {

using http::Field;
using http::Name;

struct UrlParts {
  std::string_view scheme, authority, rest;
};

// "https://host:port/rest"; nullopt: relative, or something else.
std::optional<UrlParts> split_url(std::string_view url) {
  for (std::string_view scheme : {std::string_view("https"), std::string_view("http")}) {
    if (!starts_with_ignoring_case(url, scheme)) continue;
    std::string_view rest = url.substr(scheme.size());
    if (!rest.starts_with("://")) continue;
    rest.remove_prefix(3);
    const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
    return UrlParts{scheme, rest.substr(0, end), rest.substr(end)};
  }
  return std::nullopt;
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

bool names(const UrlParts& url, const routes::ServerUrl& target) {
  // A service behind a tunnel often believes that it is reached by plain http: host and port decide
  // where both are given, the host alone where the url has the default port of its scheme.
  const auto parts = http::split_authority(url.authority);
  if (!parts) return false;
  std::string_view host = parts->host;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  if (!equal_ignoring_case(host, target.host)) return false;
  const std::uint16_t port = parts->port.value_or(default_port(url.scheme));
  return port == target.port || (!parts->port && target.port == default_port(target.scheme));
}

std::string_view public_url(std::string_view url, const routes::ServerUrl& target,
                            const PublicName& name, http::Arena& arena) {
  const auto parts = split_url(url);
  if (!parts || !names(*parts, target)) return url;
  return arena.join(name.scheme, "://", name.authority, parts->rest);
}

// Names that a cookie may be set for: with a dot inside, and no address.
bool may_be_domain(std::string_view host) {
  return host.find('.') != host.npos && host.find(':') == host.npos &&
         host.find_first_not_of("0123456789.") != host.npos;
}

std::string_view public_cookie(std::string_view cookie, const routes::ServerUrl& target,
                               const PublicName& name, http::Arena& arena) {
  for (std::size_t at = cookie.find(';'); at != cookie.npos;) {
    const std::size_t end = std::min(cookie.find(';', at + 1), cookie.size());
    const std::string_view attribute = trim(cookie.substr(at + 1, end - at - 1));
    if (starts_with_ignoring_case(attribute, "domain=")) {
      std::string_view domain = trim(attribute.substr(7));
      if (domain.starts_with('.')) domain.remove_prefix(1);
      if (equal_ignoring_case(domain, target.host)) {
        const std::string_view before = cookie.substr(0, at);
        const std::string_view after = cookie.substr(end);
        // Without Domain a cookie belongs to the very host that set it.
        return may_be_domain(name.host) ? arena.join(before, "; Domain=", name.host, after)
                                        : arena.join(before, after);
      }
    }
    at = end < cookie.size() ? end : cookie.npos;
  }
  return cookie;
}

}  // namespace

void write_back(http::Headers& answer, const routes::ServerUrl& target, const PublicName& name,
                http::Arena& arena) {
  for (Field& field : answer.fields()) {
    if (field.id == Name::kLocation ||
        (field.id == Name::kOther && equal_ignoring_case(field.name, "Content-Location"))) {
      field.value = public_url(field.value, target, name, arena);
    } else if (field.id == Name::kSetCookie) {
      field.value = public_cookie(field.value, target, name, arena);
    }
  }
}

bool origin_is_own(std::string_view origin_field, std::string_view request_authority) {
  const auto parts = split_url(origin_field);
  return parts && parts->rest.empty() &&
         http::same_authority(parts->authority, request_authority, default_port(parts->scheme));
}

}  // namespace vaettir::gateway
