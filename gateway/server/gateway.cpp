#include "gateway/server/gateway.h"

namespace vaettir::gateway {
namespace {

// Six letters tell processes and loops apart in a log of days; the counter behind them does the
// rest.
constexpr std::size_t kPrefixLetters = 6;

}  // namespace

Gateway::Gateway(Loop& loop, Shared& shared)
    : loop_(loop),
      shared_(shared),
      origins_(loop, shared),
      targets_(*this),
      request_prefix_(shared.entropy.id(kPrefixLetters)) {}

Gateway::~Gateway() { plan_ = PlanRef(); }

void Gateway::adopt(std::shared_ptr<const Snapshot> snapshot) {
  targets_.adopt(snapshot->targets);
  if (snapshot->live == live_) return;
  live_ = snapshot->live;
  plan_ = Plan::build(*this, snapshot->live);
}

}  // namespace vaettir::gateway
