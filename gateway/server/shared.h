// Shared: what all loops of the gateway use together. Made by Edge before the loops run; what
// changes afterwards is atomic or locks itself.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/async/offload.h"
#include "base/core/system.h"
#include "base/http/limits.h"
#include "base/http/service.h"
#include "base/net/address.h"
#include "base/net/listener.h"
#include "base/net/resolver.h"
#include "base/net/tls.h"
#include "base/observe/log.h"
#include "base/observe/metrics.h"
#include "gateway/middleware/memory.h"
#include "gateway/server/counters.h"
#include "routes/table.h"

namespace vaettir::gateway {

struct Shared {
  observe::Log& log;
  observe::LineSink* access_log;
  observe::Registry& metrics;
  WallClockSource& clock;
  Entropy& entropy;
  ThreadPool& pool;

  Counters counters{metrics};
  Memory memory;
  // The name we sign requests with (CDN-Loop, RFC 8586): another gateway of the same kind in the
  // chain is no loop, so each process has its own.
  std::string loop_name;
  std::string host_name;  // of this machine: X-Forwarded-Server
  net::CertificateSource* certificates = nullptr;
  std::shared_ptr<net::TicketKeys> tickets = std::make_shared<net::TicketKeys>();
  std::shared_ptr<net::ConnectionLimit> connections;
  http::Limits limits;
  std::string upstream_roots_pem;
  std::function<std::unique_ptr<net::Resolver>(Loop&)> resolver;

  // Set before the loops run.
  http::Service* engine = nullptr;
  struct BoundPort {
    std::string entry_point;
    net::Address address;
    bool tls = false;
    bool plain = false;
  };
  std::vector<BoundPort> bound;

  std::atomic<bool> serving{false};

  std::uint16_t port_of(std::string_view entry_point) const {
    for (const BoundPort& each : bound) {
      if (each.entry_point == entry_point) return each.address.port();
    }
    return 0;
  }
};

}  // namespace vaettir::gateway
