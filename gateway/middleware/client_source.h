// Who a request comes from, for middlewares: Traefik's ipStrategy and sourceCriterion
// (facts/gateway.md 2.5). Settings and pure functions of the exchange.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/schema/value.h"
#include "routes/ip.h"

namespace vaettir::gateway {

class Exchange;

struct IpStrategy {
  std::uint32_t depth = 0;
  std::vector<routes::IpRange> excluded_ips;
  std::optional<std::uint32_t> ipv6_subnet;
  template <class V>
  void fields(V& v) {
    v("depth", depth,
      "Take the address at this place of X-Forwarded-For, counted from the right; 0: the peer's");
    v("excludedIPs", excluded_ips,
      "Take the first address of X-Forwarded-For, from the right, that is not in these ranges");
    v("ipv6Subnet", ipv6_subnet, "Bits of an IPv6 address that count as one source",
      schema::Range{0, 128});
  }
};

struct SourceCriterion {
  std::optional<IpStrategy> ip_strategy;
  std::string request_header_name;
  bool request_host = false;
  template <class V>
  void fields(V& v) {
    v("ipStrategy", ip_strategy, "Group by the address of the client");
    v("requestHeaderName", request_header_name, "Group by the value of this request header");
    v("requestHost", request_host, "Group by the name the request asks for");
  }
  // Exactly one, or none for the middleware's default.
  Result<> validate() const;
};

// The address that the strategy names; nullopt: X-Forwarded-For has none there. Without a
// strategy the peer's.
std::optional<routes::IpAddress> client_address(const Exchange& ex,
                                                const std::optional<IpStrategy>& strategy);
// The key that requests are counted under. `default_host`: what holds without a criterion.
std::string source_key(const Exchange& ex, const SourceCriterion& criterion, bool default_host);

}  // namespace vaettir::gateway
