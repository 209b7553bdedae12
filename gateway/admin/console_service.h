// ConsoleService: what answers on the console port until there is a login: health for everybody,
// nothing else for anybody. Host and Origin are looked at, so that a page of somebody else's cannot
// use a browser to get in by a name of its own (DNS rebinding). One for all loops; stateless.
#pragma once
#include "base/http/service.h"

namespace vaettir::gateway {

struct Shared;

class ConsoleService final : public http::Service {
 public:
  explicit ConsoleService(const Shared& shared) : shared_(shared) {}
  Task<void> serve(http::Exchange& ex) override;

 private:
  const Shared& shared_;
};

}  // namespace vaettir::gateway
