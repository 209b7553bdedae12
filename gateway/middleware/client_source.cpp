#include "gateway/middleware/client_source.h"

#include "base/core/text.h"
#include "gateway/server/exchange.h"

namespace vaettir::gateway {
namespace {

// The last `bits` of an IPv6 address do not tell clients apart: a household has a /64.
routes::IpAddress masked(routes::IpAddress address, const std::optional<IpStrategy>& strategy) {
  if (!strategy || !strategy->ipv6_subnet || address.is_v4()) return address;
  for (std::size_t bit = *strategy->ipv6_subnet; bit < 128; bit++) {
    address.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80 >> (bit % 8)));
  }
  return address;
}

// "203.0.113.7:1234" and "[2001:db8::1]:443" are seen in X-Forwarded-For as well.
std::optional<routes::IpAddress> parse_element(std::string_view element) {
  if (auto address = routes::IpAddress::parse(element)) return address;
  if (element.starts_with('[')) {
    const std::size_t end = element.find(']');
    if (end == element.npos) return std::nullopt;
    return routes::IpAddress::parse(element.substr(1, end - 1));
  }
  if (const std::size_t colon = element.find(':'); colon != element.npos) {
    return routes::IpAddress::parse(element.substr(0, colon));
  }
  return std::nullopt;
}

}  // namespace

Result<> SourceCriterion::validate() const {
  const int given = (ip_strategy ? 1 : 0) + (request_header_name.empty() ? 0 : 1) + request_host;
  if (given > 1) {
    return fail(Cause::kBadRequest,
                "takes one of 'ipStrategy', 'requestHeaderName' and 'requestHost', not several");
  }
  return {};
}

std::optional<routes::IpAddress> client_address(const Exchange& ex,
                                                const std::optional<IpStrategy>& strategy) {
  const bool by_field = strategy && (strategy->depth > 0 || !strategy->excluded_ips.empty());
  if (!by_field) return masked(ex.peer(), strategy);
  const auto elements = split_list(ex.forwarded_for());
  if (strategy->depth > 0) {
    if (strategy->depth > elements.size()) return std::nullopt;
    const auto found = parse_element(elements[elements.size() - strategy->depth]);
    return found ? std::optional(masked(*found, strategy)) : std::nullopt;
  }
  for (auto element = elements.rbegin(); element != elements.rend(); ++element) {
    const auto address = parse_element(*element);
    if (!address) return std::nullopt;
    const bool excluded =
        std::ranges::any_of(strategy->excluded_ips,
                            [&](const routes::IpRange& range) { return range.contains(*address); });
    if (!excluded) return masked(*address, strategy);
  }
  return std::nullopt;
}

std::string source_key(const Exchange& ex, const SourceCriterion& criterion, bool default_host) {
  if (!criterion.request_header_name.empty()) {
    return std::string(ex.request().headers.find(criterion.request_header_name).value_or(""));
  }
  const bool by_host = criterion.request_host || (default_host && !criterion.ip_strategy);
  if (by_host) return std::string(ex.request().host);
  const auto address = client_address(ex, criterion.ip_strategy);
  return address ? std::string(address->bytes.begin(), address->bytes.end()) : std::string();
}

}  // namespace vaettir::gateway
