// Services: those of the files, and what names lead to.
#include <array>

#include "base/core/text.h"
#include "routes/loader.h"

namespace vaettir::routes {
namespace {

constexpr std::array kInternals = {Internal::kEngine, Internal::kConsole,    Internal::kApi,
                                   Internal::kPing,   Internal::kPrometheus, Internal::kNoop};

}  // namespace

void Loader::make_services() {
  for (const File& file : files_) {
    for (const auto& each : file.settings.http.services) {
      if (claim(service_names_, "service", each.name, each.at)) {
        make_service(each.name, each.at, each.value);
      }
    }
  }
}

void Loader::make_service(const std::string& name, Location at, const ServiceSettings& settings) {
  std::string qualified = name + "@file";
  std::string unavailable;
  auto not_yet = [&](const NotYet& seen) {
    for (const std::string& key : seen.keys) {
      unavailable = fmt::format("service '{}' uses '{}', which is not yet supported", name, key);
    }
  };
  not_yet(settings.later);
  if (!settings.load_balancer) {
    if (unavailable.empty()) unavailable = fmt::format("service '{}' is not valid", name);
    unavailable_services_[qualified] = unavailable;
    return;
  }
  const LoadBalancerSettings& balancer = *settings.load_balancer;
  not_yet(balancer.later);
  for (const ServerSettings& each : balancer.servers) not_yet(each.later);
  if (balancer.strategy && balancer.strategy->value != "wrr") {
    report_.notice(balancer.strategy->at,
                   fmt::format("strategy '{}' is not yet supported", balancer.strategy->value),
                   std::string(kRoutersDisabled));
    unavailable = fmt::format("service '{}' uses strategy '{}', which is not yet supported", name,
                              balancer.strategy->value);
  }
  if (const auto& interval = balancer.response_forwarding.flush_interval) {
    report_.notice(interval->at, "answers are never held back", "'flushInterval' has no effect");
  }
  LoadBalancer made;
  made.servers = make_servers(balancer, unavailable);
  made.pass_host_header = balancer.pass_host_header;
  made.timeouts = timeouts(balancer.forwarding_timeouts);
  Service service{.name = qualified,
                  .what = std::move(made),
                  .hash = schema::structural_hash(balancer),
                  .at = at};
  if (!unavailable.empty()) unavailable_services_[qualified] = unavailable;
  add_service(std::move(service));
}

std::vector<Server> Loader::make_servers(const LoadBalancerSettings& settings,
                                         std::string& unavailable) {
  std::vector<Server> out;
  for (const ServerSettings& each : settings.servers) {
    if (each.url.value.empty()) continue;  // reported when it was read
    if (starts_with_ignoring_case(each.url.value, "h2c://")) {
      report_.notice(each.url.at, "'h2c' is not yet supported", std::string(kRoutersDisabled));
      unavailable = "a server speaks h2c, which is not yet supported";
      continue;
    }
    Result<ServerUrl> url = ServerUrl::from_text(each.url.value);
    if (!url) {
      report_.error(each.url.at, fmt::format("'url' must be {}", ServerUrl::kKind),
                    std::string(url.error().text()));
      continue;
    }
    out.push_back({*std::move(url), each.weight, each.preserve_path});
  }
  return out;
}

UpstreamTimeouts Loader::timeouts(const std::optional<ForwardingTimeouts>& settings) const {
  const File* main = main_file();
  ForwardingTimeouts chosen;
  if (main != nullptr) chosen = main->settings.servers_transport.forwarding_timeouts;
  if (settings) chosen = *settings;
  return {chosen.dial_timeout, chosen.response_header_timeout, chosen.idle_connection_timeout};
}

ServiceId Loader::add_service(Service service) {
  auto id = static_cast<ServiceId>(data_.services.size());
  services_[service.name] = id;
  data_.services.push_back(std::move(service));
  return id;
}

ServiceId Loader::internal_service(Internal which) {
  std::string qualified = fmt::format("{}@internal", name(which));
  if (auto found = services_.find(qualified); found != services_.end()) return found->second;
  return add_service({.name = qualified, .what = which});
}

Loader::Reached Loader::resolve_service(const Located<std::string>& name, std::string_view whose) {
  auto [bare, provider] = split_name(name.value);
  if (provider == "internal") {
    for (Internal each : kInternals) {
      if (routes::name(each) == bare) return {internal_service(each), ""};
    }
    if (bare == "dashboard" || bare == "rest" || bare == "acme-http") {
      report_.notice(name.at, fmt::format("'{}' is not yet supported", name.value),
                     "this router answers 503");
      return {std::nullopt, fmt::format("'{}' is not yet supported", name.value)};
    }
    return missing_service(name, whose);
  }
  if (provider != "" && provider != "file" && provider != "target") {
    report_.isolated_error(name.at,
                           fmt::format("{}: service '{}' does not exist", whose, name.value),
                           fmt::format("services of provider '{}' are not yet supported; the "
                                       "router answers 503",
                                       provider));
    return {std::nullopt, fmt::format("service '{}' does not exist", name.value)};
  }
  std::string qualified = provider.empty() ? fmt::format("{}@file", bare) : name.value;
  auto why = unavailable_services_.find(qualified);
  std::string reason = why == unavailable_services_.end() ? "" : why->second;
  if (auto found = services_.find(qualified); found != services_.end()) {
    return {found->second, reason};
  }
  if (!reason.empty()) return {std::nullopt, reason};
  return missing_service(name, whose);
}

Loader::Reached Loader::missing_service(const Located<std::string>& name, std::string_view whose) {
  Reached out{std::nullopt, fmt::format("service '{}' does not exist", name.value)};
  auto [bare, provider] = split_name(name.value);
  if (incomplete_ && provider != "internal") return out;
  std::vector<std::string> known;
  for (const auto& [each, unused] : services_) {
    known.push_back(each.ends_with("@file") ? each.substr(0, each.size() - 5) : each);
  }
  for (Internal each : kInternals) known.push_back(fmt::format("{}@internal", routes::name(each)));
  std::vector<std::string_view> views(known.begin(), known.end());
  std::string hint;
  if (services_.contains(fmt::format("{}@target", bare)) && provider.empty()) {
    hint = fmt::format("the target of this name is '{}@target'", bare);
  } else if (auto meant = nearest(name.value, views)) {
    hint = fmt::format("did you mean '{}'?", *meant);
  } else if (provider == "target") {
    hint = "define it under 'targets', or set its address in the environment (NAME_TARGET_URL)";
  }
  report_.isolated_error(name.at, fmt::format("{}: service '{}' does not exist", whose, name.value),
                         std::move(hint));
  return out;
}

}  // namespace vaettir::routes
