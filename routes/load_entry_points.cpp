// Entry points: configured or built in, with what the command line overrides.
#include <algorithm>

#include "routes/loader.h"

namespace vaettir::routes {
namespace {

constexpr std::uint16_t kWebPort = 8080;
constexpr std::uint16_t kWebsecurePort = 8443;
constexpr std::uint16_t kConsolePort = 5678;
constexpr std::uint16_t kPublicWebPort = 80;
constexpr std::uint16_t kPublicWebsecurePort = 443;
constexpr std::string_view kLoopback = "127.0.0.1";
constexpr std::string_view kConsole = "console";

void set_limits(EntryPoint& point, const EntryPointSettings& settings) {
  const RespondingTimeouts& timeouts = settings.transport.responding_timeouts;
  point.header_timeout = timeouts.header_timeout;
  point.read_timeout = timeouts.read();
  point.write_timeout = timeouts.write_timeout;
  point.idle_timeout = timeouts.idle_timeout;
  point.minimum_rate = timeouts.minimum_rate.count;
  point.grace_timeout = settings.transport.life_cycle.grace_timeout;
  point.max_header_bytes = settings.http.max_header_bytes.count;
  point.max_header_fields = settings.http.max_header_fields;
  point.max_line_bytes = settings.http.max_line_bytes.count;
  point.sanitize_path = settings.http.sanitize_path;
  point.trust_all_forwarded = settings.forwarded_headers.insecure;
  point.trusted_ips = settings.forwarded_headers.trusted_ips;
}

}  // namespace

void Loader::make_entry_points() {
  const File* main = main_file();
  if (main != nullptr && !main->settings.entry_points.empty()) {
    for (const auto& each : main->settings.entry_points) {
      add_entry_point(each.name, each.at, each.value);
    }
  } else {
    add_built_in_entry_points();
  }
  add_console();
  apply_overrides();
  choose_default_entry_points();
}

void Loader::add_entry_point(const std::string& name, Location at,
                             const EntryPointSettings& settings) {
  if (settings.address.value.empty()) return;  // reported when it was read
  if (settings.address.value.ends_with("/udp")) {
    report_.isolated_error(settings.address.at, "UDP is not supported",
                           "instead run a UDP proxy beside");
    return;
  }
  Result<ListenAddress> address = ListenAddress::from_text(settings.address.value);
  if (!address) {
    report_.error(settings.address.at, fmt::format("'address' must be {}", ListenAddress::kKind),
                  std::string(address.error().text()));
    return;
  }
  EntryPoint point;
  point.name = name;
  point.at = at;
  point.address = *address;
  set_limits(point, settings);
  Blocked blocked;
  auto block = [&](std::string_view key) {
    blocked.reasons.push_back(
        fmt::format("entry point '{}' uses '{}', which is not yet supported", name, key));
  };
  for (const std::string& key : settings.blocking.keys) block(key);
  if (settings.http.encoded_characters.restricts()) {
    report_.notice(at,
                   fmt::format("entry point '{}': 'encodedCharacters' is not yet supported", name),
                   "routers of this entry point answer 503");
    block("encodedCharacters");
  }
  if (settings.http.tls) {
    point.tls = true;
    point.tls_domains = settings.http.tls->names();
    check_resolver(settings.http.tls->cert_resolver);
    if (settings.http.tls->cert_resolver) {
      point.cert_resolver = settings.http.tls->cert_resolver->value;
    }
    const auto& options = settings.http.tls->options;
    if (options && options->value != "default" && !options->value.empty()) {
      blocked.reasons.push_back(
          fmt::format("TLS options '{}' are not yet supported", options->value));
    }
  }
  if (const auto& read = settings.transport.responding_timeouts.read_timeout) {
    report_.notice(read->at,
                   "'readTimeout' is the longest pause of a client, not the time for a "
                   "whole request as in Traefik",
                   "long uploads go on as long as they make progress");
  }
  data_.entry_points.push_back(std::move(point));
  blocked_.push_back(std::move(blocked));
  entry_point_settings_.push_back(&settings);
}

void Loader::add_built_in_entry_points() {
  bool is_public = input_.overrides.is_public;
  auto add = [&](std::string name, std::uint16_t port, std::uint16_t public_port, bool tls) {
    EntryPoint point;
    point.name = std::move(name);
    point.address =
        is_public ? ListenAddress{"", public_port} : ListenAddress{std::string(kLoopback), port};
    point.tls = tls;
    set_limits(point, EntryPointSettings{});
    data_.entry_points.push_back(std::move(point));
    blocked_.emplace_back();
    entry_point_settings_.push_back(nullptr);
  };
  add("web", kWebPort, kPublicWebPort, false);
  add("websecure", kWebsecurePort, kPublicWebsecurePort, true);
  add_redirect(EntryPointId{0}, Redirect{.to = EntryPointId{1}}, kRedirectPriority);
}

void Loader::add_console() {
  auto named = [](const EntryPoint& each) { return each.name == kConsole; };
  auto found = std::find_if(data_.entry_points.begin(), data_.entry_points.end(), named);
  auto id = static_cast<EntryPointId>(found - data_.entry_points.begin());
  if (found == data_.entry_points.end()) {
    if (input_.overrides.is_public && !input_.overrides.console) return;
    EntryPoint point;
    point.name = kConsole;
    point.address = ListenAddress{std::string(kLoopback), kConsolePort};
    set_limits(point, EntryPointSettings{});
    data_.entry_points.push_back(std::move(point));
    blocked_.emplace_back();
    entry_point_settings_.push_back(nullptr);
  }
  Route route;
  route.name = "console-port@internal";
  route.provider = Provider::kInternal;
  route.rule = *Rule::parse("Host(`*`)");
  route.priority = INT64_MIN;
  route.entry_points = {id};
  route.service = internal_service(Internal::kConsole);
  data_.routes.push_back(std::move(route));
}

void Loader::apply_overrides() {
  override_address("web", "--http", input_.overrides.http);
  override_address("websecure", "--https", input_.overrides.https);
  override_address(kConsole, "--console", input_.overrides.console);
}

void Loader::override_address(std::string_view name, std::string_view flag,
                              const std::optional<std::string>& text) {
  if (!text) return;
  Result<ListenAddress> address = ListenAddress::from_text(*text);
  if (!address) {
    report_.error(Location{}, fmt::format("{} must be {}", flag, ListenAddress::kKind),
                  std::string(address.error().text()));
    return;
  }
  for (EntryPoint& each : data_.entry_points) {
    if (each.name != name) continue;
    each.address = *address;
    return;
  }
  report_.error(Location{}, fmt::format("{} needs an entry point '{}'", flag, name),
                "the configuration defines entry points of other names");
}

void Loader::choose_default_entry_points() {
  bool chosen = false;
  for (const EntryPointSettings* each : entry_point_settings_) {
    chosen = chosen || (each != nullptr && each->as_default.value_or(false));
  }
  for (std::size_t i = 0; i < data_.entry_points.size(); i++) {
    EntryPoint& point = data_.entry_points[i];
    const EntryPointSettings* settings = entry_point_settings_[i];
    std::optional<bool> said = settings != nullptr ? settings->as_default : std::nullopt;
    point.as_default = point.name == kConsole ? false : said.value_or(!chosen);
  }
}

void Loader::add_redirect(EntryPointId from, Redirect redirect, std::int64_t priority) {
  const std::string& name = data_.entry_points[index(from)].name;
  std::string to =
      redirect.to ? data_.entry_points[index(*redirect.to)].name : fmt::format("{}", redirect.port);
  Service service;
  service.name = fmt::format("redirect-{}-to-{}@internal", name, to);
  service.hash =
      schema::hash_text(fmt::format("{} {} {}", redirect.scheme, to, redirect.permanent));
  service.what = redirect;
  Route route;
  route.name = fmt::format("{}-to-{}@internal", name, to);
  route.provider = Provider::kInternal;
  route.rule = *Rule::parse("Host(`*`)");
  route.priority = priority;
  route.entry_points = {from};
  route.redirect = true;
  route.service = add_service(std::move(service));
  data_.routes.push_back(std::move(route));
}

void Loader::add_redirections() {
  for (std::size_t i = 0; i < entry_point_settings_.size(); i++) {
    const EntryPointSettings* settings = entry_point_settings_[i];
    if (settings == nullptr || !settings->http.redirections.entry_point) continue;
    const RedirectTarget& wanted = *settings->http.redirections.entry_point;
    Redirect redirect{.scheme = wanted.scheme, .permanent = wanted.permanent};
    if (wanted.to.value.starts_with(':')) {
      Result<ListenAddress> port = ListenAddress::from_text(wanted.to.value);
      if (port) redirect.port = port->port;
    } else {
      for (std::size_t k = 0; k < data_.entry_points.size(); k++) {
        if (data_.entry_points[k].name == wanted.to.value) redirect.to = EntryPointId(k);
      }
    }
    if (!redirect.to && redirect.port == 0) {
      report_.error(wanted.to.at, fmt::format("'to' names no entry point: '{}'", wanted.to.value),
                    "write the name of an entry point, or a port such as ':443'");
      continue;
    }
    add_redirect(EntryPointId(i), redirect, wanted.priority);
  }
}

void Loader::add_entry_point_middlewares() {
  for (std::size_t i = 0; i < entry_point_settings_.size(); i++) {
    if (entry_point_settings_[i] == nullptr) continue;
    EntryPoint& point = data_.entry_points[i];
    Chain chain = resolve(entry_point_settings_[i]->http.middlewares,
                          fmt::format("entry point '{}'", point.name));
    point.middlewares = std::move(chain.ids);
    for (std::string& each : chain.reasons) blocked_[i].reasons.push_back(std::move(each));
  }
}

}  // namespace vaettir::routes
