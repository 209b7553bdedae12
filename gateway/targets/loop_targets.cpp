#include "gateway/targets/loop_targets.h"

#include "base/core/text.h"
#include "gateway/server/gateway.h"
#include "gateway/targets/ngrok.h"

namespace vaettir::gateway {

void LoopTargets::adopt(const std::shared_ptr<const TargetAddresses>& addresses) {
  if (addresses == adopted_) return;
  adopted_ = addresses;
  std::map<std::string, std::shared_ptr<const TargetPlace>, std::less<>> places;
  for (const auto& [name, address] : *addresses) {
    // Unchanged ones stay as they are.
    const auto before = places_.find(name);
    if (before != places_.end() && before->second->health == address.health) {
      places.emplace(name, before->second);
      continue;
    }
    auto place = std::make_shared<TargetPlace>();
    place->url = address.url;
    place->origin = gateway_.origins().find(address.url);
    place->health = address.health;
    place->origin_field = fmt::format("{}://{}", address.url.scheme, address.url.authority());
    place->is_ngrok = is_ngrok_host(address.url.host);
    places.emplace(name, std::move(place));
  }
  places_ = std::move(places);
}

std::shared_ptr<const TargetPlace> LoopTargets::place(std::string_view target) const {
  const auto found = places_.find(target);
  return found == places_.end() ? nullptr : found->second;
}

http::Service* LoopTargets::find(std::string_view host) {
  const std::string name = lower(host);
  if (!gateway_.plan() || gateway_.plan()->target(name) == nullptr) return nullptr;
  auto& service = in_process_[name];
  if (!service) service = std::make_unique<InProcess>(gateway_, name);
  return service.get();
}

Task<void> LoopTargets::InProcess::serve(http::Exchange& ex) {
  const PlanRef plan = gateway_.plan();
  http::Service* target = plan->target(name_);
  if (target == nullptr) {
    ex.refuse(Cause::kNoHealthyServer, fmt::format("there is no target '{}' any more", name_));
    co_return;
  }
  co_await target->serve(ex);
}

}  // namespace vaettir::gateway
