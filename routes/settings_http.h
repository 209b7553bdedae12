// Settings of http.routers, http.services, targets and what they consist of; names as Traefik's
// dynamic configuration has them. Inside routes/ only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/schema/node.h"
#include "routes/settings_entry_point.h"

namespace vaettir::routes {

struct Observability {
  bool access_logs = true;
  bool metrics = true;
  bool tracing = true;
  std::string trace_verbosity = "minimal";
  template <class V>
  void fields(V& v) {
    v("accessLogs", access_logs, "Write requests to the access log");
    v("metrics", metrics, "Count requests");
    v("tracing", tracing, "Record spans");
    v("traceVerbosity", trace_verbosity, "Detail of spans", schema::OneOf{{"minimal", "detailed"}});
  }
};

inline std::optional<std::string> priority_complaint(const std::int64_t& priority) {
  if (priority <= kMaxPriority) return std::nullopt;
  return fmt::format("must be at most {}", kMaxPriority);
}

struct RouterSettings {
  std::vector<Located<std::string>> entry_points;
  Located<std::string> rule;
  std::optional<Located<std::string>> rule_syntax;
  std::int64_t priority = 0;
  std::vector<Located<std::string>> middlewares;
  std::optional<Located<std::string>> service;
  std::optional<TlsSettings> tls;
  Observability observability;
  NotYet later;
  template <class V>
  void fields(V& v) {
    v("entryPoints", entry_points, "Where it is served; all default entry points if left out");
    v("rule", rule, "Which requests it takes", schema::required);
    v("ruleSyntax", rule_syntax, "Version of the rule language", schema::OneOf{{"v3", "v2"}});
    v("priority", priority, "Larger is tried earlier; 0 = length of the rule",
      schema::Satisfies<std::int64_t>{priority_complaint});
    v("middlewares", middlewares, "Run in this order");
    v("service", service, "What answers");
    v("tls", tls, "Serve TLS connections only");
    v("observability", observability, "What is recorded");
    v.not_yet(later, "this router answers 503", {"parentRefs"});
  }
};

struct ServerSettings {
  Located<std::string> url;
  std::uint32_t weight = 1;
  bool preserve_path = false;
  NotYet later;
  template <class V>
  void fields(V& v) {
    v("url", url, "Address of the server", schema::required);
    v("weight", weight, "Share of the requests, relative to the others");
    v("preservePath", preserve_path, "Put the path of the url before the request's");
    v.not_yet(later, kRoutersDisabled, {"fenced"});
  }
};

struct ForwardingTimeouts {
  Duration dial_timeout = 30s;
  Duration response_header_timeout = 0s;
  Duration idle_connection_timeout = 90s;
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v("dialTimeout", dial_timeout, "Time for a connection to be made");
    v("responseHeaderTimeout", response_header_timeout, "Time for the head of an answer; 0 = any");
    v("idleConnTimeout", idle_connection_timeout, "How long unused connections are kept");
    v.not_yet(ignored, kNoEffect, {"readIdleTimeout", "pingTimeout"});
  }
};

struct ResponseForwarding {
  std::optional<Located<std::string>> flush_interval;
  template <class V>
  void fields(V& v) {
    v("flushInterval", flush_interval, "Without effect: answers are never held back");
  }
};

struct LoadBalancerSettings {
  std::vector<ServerSettings> servers;
  bool pass_host_header = true;
  ResponseForwarding response_forwarding;
  std::optional<Located<std::string>> strategy;
  std::optional<ForwardingTimeouts> forwarding_timeouts;
  NotYet later;
  template <class V>
  void fields(V& v) {
    v("servers", servers, "Where requests are sent to");
    v("passHostHeader", pass_host_header, "Send the client's Host instead of the server's name");
    v("responseForwarding", response_forwarding, "How answers are passed on");
    v("strategy", strategy, "How a server is chosen",
      schema::OneOf{{"wrr", "p2c", "hrw", "leasttime"}});
    v("forwardingTimeouts", forwarding_timeouts, "Limits towards the servers");
    v.not_yet(later, kRoutersDisabled,
              {"sticky", "healthCheck", "passiveHealthCheck", "serversTransport"});
  }
};

struct ServiceSettings {
  std::optional<LoadBalancerSettings> load_balancer;
  NotYet later;
  template <class V>
  void fields(V& v) {
    v("loadBalancer", load_balancer, "Servers that answer alike");
    v.not_yet(later, kRoutersDisabled,
              {"weighted", "highestRandomWeight", "mirroring", "failover", "middlewares"});
  }
  Result<> validate() const {
    if (load_balancer || later.any()) return {};
    return fail(Cause::kBadRequest, "needs 'loadBalancer'");
  }
};

struct TargetSettings {
  std::optional<Located<std::string>> url, fallback;
  std::string offline_page;
  std::vector<Located<std::string>> middlewares;
  bool is_public = true;
  bool pass_host_header = false;
  bool rewrite_origin = true;
  std::optional<ForwardingTimeouts> forwarding_timeouts;
  template <class V>
  void fields(V& v) {
    v("url", url, "Address, where it never changes");
    v("fallback", fallback, "Address that takes over while the target is down");
    v("offlinePage", offline_page, "HTML file shown while the target is down");
    v("middlewares", middlewares, "For the public name");
    v("public", is_public, "Serve it as NAME.<domain>");
    v("passHostHeader", pass_host_header, "Send the client's Host instead of the target's name");
    v("rewriteOrigin", rewrite_origin, "Let Origin follow the target where it is our own");
    v("forwardingTimeouts", forwarding_timeouts, "Limits towards the target");
  }
};

struct HttpSettings {
  schema::Map<RouterSettings> routers;
  schema::Map<ServiceSettings> services;
  schema::Map<schema::Node> middlewares;
  NotYet later;
  template <class V>
  void fields(V& v) {
    v("routers", routers, "Which requests go where");
    v("services", services, "What answers");
    v("middlewares", middlewares, "What happens on the way; each has one type");
    v.not_yet(later, kRoutersDisabled, {"serversTransports"});
  }
};

}  // namespace vaettir::routes
