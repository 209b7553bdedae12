// Routers: rules parsed, names resolved, what cannot be served switched off.
#include <re2/re2.h>

#include <algorithm>

#include "routes/loader.h"

namespace vaettir::routes {
namespace {

// Where workflows are reached; everything else of these hosts is the console's.
constexpr std::string_view kEnginePaths =
    "PathRegexp(`^/(webhook|webhook-test|webhook-waiting|form|form-test|form-waiting|mcp|mcp-test)"
    "(/|$)`) || PathRegexp(`^/rest/oauth[12]-credential/callback$`)";

}  // namespace

void Loader::disable(Route& route, std::string_view reason) {
  if (!route.disabled.empty()) route.disabled += '\n';
  route.disabled += reason;
}

void Loader::make_routers() {
  for (const File& file : files_) {
    for (const auto& each : file.settings.http.routers) {
      if (claim(router_names_, "router", each.name, each.at)) {
        make_router(each.name, each.at, each.value);
      }
    }
  }
}

void Loader::make_router(const std::string& name, Location at, const RouterSettings& settings) {
  if (settings.rule.value.empty() && settings.rule.at.line == 0) return;  // reported already
  Route route;
  route.name = name + "@file";
  route.at = at;
  route.access_log = settings.observability.access_logs;
  set_rule(route, settings);
  set_entry_points(route, settings);
  set_tls(route, settings);
  for (const std::string& key : settings.later.keys) {
    disable(route, fmt::format("'{}' is not yet supported", key));
  }
  std::string whose = fmt::format("router '{}'", name);
  Chain chain = resolve(settings.middlewares, whose);
  route.middlewares = std::move(chain.ids);
  for (const std::string& each : chain.reasons) disable(route, each);
  if (settings.service) {
    Reached reached = resolve_service(*settings.service, whose);
    route.service = reached.id;
    if (!reached.reason.empty()) disable(route, reached.reason);
  } else if (!settings.later.any()) {
    report_.isolated_error(at, fmt::format("router '{}' needs 'service'", name),
                           "it answers 503 until then");
    disable(route, "it names no service");
  }
  data_.routes.push_back(std::move(route));
}

void Loader::set_rule(Route& route, const RouterSettings& settings) {
  const Located<std::string>& text = settings.rule;
  route.priority =
      settings.priority != 0 ? settings.priority : static_cast<std::int64_t>(text.value.size());
  const File* main = main_file();
  std::optional<Located<std::string>> syntax = settings.rule_syntax;
  if (!syntax && main != nullptr) syntax = main->settings.core.default_rule_syntax;
  bool v2 = syntax && syntax->value == "v2";
  auto rule = Rule::parse(text.value);
  if (v2) {
    report_.notice(syntax->at, "rule syntax v2 is not yet supported",
                   "routers that use it answer 503; write the rule in v3 syntax");
    disable(route, "rule syntax v2 is not yet supported");
    if (rule) route.rule = *std::move(rule);
    return;
  }
  if (rule) {
    route.rule = *std::move(rule);
    return warn_about_v2_patterns(route, text);
  }
  const RuleError& error = rule.error();
  std::string message = fmt::format("rule: {}", error.message);
  // A rule over several lines, or with escapes, cannot be pointed into: the place is said instead.
  if (text.text_column == 0)
    message += fmt::format(" (character {} of the rule)", error.offset + 1);
  report_.error(text.within(error.offset, error.width), std::move(message), error.hint);
}

void Loader::warn_about_v2_patterns(const Route& route, const Located<std::string>& rule) {
  // {name} and {name:pattern} were variables in v2; in v3 they are ordinary text, so such a rule
  // matches nothing that exists.
  static constexpr const char* kPattern = R"(\{[A-Za-z][A-Za-z0-9_]*(:[^}]*)?\})";
  for (const Matcher& each : route.rule.matchers()) {
    bool may_hold = each.kind == MatcherKind::kHostRegexp || each.kind == MatcherKind::kHost ||
                    each.kind == MatcherKind::kPath || each.kind == MatcherKind::kPathPrefix;
    const std::string& text =
        each.kind == MatcherKind::kHostRegexp ? each.regexp->pattern() : each.first;
    if (!may_hold || !re2::RE2::PartialMatch(text, kPattern)) continue;
    std::size_t offset = rule.value.find(text);
    report_.warning(offset == std::string::npos ? rule.at : rule.within(offset, text.size()),
                    "this looks like the rule syntax of Traefik v2: braces are ordinary text in v3",
                    "write HostRegexp or PathRegexp with a plain regular expression");
  }
}

void Loader::set_entry_points(Route& route, const RouterSettings& settings) {
  for (const Located<std::string>& name : settings.entry_points) {
    auto named = [&](const EntryPoint& each) { return each.name == name.value; };
    auto found = std::find_if(data_.entry_points.begin(), data_.entry_points.end(), named);
    if (found != data_.entry_points.end()) {
      auto id = static_cast<EntryPointId>(found - data_.entry_points.begin());
      if (std::find(route.entry_points.begin(), route.entry_points.end(), id) ==
          route.entry_points.end()) {
        route.entry_points.push_back(id);
      }
      continue;
    }
    std::vector<std::string_view> known;
    for (const EntryPoint& each : data_.entry_points) known.push_back(each.name);
    report_.isolated_error(name.at, fmt::format("entry point '{}' does not exist", name.value),
                           fmt::format("known: {}", fmt::join(known, ", ")));
  }
  if (!settings.entry_points.empty()) return;
  for (std::size_t i = 0; i < data_.entry_points.size(); i++) {
    if (data_.entry_points[i].as_default) route.entry_points.push_back(EntryPointId(i));
  }
}

void Loader::set_tls(Route& route, const RouterSettings& settings) {
  if (!settings.tls) return;
  route.tls.emplace();
  route.tls->domains = settings.tls->names();
  check_resolver(settings.tls->cert_resolver);
  if (settings.tls->cert_resolver) route.tls->cert_resolver = settings.tls->cert_resolver->value;
  const auto& options = settings.tls->options;
  if (!options || options->value.empty() || options->value == "default") return;
  bool known = std::any_of(files_.begin(), files_.end(), [&](const File& file) {
    return file.settings.tls.options.find(split_name(options->value).name) != nullptr;
  });
  if (!known && !incomplete_) {
    report_.isolated_error(options->at,
                           fmt::format("TLS options '{}' do not exist", options->value));
  }
  disable(route, fmt::format("TLS options '{}' are not yet supported", options->value));
}

void Loader::check_resolver(const std::optional<Located<std::string>>& name) {
  if (!name || name->value.empty()) return;
  const File* main = main_file();
  if (main == nullptr || main->settings.resolvers.find(name->value) != nullptr) return;
  report_.warning(name->at, fmt::format("certificate resolver '{}' does not exist", name->value),
                  "define it under 'certificatesResolvers'");
}

void Loader::disable_blocked() {
  for (Route& route : data_.routes) {
    if (route.redirect || route.provider == Provider::kInternal) continue;
    bool tls = route.tls.has_value();
    for (EntryPointId id : route.entry_points) {
      for (const std::string& each : blocked_[index(id)].reasons) disable(route, each);
      tls = tls || data_.entry_points[index(id)].tls;
    }
    if (tls && !tls_blocked_.empty()) disable(route, tls_blocked_);
  }
}

std::vector<EntryPointId> Loader::public_entry_points() const {
  std::vector<EntryPointId> all, with_tls;
  for (std::size_t i = 0; i < data_.entry_points.size(); i++) {
    const EntryPoint& point = data_.entry_points[i];
    if (!point.as_default) continue;
    all.push_back(EntryPointId(i));
    if (point.tls) with_tls.push_back(EntryPointId(i));
  }
  return with_tls.empty() ? all : with_tls;
}

void Loader::add_built_in_routers() {
  if (main_file() != nullptr) return;
  std::string hosts = "Host(`vaettir.localhost`)";
  // choose_domain() has checked it; a broken N8N_HOST is "localhost" there and equals nothing here.
  auto configured = input_.environment.find("N8N_HOST");
  if (configured != input_.environment.end()) {
    std::string buffer;
    std::string host(canonical_host(configured->second, buffer));
    if (host == data_.domain && host != "vaettir.localhost") {
      hosts += fmt::format(" || Host(`{}`)", host);
    }
  }
  auto add = [&](std::string name, const std::string& rule, Internal service) {
    Route route;
    route.name = std::move(name);
    route.provider = Provider::kInternal;
    route.rule = *Rule::parse(rule);
    route.priority = static_cast<std::int64_t>(rule.size());
    route.entry_points = public_entry_points();
    route.service = internal_service(service);
    data_.routes.push_back(std::move(route));
  };
  add("engine@internal", fmt::format("({}) && ({})", hosts, kEnginePaths), Internal::kEngine);
  add("console@internal", hosts, Internal::kConsole);
}

LoadResult Loader::run() {
  read_files();
  make_entry_points();
  make_middlewares();
  make_services();
  make_targets();
  add_entry_point_middlewares();
  add_redirections();
  make_routers();
  add_built_in_routers();
  add_public_targets();
  disable_blocked();
  LoadResult result;
  if (!report_.broken()) result.table = std::make_shared<const RouteTable>(std::move(data_));
  result.report = std::move(report_);
  return result;
}

LoadResult load(const LoadInput& input) { return Loader(input).run(); }

}  // namespace vaettir::routes
