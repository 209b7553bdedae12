// TargetService: requests to a target, on one loop: to the address in force when the request
// begins, with Host, SNI and Origin following it, and answers that name the address written back.
// Serves the target's public name and, in process, its internal one. Part of a Plan.
#pragma once
#include "base/http/service.h"
#include "gateway/targets/loop_targets.h"
#include "gateway/upstream/forward.h"
#include "routes/table.h"

namespace vaettir::gateway {

class TargetService final : public http::Service {
 public:
  // `target` lives as long as the table.
  TargetService(Gateway& gateway, const routes::Target& target);
  Task<void> serve(http::Exchange& ex) override;

  const routes::Target& target() const { return target_; }

 private:
  Task<Result<>> ask(http::Exchange& ex, const TargetPlace& place) const;
  Hop hop_to(const TargetPlace& place, http::Exchange& ex) const;
  void tell(const TargetPlace& place, const Result<>& sent) const;

  Gateway& gateway_;
  const routes::Target& target_;
  std::shared_ptr<const TargetPlace> fallback_;  // nullptr: none is configured
};

}  // namespace vaettir::gateway
