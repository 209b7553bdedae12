#include "routes/explain.h"

#include <algorithm>

#include "base/core/text.h"

namespace vaettir::routes {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

class ListedHeaders final : public HeaderSource {
 public:
  explicit ListedHeaders(const std::vector<std::pair<std::string, std::string>>& fields)
      : fields_(fields) {}
  std::optional<std::string_view> value(std::string_view name, std::size_t index) const override {
    for (const auto& [each, value] : fields_) {
      if (equal_ignoring_case(each, name) && index-- == 0) return value;
    }
    return std::nullopt;
  }

 private:
  const std::vector<std::pair<std::string, std::string>>& fields_;
};

EntryPointId choose_entry_point(const RouteTable& table, bool tls, std::uint16_t port) {
  auto usable = [&](std::size_t i) {
    EntryPointId id{static_cast<std::uint32_t>(i)};
    return tls ? table.serves_tls(id) : table.serves_plain(id);
  };
  std::optional<std::size_t> best;
  int best_rank = 0;
  for (std::size_t i = 0; i < table.entry_points().size(); i++) {
    const EntryPoint& point = table.entry_points()[i];
    int rank = point.tls == tls ? 1 : 0;
    if (point.as_default) rank += 2;
    if (usable(i)) rank += 4;
    if (point.address.port == port) rank += 8;
    if (!best || rank > best_rank) {
      best = i;
      best_rank = rank;
    }
  }
  return static_cast<EntryPointId>(best.value_or(0));
}

std::string leads_to(const RouteTable& table, const Service& service) {
  if (const auto* balancer = std::get_if<LoadBalancer>(&service.what)) {
    std::vector<std::string> urls;
    for (const Server& each : balancer->servers) urls.push_back(each.url.text());
    return urls.empty() ? "no server" : fmt::format("{}", fmt::join(urls, ", "));
  }
  if (const auto* id = std::get_if<TargetId>(&service.what)) {
    const Target& target = table[*id];
    if (target.known_url.empty()) return fmt::format("target {} (no address)", target.name);
    return fmt::format("target {} ({}, {})", target.name, target.known_url, target.source);
  }
  if (const auto* redirect = std::get_if<Redirect>(&service.what)) {
    std::string to = redirect->to
                         ? fmt::format("the port of entry point {}", table[*redirect->to].name)
                         : fmt::format("port {}", redirect->port);
    return fmt::format("a {} redirect to {}, {}", redirect->permanent ? "permanent" : "temporary",
                       redirect->scheme, to);
  }
  switch (std::get<Internal>(service.what)) {
    case Internal::kEngine:
      return "the workflow engine";
    case Internal::kConsole:
      return "the console";
    case Internal::kApi:
      return "the API";
    case Internal::kPing:
      return "the health answer";
    case Internal::kPrometheus:
      return "the metrics";
    case Internal::kNoop:
      return "nothing (418)";
  }
  return "";
}

std::string place(const Route& route, const schema::Report& report) {
  if (route.at.line == 0) return route.provider == Provider::kTarget ? "generated" : "built in";
  return fmt::format("{}:{}:{}", report.source_name(route.at.source), route.at.line,
                     route.at.column);
}

std::string one_line(std::string text) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
    text.replace(at, 1, "; ");
  }
  return text;
}

constexpr std::size_t kMaxListed = 50;

// Doubles hold integers to 2^53: the priorities of generated routers lie beyond and are shown as
// text.
json::Value priority_value(std::int64_t priority) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  if (priority > -kExact && priority < kExact) return json::Value(priority);
  return json::Value(fmt::format("{}", priority));
}

}  // namespace

Result<ExplainRequest> explain_request(const RouteTable& table, std::string_view method,
                                       std::string_view url,
                                       std::vector<std::pair<std::string, std::string>> headers,
                                       IpAddress client) {
  ExplainRequest out;
  out.method = method;
  out.client = client;
  std::size_t colon = url.find("://");
  if (colon != std::string_view::npos) out.scheme = lower(url.substr(0, colon));
  if (out.scheme != "http" && out.scheme != "https") {
    return fail(Cause::kBadRequest, "the URL must begin with http:// or https://");
  }
  std::string_view rest = url.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  std::size_t begin = rest.find_first_of("/?");
  out.host = rest.substr(0, begin);
  if (out.host.empty()) return fail(Cause::kBadRequest, "the URL has no host");
  std::string_view target = begin == std::string_view::npos ? "" : rest.substr(begin);
  std::size_t mark = target.find('?');
  out.path = target.substr(0, mark);
  if (out.path.empty()) out.path = "/";
  if (mark != std::string_view::npos) out.query = target.substr(mark + 1);

  std::string_view authority = out.host;
  std::size_t bracket = authority.rfind(']');
  std::size_t port_at = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  bool tls = out.scheme == "https";
  std::uint16_t port = tls ? kHttpsPort : kHttpPort;
  if (port_at != std::string_view::npos) {
    std::optional<std::uint64_t> number = parse_unsigned(authority.substr(port_at + 1));
    if (!number || *number == 0 || *number > 65535) {
      return fail(Cause::kBadRequest, "the port of the URL must be between 1 and 65535");
    }
    port = static_cast<std::uint16_t>(*number);
  }
  for (const auto& [name, value] : headers) {
    if (equal_ignoring_case(name, "Host")) out.host = value;
  }
  out.headers = std::move(headers);
  if (table.entry_points().empty()) return fail(Cause::kBadRequest, "there is no entry point");
  out.entry_point = choose_entry_point(table, tls, port);
  return out;
}

Explanation explain(const RouteTable& table, const ExplainRequest& request) {
  ListedHeaders headers(request.headers);
  MatchRequest asked{.entry_point = request.entry_point,
                     .tls = request.scheme == "https",
                     .host = request.host,
                     .method = request.method,
                     .path = request.path,
                     .query = request.query,
                     .client = request.client,
                     .headers = &headers};
  MatchScratch scratch;
  const EntryPoint& point = table[request.entry_point];
  Explanation out;
  out.method = request.method;
  out.url = fmt::format("{}://{}{}{}{}", request.scheme, request.host, request.path,
                        request.query.empty() ? "" : "?", request.query);
  out.entry_point = point.name;
  out.tls = asked.tls;
  out.host = canonical_host(request.host, scratch.host);
  out.routing_path = routing_path(request.path, point.sanitize_path, scratch.path);
  out.candidates = table.candidates(asked, scratch);
  out.route = table.match(asked, scratch);
  if (out.route == nullptr) return out;
  for (MiddlewareId id : table.chain(*out.route, request.entry_point)) {
    const Middleware& each = table[id];
    out.middlewares.push_back(fmt::format("{} ({})", each.name, each.settings.type().name));
  }
  if (!out.route->service || !out.route->disabled.empty()) return out;
  const Service& service = table[*out.route->service];
  out.service = service.name;
  out.leads_to = leads_to(table, service);
  return out;
}

std::string to_text(const Explanation& explanation, const schema::Report& report) {
  std::string out =
      fmt::format("{} {}\non entry point {} ({}), host '{}', path '{}'\n\n", explanation.method,
                  explanation.url, explanation.entry_point, explanation.tls ? "TLS" : "plain",
                  explanation.host, explanation.routing_path);
  std::size_t width = 0, listed = 0;
  for (const auto& each : explanation.candidates) width = std::max(width, each.route->name.size());
  bool decided = false;
  for (const auto& each : explanation.candidates) {
    if (listed++ == kMaxListed) {
      out += fmt::format("  ... and {} more\n", explanation.candidates.size() - kMaxListed);
      break;
    }
    std::string verdict = each.failure.empty()
                              ? (decided ? "matches too, but comes later" : "MATCHES")
                              : "fails on " + each.failure;
    if (each.failure.starts_with("serves ") || each.failure.starts_with("its ")) {
      verdict = each.failure;
    }
    decided = decided || each.failure.empty();
    out += fmt::format("  {:<{}}  {}  ({})\n", each.route->name, width, verdict,
                       place(*each.route, report));
  }
  if (explanation.candidates.empty()) out += "  (no router serves this entry point)\n";
  if (explanation.route == nullptr) return out + "\nno route: 404 no_route\n";
  const Route& route = *explanation.route;
  out += fmt::format("\nroute       {}  priority {}\nrule        {}\n", route.name, route.priority,
                     one_line(route.rule.text()));
  if (!route.disabled.empty()) {
    return out + fmt::format("disabled    503 route_disabled: {}\n", one_line(route.disabled));
  }
  if (!explanation.middlewares.empty()) {
    out += fmt::format("middlewares {}\n", fmt::join(explanation.middlewares, ", "));
  }
  return out + fmt::format("service     {} -> {}\n", explanation.service, explanation.leads_to);
}

json::Value to_json(const Explanation& explanation, const schema::Report& report) {
  json::ObjectBuilder out;
  out.set("method", explanation.method);
  out.set("url", explanation.url);
  out.set("entryPoint", explanation.entry_point);
  out.set("tls", explanation.tls);
  out.set("host", explanation.host);
  out.set("path", explanation.routing_path);
  std::vector<json::Value> candidates;
  for (const auto& each : explanation.candidates) {
    json::ObjectBuilder one;
    one.set("router", each.route->name);
    one.set("priority", priority_value(each.route->priority));
    one.set("at", place(*each.route, report));
    one.set("matches", each.failure.empty());
    if (!each.failure.empty()) one.set("failsOn", each.failure);
    candidates.push_back(one.finish());
  }
  out.set("candidates", json::Value::array(std::move(candidates)));
  if (explanation.route == nullptr) {
    out.set("route", nullptr);
    out.set("cause", facts(Cause::kNoRoute).name);
    return out.finish();
  }
  const Route& route = *explanation.route;
  out.set("route", route.name);
  out.set("rule", route.rule.text());
  if (!route.disabled.empty()) {
    out.set("cause", facts(Cause::kRouteDisabled).name);
    out.set("disabled", route.disabled);
  }
  std::vector<json::Value> middlewares(explanation.middlewares.begin(),
                                       explanation.middlewares.end());
  out.set("middlewares", json::Value::array(std::move(middlewares)));
  if (!explanation.service.empty()) {
    out.set("service", explanation.service);
    out.set("leadsTo", explanation.leads_to);
  }
  return out.finish();
}

}  // namespace vaettir::routes
