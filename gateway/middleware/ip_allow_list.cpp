// gateway/middleware/ip_allow_list.cpp: lets requests pass from the listed addresses only.
#include "base/net/address.h"
#include "gateway/middleware/client_source.h"
#include "gateway/middleware/filter.h"
#include "gateway/server/exchange.h"

namespace vaettir::gateway {
namespace {

struct Config {
  std::vector<routes::IpRange> source_range;
  std::optional<IpStrategy> ip_strategy;
  std::uint16_t reject_status_code = 403;
  template <class V>
  void fields(V& v) {
    v("sourceRange", source_range, "Addresses and ranges (CIDR) that are let through",
      schema::required, schema::non_empty);
    v("ipStrategy", ip_strategy, "Which address counts as the client's; the peer's by default");
    v("rejectStatusCode", reject_status_code, "Status of the refusal", schema::Range{400, 599});
  }
};

class IpAllowList final : public Filter {
 public:
  explicit IpAllowList(const Config& config) : config_(config) {}

  Task<Step> on_request(Exchange& ex) override {
    const auto address = client_address(ex, config_.ip_strategy);
    if (address && allows(*address)) return Step::kContinue;
    ex.refuse(Cause::kBlockedIp,
              address ? "address " + address->text() + " is in none of the allowed ranges"
                      : "X-Forwarded-For has no address at the configured place");
    ex.reply().status = config_.reject_status_code;
    return Step::kAnswered;
  }

 private:
  bool allows(const routes::IpAddress& address) const {
    return std::ranges::any_of(config_.source_range, [&](const routes::IpRange& range) {
      return range.contains(address);
    });
  }
  const Config& config_;
};

}  // namespace

extern const MiddlewareType ip_allow_list;
constinit const MiddlewareType ip_allow_list =
    filter<IpAllowList, Config>("ipAllowList", "Let only listed addresses through");

}  // namespace vaettir::gateway
