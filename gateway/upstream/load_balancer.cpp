#include "gateway/upstream/load_balancer.h"

#include "gateway/server/exchange.h"
#include "gateway/upstream/forward.h"
#include "gateway/upstream/loop_check.h"
#include "gateway/upstream/origins.h"

namespace vaettir::gateway {
namespace {

// Nothing of the request can have reached the server.
bool never_connected(Cause cause) {
  switch (cause) {
    case Cause::kDnsFailure:
    case Cause::kConnectRefused:
    case Cause::kConnectTimeout:
    case Cause::kConnectUnreachable:
    case Cause::kTlsHandshake:
      return true;
    default:
      return false;
  }
}

}  // namespace

LoadBalancer::LoadBalancer(Origins& origins, const routes::LoadBalancer& settings,
                           std::uint32_t first)
    : settings_(settings), loop_name_(origins.shared().loop_name) {
  for (const routes::Server& each : settings.servers) {
    if (each.weight == 0) continue;
    servers_.push_back({origins.find(each.url), each.preserve_path ? each.url.path : std::string(),
                        static_cast<std::int64_t>(each.weight), 0});
  }
  if (servers_.empty()) return;
  for (std::uint32_t i = 0; i < first % servers_.size(); i++) next();
}

Task<void> LoadBalancer::serve(http::Exchange& ex) {
  if (came_round(ex.request.headers, loop_name_)) {
    ex.refuse(Cause::kLoopDetected, "CDN-Loop holds the name of this gateway");
    co_return;
  }
  if (servers_.empty()) {
    ex.refuse(Cause::kNoHealthyServer, "the service has no server");
    co_return;
  }
  const BodyMark body(ex);
  const std::size_t first = next();
  for (std::size_t asked = 0;; asked++) {
    const Server& server = servers_[(first + asked) % servers_.size()];
    auto sent = co_await forward(ex, hop_to(server, ex));
    if (sent) co_return;
    const bool others = asked + 1 < servers_.size() && never_connected(sent.error().cause());
    if (!others || !body.untouched()) {
      ex.refuse(std::move(sent).error());
      co_return;
    }
  }
}

// nginx's smooth weighted round robin: each server earns its weight, the richest serves and pays
// the sum.
std::size_t LoadBalancer::next() {
  if (servers_.size() == 1) return 0;
  Server* best = &servers_.front();
  std::int64_t sum = 0;
  for (Server& each : servers_) {
    each.credit += each.weight;
    sum += each.weight;
    if (each.credit > best->credit) best = &each;
  }
  best->credit -= sum;
  return static_cast<std::size_t>(best - servers_.data());
}

Hop LoadBalancer::hop_to(const Server& server, http::Exchange& inner) const {
  std::string_view host = server.origin->authority();
  if (settings_.pass_host_header) {
    const Exchange* ex = Exchange::find(inner);
    if (!inner.request.authority.empty()) host = inner.request.authority;
    if (ex != nullptr && !ex->host_override().empty()) host = ex->host_override();
  }
  return {.origin = *server.origin,
          .host = host,
          .path_prefix = server.path_prefix,
          .dial = settings_.timeouts.dial,
          .response_header = settings_.timeouts.response_header};
}

}  // namespace vaettir::gateway
