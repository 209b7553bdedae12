// Settings of entryPoints, names and nesting as Traefik's static configuration has them, our own
// keys beside them. Inside routes/ only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/core/time.h"
#include "base/schema/reader.h"
#include "base/schema/value.h"
#include "routes/ip.h"

namespace vaettir::routes {

using schema::ByteSize;
using schema::Located;
using schema::NotYet;
using namespace std::chrono_literals;

inline constexpr std::string_view kNoEffect = "it has no effect";
inline constexpr std::string_view kRoutersDisabled = "routers that use it answer 503";

// The largest head we take: an HTTP/2 header list multiplies by compression, so Traefik's 1 MiB is
// an invitation.
inline constexpr std::uint64_t kMaxHeaderBytes = 64 * 1024;
inline constexpr std::uint32_t kMaxHeaderFields = 100;
inline constexpr std::uint64_t kMaxLineBytes = 16 * 1024;
// Slower than any modem: what stays below holds a connection on purpose.
inline constexpr std::uint64_t kMinimumRate = 500;

struct DomainSettings {
  std::string main;
  std::vector<std::string> sans;
  template <class V>
  void fields(V& v) {
    v("main", main, "First name of the certificate", schema::required, schema::non_empty);
    v("sans", sans, "Further names");
  }
};

struct TlsSettings {
  std::optional<Located<std::string>> options;
  std::optional<Located<std::string>> cert_resolver;
  std::vector<DomainSettings> domains;
  template <class V>
  void fields(V& v) {
    v("options", options, "Named TLS options");
    v("certResolver", cert_resolver, "Where certificates come from");
    v("domains", domains, "Names of the certificate instead of the Host() values of the rule");
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const DomainSettings& each : domains) {
      out.push_back(each.main);
      out.insert(out.end(), each.sans.begin(), each.sans.end());
    }
    return out;
  }
};

// The largest priority of a person's router: those above belong to redirections and certificate
// challenges.
inline constexpr std::int64_t kMaxPriority = INT64_MAX - 1000;
inline constexpr std::int64_t kRedirectPriority = INT64_MAX - 1;

struct RedirectTarget {
  Located<std::string> to;
  std::string scheme = "https";
  bool permanent = true;
  std::int64_t priority = kRedirectPriority;
  template <class V>
  void fields(V& v) {
    v("to", to, "An entry point, or a port such as ':443'", schema::required);
    v("scheme", scheme, "Scheme of the new address", schema::OneOf{{"https", "http"}});
    v("permanent", permanent, "Answer 301 or 308 instead of 302 or 307");
    v("priority", priority, "Priority of the generated router");
  }
};

struct Redirections {
  std::optional<RedirectTarget> entry_point;
  template <class V>
  void fields(V& v) {
    v("entryPoint", entry_point, "Send all requests to another entry point");
  }
};

// Which encoded characters a path may hold. Anything but all of them is not built: `restricts()`
// then keeps routers from being served.
struct EncodedCharacters {
  bool slash = true, back_slash = true, null = true, semicolon = true, percent = true;
  bool question_mark = true, hash = true;
  template <class V>
  void fields(V& v) {
    v("allowEncodedSlash", slash, "%2F");
    v("allowEncodedBackSlash", back_slash, "%5C");
    v("allowEncodedNullCharacter", null, "%00");
    v("allowEncodedSemicolon", semicolon, "%3B");
    v("allowEncodedPercent", percent, "%25");
    v("allowEncodedQuestionMark", question_mark, "%3F");
    v("allowEncodedHash", hash, "%23");
  }
  bool restricts() const {
    return !(slash && back_slash && null && semicolon && percent && question_mark && hash);
  }
};

struct EntryPointHttp {
  Redirections redirections;
  std::vector<Located<std::string>> middlewares;
  std::optional<TlsSettings> tls;
  bool sanitize_path = true;
  ByteSize max_header_bytes{kMaxHeaderBytes};
  std::uint32_t max_header_fields = kMaxHeaderFields;
  ByteSize max_line_bytes{kMaxLineBytes};
  EncodedCharacters encoded_characters;
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v("redirections", redirections, "Redirection of everything");
    v("middlewares", middlewares, "Run before the middlewares of each router");
    v("tls", tls, "Serve TLS on all routers of this entry point");
    v("sanitizePath", sanitize_path, "Resolve dot segments and repeated slashes before routing");
    v("encodedCharacters", encoded_characters, "Encoded characters that paths may hold");
    v("maxHeaderBytes", max_header_bytes, "Largest head of a request",
      schema::Range{1024, 16.0 * 1024 * 1024});
    v("maxHeaderFields", max_header_fields, "Most field lines of a request",
      schema::Range{10, 10'000});
    v("maxLineBytes", max_line_bytes, "Longest line of a head", schema::Range{256, 1024.0 * 1024});
    v.not_yet(ignored, kNoEffect, {"encodeQuerySemicolons", "underscoreHeadersStrategy"});
  }
};

struct RespondingTimeouts {
  std::optional<Located<Duration>> read_timeout;
  Duration write_timeout = 60s;
  Duration idle_timeout = 180s;
  Duration header_timeout = 10s;
  ByteSize minimum_rate{kMinimumRate};
  template <class V>
  void fields(V& v) {
    v("readTimeout", read_timeout, "Longest pause while a body is received; 60s by default");
    v("writeTimeout", write_timeout, "Longest pause while an answer is taken");
    v("idleTimeout", idle_timeout, "Longest pause between two requests of a connection");
    v("headerTimeout", header_timeout, "Time for the whole head of a request");
    v("minimumRate", minimum_rate, "Bytes per second a client must keep up; 0 = any");
  }
  Duration read() const { return read_timeout ? read_timeout->value : Duration(60s); }
};

struct LifeCycle {
  Duration grace_timeout = 10s;
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v("graceTimeOut", grace_timeout, "Time for running requests when the program stops");
    v.not_yet(ignored, kNoEffect, {"requestAcceptGraceTimeout"});
  }
};

struct Transport {
  LifeCycle life_cycle;
  RespondingTimeouts responding_timeouts;
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v("lifeCycle", life_cycle, "Stopping");
    v("respondingTimeouts", responding_timeouts, "Limits towards clients");
    v.not_yet(ignored, kNoEffect, {"keepAliveMaxTime", "keepAliveMaxRequests"});
  }
};

struct ForwardedHeaders {
  std::vector<IpRange> trusted_ips;
  bool insecure = false;
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v("trustedIPs", trusted_ips, "Peers whose X-Forwarded-* fields are believed");
    v("insecure", insecure, "Believe everybody");
    v.not_yet(ignored, kNoEffect,
              {"connection", "addXForwardedSchemeHeaders", "notAppendXForwardedFor"});
  }
};

struct EntryPointSettings {
  Located<std::string> address;
  std::optional<bool> as_default;
  Transport transport;
  ForwardedHeaders forwarded_headers;
  EntryPointHttp http;
  NotYet ignored, blocking;
  template <class V>
  void fields(V& v) {
    v("address", address, "[host]:port to listen on", schema::required);
    v("asDefault", as_default, "Serve the routers that name no entry point");
    v("transport", transport, "Limits of connections");
    v("forwardedHeaders", forwarded_headers, "Trust in X-Forwarded-*");
    v("http", http, "HTTP on this entry point");
    v.not_yet(ignored, kNoEffect,
              {"allowACMEByPass", "reusePort", "http2", "http3", "udp", "observability"});
    v.not_yet(blocking, "routers of this entry point answer 503", {"proxyProtocol"});
  }
};

}  // namespace vaettir::routes
