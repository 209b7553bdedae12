// Targets: from files and from outside, their services and public names.
#include <algorithm>

#include "base/core/text.h"
#include "routes/loader.h"

namespace vaettir::routes {
namespace {

constexpr std::string_view kSuffix = "_TARGET_URL";

// One label of a host name: a target is reached as http://NAME/ and NAME.<domain>.
bool is_target_name(std::string_view name) {
  constexpr std::size_t kMaxLabel = 63;  // RFC 1035 section 2.3.4
  return !name.empty() && name.size() <= kMaxLabel && name.front() != '-' && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

bool is_host(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

}  // namespace

std::vector<TargetInput> targets_from_environment(const Environment& environment) {
  std::vector<TargetInput> out;
  for (const auto& [name, value] : environment) {
    if (!name.ends_with(kSuffix) || value.empty()) continue;
    std::string target = lower(name.substr(0, name.size() - kSuffix.size()));
    std::replace(target.begin(), target.end(), '_', '-');
    if (is_target_name(target)) out.push_back({std::move(target), value, "environment"});
  }
  std::sort(out.begin(), out.end(),
            [](const TargetInput& a, const TargetInput& b) { return a.name < b.name; });
  return out;
}

void Loader::choose_domain() {
  data_.domain = "localhost";
  std::string buffer;
  auto configured = input_.environment.find("N8N_HOST");
  if (configured != input_.environment.end() && !configured->second.empty()) {
    std::string_view host = canonical_host(trim(configured->second), buffer);
    if (is_host(host)) {
      data_.domain = host;
    } else {
      report_.warning(Location{}, "N8N_HOST is no host name", "targets are served under localhost");
    }
  }
  const File* main = main_file();
  if (main == nullptr || !main->settings.domain) return;
  const Located<std::string>& domain = *main->settings.domain;
  std::string_view host = canonical_host(domain.value, buffer);
  if (is_host(host)) {
    data_.domain = host;
  } else {
    report_.error(domain.at, "'domain' must be a host name", "such as example.org");
  }
}

void Loader::make_targets() {
  choose_domain();
  for (const File& file : files_) {
    for (const auto& each : file.settings.targets) {
      if (claim(target_names_, "target", each.name, each.at)) {
        make_target(each.name, each.at, each.value);
      }
    }
  }
  for (const TargetInput& each : input_.targets) {
    auto same = [&](const Target& target) { return target.name == each.name; };
    auto found = std::find_if(data_.targets.begin(), data_.targets.end(), same);
    if (found == data_.targets.end()) {
      Target target;
      target.name = each.name;
      target.timeouts = timeouts(std::nullopt);
      target.hash = schema::structural_hash(TargetSettings{});
      add_target(std::move(target));
      found = std::prev(data_.targets.end());
    }
    found->source = each.source;
    found->known_url = each.url;
  }
}

void Loader::make_target(const std::string& name, Location at, const TargetSettings& settings) {
  if (!is_target_name(name)) {
    report_.error(at, fmt::format("target '{}': a name is made of a-z, 0-9 and '-'", name),
                  "it is part of the host name");
    return;
  }
  Target target;
  target.name = name;
  target.at = at;
  target.source = "file";
  target.url = target_url(settings.url, "url");
  target.fallback = target_url(settings.fallback, "fallback");
  if (target.url) target.known_url = target.url->text();
  target.offline_page = settings.offline_page;
  target.is_public = settings.is_public;
  target.pass_host_header = settings.pass_host_header;
  target.rewrite_origin = settings.rewrite_origin;
  target.timeouts = timeouts(settings.forwarding_timeouts);
  target.hash = schema::structural_hash(settings);
  Chain chain = resolve(settings.middlewares, fmt::format("target '{}'", name));
  target.middlewares = std::move(chain.ids);
  target.disabled = fmt::format("{}", fmt::join(chain.reasons, "\n"));
  add_target(std::move(target));
}

void Loader::add_target(Target target) {
  std::string qualified = target.name + "@target";
  Service service{.name = qualified,
                  .what = static_cast<TargetId>(data_.targets.size()),
                  .hash = target.hash,
                  .at = target.at};
  data_.targets.push_back(std::move(target));
  add_service(std::move(service));
}

std::optional<ServerUrl> Loader::target_url(const std::optional<Located<std::string>>& text,
                                            std::string_view key) {
  if (!text || text->value.empty()) return std::nullopt;
  Result<ServerUrl> url = parse_target_url(text->value);
  if (url) return *std::move(url);
  report_.error(text->at, fmt::format("'{}' must be {}", key, ServerUrl::kKind),
                std::string(url.error().text()));
  return std::nullopt;
}

void Loader::add_public_targets() {
  std::vector<Route> made;
  std::vector<EntryPointId> entry_points = public_entry_points();
  for (const Target& target : data_.targets) {
    std::string qualified = target.name + "@target";
    ServiceId service = services_.find(qualified)->second;
    std::string host = fmt::format("{}.{}", target.name, data_.domain);
    auto configured = [&](const Route& route) {
      if (route.provider != Provider::kFile) return false;
      std::vector<std::string> hosts = route.rule.hosts();
      return route.service == service || std::find(hosts.begin(), hosts.end(), host) != hosts.end();
    };
    if (!target.is_public || std::any_of(data_.routes.begin(), data_.routes.end(), configured)) {
      continue;
    }
    Route route;
    route.name = qualified;
    route.provider = Provider::kTarget;
    route.rule = *Rule::parse(fmt::format("Host(`{}`)", host));
    // Below everything a person may write: a public name never takes a request from a configured
    // router.
    route.priority = INT64_MIN;
    route.entry_points = entry_points;
    route.middlewares = target.middlewares;
    route.service = service;
    route.disabled = target.disabled;
    made.push_back(std::move(route));
  }
  for (Route& each : made) data_.routes.push_back(std::move(each));
}

}  // namespace vaettir::routes
