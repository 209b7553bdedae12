#include "routes/url.h"

#include <algorithm>

#include "base/core/text.h"
#include "routes/ip.h"

namespace vaettir::routes {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::uint64_t kMaxPort = 65535;

std::uint16_t default_port(std::string_view scheme) {
  return scheme == "https" ? kHttpsPort : kHttpPort;
}

// Letters, digits, '-', '_', '.': what names in URLs are made of in practice; anything else is a
// typing error.
bool is_host_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

struct HostPort {
  std::string_view host;
  std::optional<std::string_view> port;
};

// "host", "host:port", "[v6]", "[v6]:port".
std::optional<HostPort> split_host_port(std::string_view text) {
  HostPort out;
  if (text.starts_with('[')) {
    std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    out.host = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
    if (!IpAddress::parse(out.host) || !out.host.contains(':')) return std::nullopt;
    if (!text.empty() && text[0] != ':') return std::nullopt;
    if (!text.empty()) out.port = text.substr(1);
    return out;
  }
  std::size_t colon = text.find(':');
  out.host = text.substr(0, colon);
  if (colon != std::string_view::npos) out.port = text.substr(colon + 1);
  return out;
}

std::string bracketed(std::string_view host) {
  return host.contains(':') ? fmt::format("[{}]", host) : std::string(host);
}

std::unexpected<Error> bad(std::string text) { return fail(Cause::kBadRequest, std::move(text)); }

}  // namespace

Result<ServerUrl> ServerUrl::from_text(std::string_view text) {
  std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return bad("such as http://10.0.0.1:8080");
  ServerUrl url;
  url.scheme = lower(text.substr(0, colon));
  if (url.scheme == "h2c") return bad("h2c is not yet supported; write http");
  if (url.scheme != "http" && url.scheme != "https") {
    return bad(fmt::format("the scheme must be http or https, not '{}'", url.scheme));
  }
  std::string_view rest = text.substr(colon + 3);
  std::size_t slash = rest.find_first_of("/?#");
  std::string_view authority = rest.substr(0, slash);
  std::string_view path = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  if (authority.contains('@')) return bad("user names and passwords do not belong in a URL");
  if (path.find_first_of("?#") != std::string_view::npos) {
    return bad("a query or fragment has no meaning here");
  }
  auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
  if (std::any_of(path.begin(), path.end(), blank)) return bad("the path has spaces in it");
  std::optional<HostPort> parts = split_host_port(authority);
  if (!parts) return bad("the host is not valid");
  url.host = lower(parts->host);
  if (!is_host_name(url.host) && !IpAddress::parse(url.host)) {
    return bad(url.host.empty() ? "the host is missing" : "the host is not valid");
  }
  url.port = default_port(url.scheme);
  if (parts->port) {
    std::optional<std::uint64_t> port = parse_unsigned(*parts->port);
    if (!port || *port == 0 || *port > kMaxPort) return bad("the port must be between 1 and 65535");
    url.port = static_cast<std::uint16_t>(*port);
  }
  if (path != "/") url.path = path;
  return url;
}

std::string ServerUrl::authority() const {
  if (port == default_port(scheme)) return bracketed(host);
  return fmt::format("{}:{}", bracketed(host), port);
}

std::string ServerUrl::text() const { return fmt::format("{}://{}{}", scheme, authority(), path); }

Result<ServerUrl> parse_target_url(std::string_view text) {
  TRY(ServerUrl url, ServerUrl::from_text(text));
  std::optional<IpAddress> address = IpAddress::parse(url.host);
  bool metadata_name = url.host == "metadata.google.internal" || url.host == "metadata" ||
                       url.host == "instance-data";
  if (metadata_name || (address && address->is_link_local_or_metadata())) {
    return fail(Cause::kSsrfBlocked, "link-local and metadata addresses cannot be targets");
  }
  return url;
}

Result<ListenAddress> ListenAddress::from_text(std::string_view text) {
  if (text.ends_with("/udp")) return bad("UDP is not supported, instead run a UDP proxy beside");
  if (text.ends_with("/tcp")) text.remove_suffix(4);
  std::optional<HostPort> parts = split_host_port(text);
  if (!parts || !parts->port) return bad("the port is missing");
  std::optional<std::uint64_t> port = parse_unsigned(*parts->port);
  if (!port || *port > kMaxPort) return bad("the port must be between 0 and 65535");
  ListenAddress address{lower(parts->host), static_cast<std::uint16_t>(*port)};
  if (address.host == "*") address.host.clear();
  if (!address.host.empty() && address.host != "localhost" && !IpAddress::parse(address.host)) {
    return bad("listen on an IP address of this machine, or leave the host out");
  }
  return address;
}

std::string ListenAddress::text() const { return fmt::format("{}:{}", bracketed(host), port); }

}  // namespace vaettir::routes
