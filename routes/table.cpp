#include "routes/table.h"

#include <algorithm>
#include <tuple>

#include "routes/compiled.h"

namespace vaettir::routes {
namespace {

// The order in which a scan tries routes: DESIGN 2. `name@provider` is unique, so the order is
// total.
bool comes_before(const Route& a, const Route& b) {
  return std::tuple(-static_cast<__int128>(a.priority), a.provider, std::string_view(a.name)) <
         std::tuple(-static_cast<__int128>(b.priority), b.provider, std::string_view(b.name));
}

bool serves(const Route& route, EntryPointId entry_point) {
  return std::find(route.entry_points.begin(), route.entry_points.end(), entry_point) !=
         route.entry_points.end();
}

// The smallest rank at the head of the lists, taken off all of them; nullopt when all are empty.
std::optional<std::uint32_t> take_smallest(std::vector<std::span<const std::uint32_t>>& lists) {
  std::optional<std::uint32_t> smallest;
  for (const auto& list : lists) {
    if (!list.empty() && (!smallest || list.front() < *smallest)) smallest = list.front();
  }
  if (!smallest) return smallest;
  for (auto& list : lists) {
    if (!list.empty() && list.front() == *smallest) list = list.subspan(1);
  }
  return smallest;
}

}  // namespace

std::string_view name(Provider provider) {
  constexpr std::array<std::string_view, 4> kNames = {"internal", "docker", "file", "target"};
  return kNames[static_cast<std::size_t>(provider)];
}

std::string_view name(Internal service) {
  constexpr std::array<std::string_view, 6> kNames = {"engine", "console",    "api",
                                                      "ping",   "prometheus", "noop"};
  return kNames[static_cast<std::size_t>(service)];
}

RouteTable::RouteTable(TableData data) : data_(std::move(data)) {
  std::sort(data_.routes.begin(), data_.routes.end(), comes_before);
  matcher_ = std::make_unique<const CompiledMatcher>(*this);
}

RouteTable::~RouteTable() = default;

RuleInput RouteTable::input(const MatchRequest& request, MatchScratch& scratch) const {
  const EntryPoint& entry_point = (*this)[request.entry_point];
  return {.host = canonical_host(request.host, scratch.host),
          .path = routing_path(request.path, entry_point.sanitize_path, scratch.path),
          .method = request.method,
          .query = request.query,
          .client = request.client,
          .headers = request.headers};
}

const Route* RouteTable::match(const MatchRequest& request, MatchScratch& scratch) const {
  RuleInput seen = input(request, scratch);
  scratch.lists.clear();
  matcher_->collect(request.entry_point, request.tls, seen.host, seen.path, scratch.lists);
  while (std::optional<std::uint32_t> rank = take_smallest(scratch.lists)) {
    const Route& route = data_.routes[*rank];
    if (route.rule.matches(seen)) return &route;
  }
  return nullptr;
}

const Route* RouteTable::scan(const MatchRequest& request, MatchScratch& scratch) const {
  RuleInput seen = input(request, scratch);
  for (const Route& route : data_.routes) {
    if (serves(route, request.entry_point) && is_tls(route, request.entry_point) == request.tls &&
        route.rule.matches(seen)) {
      return &route;
    }
  }
  return nullptr;
}

std::vector<RouteTable::Candidate> RouteTable::candidates(const MatchRequest& request,
                                                          MatchScratch& scratch) const {
  RuleInput seen = input(request, scratch);
  std::vector<Candidate> out;
  for (const Route& route : data_.routes) {
    if (!serves(route, request.entry_point)) continue;
    bool tls = is_tls(route, request.entry_point);
    Candidate candidate{&route, std::string(route.rule.first_failure(seen))};
    if (route.rule.empty()) {
      candidate.failure = "its rule cannot be evaluated";
    } else if (tls != request.tls) {
      candidate.failure = tls ? "serves TLS connections only" : "serves plain connections only";
    }
    out.push_back(std::move(candidate));
  }
  return out;
}

RouteId RouteTable::id(const Route& route) const {
  assert(&route >= data_.routes.data() && &route < data_.routes.data() + data_.routes.size());
  return static_cast<RouteId>(&route - data_.routes.data());
}

std::optional<EntryPointId> RouteTable::entry_point_named(std::string_view name) const {
  for (std::size_t i = 0; i < data_.entry_points.size(); i++) {
    if (data_.entry_points[i].name == name) return static_cast<EntryPointId>(i);
  }
  return std::nullopt;
}

const Target* RouteTable::target_named(std::string_view name) const {
  for (const Target& each : data_.targets) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

std::vector<MiddlewareId> RouteTable::chain(const Route& route, EntryPointId entry_point) const {
  std::vector<MiddlewareId> out;
  if (!route.redirect) out = (*this)[entry_point].middlewares;
  out.insert(out.end(), route.middlewares.begin(), route.middlewares.end());
  return out;
}

bool RouteTable::is_tls(const Route& route, EntryPointId entry_point) const {
  return route.tls.has_value() || (*this)[entry_point].tls;
}

bool RouteTable::serves_tls(EntryPointId entry_point) const {
  return (*this)[entry_point].tls || matcher_->serves(entry_point, true);
}

bool RouteTable::serves_plain(EntryPointId entry_point) const { return !(*this)[entry_point].tls; }

std::vector<TlsName> RouteTable::tls_names() const {
  std::vector<TlsName> out;
  auto add = [&](const std::string& name, const std::string& resolver) {
    for (const TlsName& each : out) {
      if (each.name == name) return;
    }
    out.push_back({name, resolver});
  };
  for (const Route& route : data_.routes) {
    for (EntryPointId entry_point : route.entry_points) {
      if (!is_tls(route, entry_point)) continue;
      std::string resolver = route.tls ? route.tls->cert_resolver : "";
      if (resolver.empty()) resolver = (*this)[entry_point].cert_resolver;
      std::vector<std::string> names = (*this)[entry_point].tls_domains;
      if (route.tls && !route.tls->domains.empty()) names = route.tls->domains;
      if (names.empty()) names = route.rule.hosts();
      for (const std::string& each : names) add(each, resolver);
    }
  }
  return out;
}

}  // namespace vaettir::routes
