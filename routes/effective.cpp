// effective(): the table as data a person can read.
#include "routes/check.h"

namespace vaettir::routes {
namespace {

json::Value list(const std::vector<std::string>& texts) {
  return json::Value::array(std::vector<json::Value>(texts.begin(), texts.end()));
}

json::Value names(const RouteTable& table, const std::vector<MiddlewareId>& ids) {
  std::vector<std::string> out;
  for (MiddlewareId each : ids) out.push_back(table[each].name);
  return list(out);
}

json::Value entry_point(const RouteTable& table, const EntryPoint& point) {
  json::ObjectBuilder out;
  out.set("address", point.address.text());
  out.set("asDefault", point.as_default);
  out.set("tls", point.tls);
  if (!point.cert_resolver.empty()) out.set("certResolver", point.cert_resolver);
  if (!point.middlewares.empty()) out.set("middlewares", names(table, point.middlewares));
  std::vector<std::string> trusted;
  for (const IpRange& each : point.trusted_ips) trusted.push_back(each.text());
  out.set("trustedIPs", point.trust_all_forwarded ? json::Value("everybody") : list(trusted));
  out.set("headerTimeout", vaettir::to_text(point.header_timeout));
  out.set("readTimeout", vaettir::to_text(point.read_timeout));
  out.set("writeTimeout", vaettir::to_text(point.write_timeout));
  out.set("idleTimeout", vaettir::to_text(point.idle_timeout));
  out.set("graceTimeOut", vaettir::to_text(point.grace_timeout));
  out.set("minimumRate", static_cast<double>(point.minimum_rate));
  out.set("maxHeaderBytes", static_cast<double>(point.max_header_bytes));
  out.set("maxHeaderFields", static_cast<double>(point.max_header_fields));
  out.set("maxLineBytes", static_cast<double>(point.max_line_bytes));
  out.set("sanitizePath", point.sanitize_path);
  return out.finish();
}

json::Value router(const RouteTable& table, const Route& route) {
  json::ObjectBuilder out;
  out.set("rule", route.rule.text());
  // Doubles hold integers to 2^53: the priorities of generated routers lie beyond.
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  bool exact = route.priority > -kExact && route.priority < kExact;
  out.set("priority",
          exact ? json::Value(route.priority) : json::Value(fmt::format("{}", route.priority)));
  std::vector<std::string> points;
  for (EntryPointId each : route.entry_points) points.push_back(table[each].name);
  out.set("entryPoints", list(points));
  if (route.tls) {
    json::Value tls = json::Value::object({});
    if (!route.tls->cert_resolver.empty()) tls = tls.with("certResolver", route.tls->cert_resolver);
    if (!route.tls->domains.empty()) tls = tls.with("domains", list(route.tls->domains));
    out.set("tls", tls);
  }
  if (!route.middlewares.empty()) out.set("middlewares", names(table, route.middlewares));
  if (route.service) out.set("service", table[*route.service].name);
  if (!route.disabled.empty()) out.set("disabled", route.disabled);
  return out.finish();
}

json::Value timeouts(const UpstreamTimeouts& limits) {
  return json::Value::object({{"dialTimeout", vaettir::to_text(limits.dial)},
                              {"responseHeaderTimeout", vaettir::to_text(limits.response_header)},
                              {"idleConnTimeout", vaettir::to_text(limits.idle_connection)}});
}

json::Value load_balancer(const LoadBalancer& balancer) {
  std::vector<json::Value> servers;
  for (const Server& each : balancer.servers) {
    servers.push_back(json::Value::object({{"url", each.url.text()},
                                           {"weight", static_cast<double>(each.weight)},
                                           {"preservePath", each.preserve_path}}));
  }
  return json::Value::object({{"servers", json::Value::array(std::move(servers))},
                              {"passHostHeader", balancer.pass_host_header},
                              {"forwardingTimeouts", timeouts(balancer.timeouts)}});
}

json::Value target(const RouteTable& table, const Target& target) {
  json::ObjectBuilder out;
  out.set("url", target.known_url);
  out.set("source", target.source);
  if (target.fallback) out.set("fallback", target.fallback->text());
  if (!target.offline_page.empty()) out.set("offlinePage", target.offline_page);
  if (!target.middlewares.empty()) out.set("middlewares", names(table, target.middlewares));
  out.set("public", target.is_public);
  out.set("passHostHeader", target.pass_host_header);
  out.set("rewriteOrigin", target.rewrite_origin);
  out.set("forwardingTimeouts", timeouts(target.timeouts));
  if (!target.disabled.empty()) out.set("disabled", target.disabled);
  return out.finish();
}

template <class List, class Show>
json::Value by_name(const List& all, Show show) {
  json::ObjectBuilder out;
  for (const auto& each : all) {
    json::Value shown = show(each);
    if (!shown.is_undefined()) out.set(each.name, std::move(shown));
  }
  return out.finish();
}

}  // namespace

json::Value effective(const RouteTable& table) {
  json::ObjectBuilder http;
  http.set("routers",
           by_name(table.routes(), [&](const Route& each) { return router(table, each); }));
  http.set("services", by_name(table.services(), [](const Service& each) {
             const auto* balancer = std::get_if<LoadBalancer>(&each.what);
             return balancer != nullptr
                        ? json::Value::object({{"loadBalancer", load_balancer(*balancer)}})
                        : json::Value();
           }));
  http.set("middlewares", by_name(table.middlewares(), [](const Middleware& each) {
             return json::Value::object(
                 {{std::string(each.settings.type().name), each.settings.shown()}});
           }));
  json::ObjectBuilder out;
  out.set("entryPoints", by_name(table.entry_points(),
                                 [&](const EntryPoint& each) { return entry_point(table, each); }));
  out.set("domain", table.data().domain);
  out.set("targets",
          by_name(table.targets(), [&](const Target& each) { return target(table, each); }));
  out.set("http", http.finish());
  std::vector<json::Value> certificates;
  for (const CertificateFile& each : table.data().certificates) {
    // Keys may be written inline instead of as a path: only paths are shown.
    auto path = [](const std::string& text) {
      return json::Value(text.contains("-----BEGIN") ? schema::kHidden : std::string_view(text));
    };
    certificates.push_back(json::Value::object(
        {{"certFile", path(each.cert_file)}, {"keyFile", path(each.key_file)}}));
  }
  if (!certificates.empty()) {
    out.set("tls",
            json::Value::object({{"certificates", json::Value::array(std::move(certificates))}}));
  }
  const LogSettings& log = table.data().log;
  out.set("log", json::Value::object({{"level", log.level}, {"filePath", log.file}}));
  out.set("accessLog",
          json::Value::object({{"enabled", log.access_log}, {"filePath", log.access_file}}));
  return out.finish();
}

}  // namespace vaettir::routes
