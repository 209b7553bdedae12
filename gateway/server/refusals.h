// Refusals: what a client gets to see when its request was refused or failed: the target's offline
// page where a browser asks, else the problem document or page of base/http. Remedy, addresses and
// next hop are shown to loopback clients only. One per entry point.
#pragma once
#include "base/http/h1_server.h"

namespace vaettir::gateway {

class Refusals final : public http::ErrorRenderer {
 public:
  void render(http::Exchange& ex) override;
};

}  // namespace vaettir::gateway
