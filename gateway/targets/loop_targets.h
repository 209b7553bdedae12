// LoopTargets: where each target is at this moment, on one loop, and how requests in process find
// one by its internal name. Owned by the loop's Gateway. An address is replaced as a whole when a
// snapshot is adopted; a request that has begun keeps the one it took.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/http/service.h"
#include "gateway/server/snapshot.h"
#include "gateway/upstream/origins.h"

namespace vaettir::gateway {

class Gateway;

// One address of a target, ready to be used on this loop.
struct TargetPlace {
  routes::ServerUrl url;
  std::shared_ptr<Origin> origin;
  std::shared_ptr<TargetHealth> health;
  std::string origin_field;  // "https://abc.ngrok-free.app"
  bool is_ngrok = false;
};

class LoopTargets final : public http::Directory {
 public:
  explicit LoopTargets(Gateway& gateway) : gateway_(gateway) {}

  void adopt(const std::shared_ptr<const TargetAddresses>& addresses);
  // nullptr: the target has no address.
  std::shared_ptr<const TargetPlace> place(std::string_view target) const;

  http::Service* find(std::string_view host) override;

 private:
  // Runs the target's service of the plan that is current when the request begins. Kept for as
  // long as the loop: callers hold the pointer.
  class InProcess final : public http::Service {
   public:
    InProcess(Gateway& gateway, std::string name) : gateway_(gateway), name_(std::move(name)) {}
    Task<void> serve(http::Exchange& ex) override;

   private:
    Gateway& gateway_;
    std::string name_;
  };

  Gateway& gateway_;
  std::shared_ptr<const TargetAddresses> adopted_;
  std::map<std::string, std::shared_ptr<const TargetPlace>, std::less<>> places_;
  std::map<std::string, std::unique_ptr<InProcess>, std::less<>> in_process_;
};

}  // namespace vaettir::gateway
