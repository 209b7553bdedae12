#include "gateway/server/forwarded.h"

#include <arpa/inet.h>

#include "base/core/text.h"
#include "base/http/target.h"
#include "gateway/server/entry_point.h"
#include "gateway/server/gateway.h"

namespace vaettir::gateway {
namespace {

using http::Field;
using http::Headers;
using http::Name;

// Fields that only somebody we trust may send, besides those that have a Name. Values of a
// connection's TLS and of the original request line: services act upon them.
constexpr std::string_view kClaims[] = {
    "x-forwarded-scheme", "x-forwarded-uri",
    "x-forwarded-method", "x-forwarded-tls-client-cert",
    "x-forwarded-ssl",    "x-forwarded-tls-client-cert-info",
    "x-scheme",           "x-original-url",
    "x-rewrite-url",
};

bool is_claim(const Field& field) {
  switch (field.id) {
    case Name::kForwarded:
    case Name::kXForwardedFor:
    case Name::kXForwardedHost:
    case Name::kXForwardedPort:
    case Name::kXForwardedProto:
    case Name::kXForwardedServer:
    case Name::kXForwardedPrefix:
    case Name::kXRealIp:
      return true;
    case Name::kOther:
      break;
    default:
      return false;
  }
  if (field.name.size() < 8 || lower(field.name[0]) != 'x') return false;
  return std::ranges::any_of(
      kClaims, [&](std::string_view claim) { return equal_ignoring_case(field.name, claim); });
}

// RFC 9110 section 7.6.1, and what older proxies used. Upgrade stays where an upgrade is asked for;
// framing fields stay for services in process: whoever forwards frames anew.
bool is_of_this_hop(const Field& field, bool wants_upgrade) {
  switch (field.id) {
    case Name::kConnection:
    case Name::kKeepAlive:
    case Name::kProxyConnection:
    case Name::kProxyAuthorization:
    case Name::kTe:
    case Name::kExpect:
      return true;
    case Name::kUpgrade:
    case Name::kHttp2Settings:
      return !wants_upgrade || field.id == Name::kHttp2Settings;
    default:
      return false;
  }
}

bool only_usual(std::string_view connection) {
  return connection.empty() || equal_ignoring_case(connection, "keep-alive") ||
         equal_ignoring_case(connection, "close") || equal_ignoring_case(connection, "upgrade");
}

// Fields that Connection names end here too. It may not name what the message cannot do without.
bool is_listed(const Headers& headers, const Field& field) {
  switch (field.id) {
    case Name::kHost:
    case Name::kContentLength:
    case Name::kContentType:
    case Name::kTransferEncoding:
    case Name::kUpgrade:
      return false;
    default:
      return headers.lists(Name::kConnection, field.name);
  }
}

// CGI, WSGI and the like turn both '-' and '_' into '_': with X_Real_Ip a client could say what
// X-Real-Ip may not.
bool shadows(const Headers& headers, const Field& field, http::Arena& arena) {
  if (field.id != Name::kOther || field.name.find('_') == field.name.npos) return false;
  std::span<char> dashed = arena.take(field.name.size());
  std::ranges::transform(field.name, dashed.begin(), [](char c) { return c == '_' ? '-' : c; });
  const std::string_view name(dashed.data(), dashed.size());
  return is_claim({name, {}, http::name_of(name)}) || headers.find(name).has_value();
}

bool in_any(std::span<const routes::IpRange> ranges, const routes::IpAddress& address) {
  return std::ranges::any_of(ranges,
                             [&](const routes::IpRange& range) { return range.contains(address); });
}

// The peer's address as text, in the arena. IPv4 by hand: inet_ntop goes through printf.
std::string_view text_of(const net::Address& peer, http::Arena& arena) {
  char text[INET6_ADDRSTRLEN] = {};
  const auto& bytes = peer.bytes();
  if (peer.is_ip6()) {
    ::inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
    return arena.copy(text);
  }
  if (!peer.is_ip4()) return "";
  char* at = text;
  for (std::size_t i = 12; i < 16; i++) {
    if (i > 12) *at++ = '.';
    at = std::to_chars(at, std::end(text), static_cast<unsigned>(bytes[i])).ptr;
  }
  return arena.copy({text, static_cast<std::size_t>(at - text)});
}

// All lines of the field as one list.
std::string_view joined(const Headers& headers, Name name, http::Arena& arena) {
  std::string_view all;
  for (const Field& field : headers.fields()) {
    if (field.id != name || field.value.empty()) continue;
    all = all.empty() ? field.value : arena.join(all, ", ", field.value);
  }
  return all;
}

std::string_view port_of(const http::Request& request, bool tls) {
  const std::string_view authority = request.authority;
  const std::size_t colon = authority.rfind(':');
  if (colon != authority.npos && authority.find(']', colon) == authority.npos) {
    const std::string_view port = authority.substr(colon + 1);
    if (!port.empty() && port.find_first_not_of("0123456789") == port.npos) return port;
  }
  return tls ? "443" : "80";
}

}  // namespace

void Forwarded::receive(Exchange& ex) {
  const routes::EntryPoint* settings = ex.entry().settings(ex.plan());
  ex.trusted_peer_ = settings != nullptr &&
                     (settings->trust_all_forwarded || in_any(settings->trusted_ips, ex.peer()));
  clean(ex);
  complete(ex);
  check_name(ex);
}

void Forwarded::clean(Exchange& ex) {
  Headers& headers = ex.request().headers;
  const std::string_view connection = headers.find(Name::kConnection).value_or("");
  const bool looks_usual = only_usual(connection) && headers.count(Name::kConnection) <= 1;
  // What is looked at while fields are taken away must not change meanwhile: two passes, the
  // second over what is rarely there.
  bool odd = !looks_usual;
  for (const Field& field : headers.fields()) odd |= field.name.find('_') != field.name.npos;
  if (odd) {
    Headers kept;
    kept.reserve(headers.size() + 8);
    for (const Field& field : headers.fields()) {
      if (!looks_usual && is_listed(headers, field)) continue;
      if (!shadows(headers, field, ex.arena())) kept.add(field);
    }
    headers = std::move(kept);
  }
  const bool wants_upgrade = ex.request().wants_upgrade;
  const bool believed = ex.trusted_peer_;
  headers.remove_if([=](const Field& field) {
    return is_of_this_hop(field, wants_upgrade) || (!believed && is_claim(field));
  });
}

void Forwarded::complete(Exchange& ex) {
  Headers& headers = ex.request().headers;
  http::Arena& arena = ex.arena();
  const http::Client& client = ex.inner().client;
  const std::string_view peer = text_of(client.peer, arena);
  const std::string_view proto =
      headers.find(Name::kXForwardedProto).value_or(client.tls ? "https" : "http");
  ex.came_by_tls_ = client.tls || equal_ignoring_case(proto, "https");
  ex.forwarded_for_ = joined(headers, Name::kXForwardedFor, arena);
  if (!ex.forwarded_for_.empty()) {
    headers.set(Name::kXForwardedFor,
                peer.empty() ? ex.forwarded_for_ : arena.join(ex.forwarded_for_, ", ", peer));
  } else if (!peer.empty()) {
    headers.set(Name::kXForwardedFor, peer);
  }
  const auto add = [&headers](Name name, std::string_view value) {
    if (!value.empty() && !headers.has(name)) headers.add(name, value);
  };
  add(Name::kXForwardedProto, proto);
  add(Name::kXForwardedHost, ex.request().authority);
  add(Name::kXForwardedPort, port_of(ex.request(), ex.came_by_tls_));
  add(Name::kXForwardedServer, ex.gateway().shared().host_name);
  add(Name::kXRealIp, peer);
}

// RFC 9110 section 7.4. A proxy in front of us that we trust may use one connection for many names.
void Forwarded::check_name(Exchange& ex) {
  const http::Client& client = ex.inner().client;
  if (client.server_name.empty() || ex.trusted_peer_) return;
  if (ex.request().host == client.server_name) return;
  ex.refuse(Cause::kMisdirected,
            fmt::format("the connection was opened for {}, the request is for {}",
                        client.server_name, ex.request().host));
}

}  // namespace vaettir::gateway
