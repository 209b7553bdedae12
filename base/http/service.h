// Service: what answers a request: the proxy, the engine's webhooks, the admin pages, a
// middleware's wrapper. serve() fills ex.reply or refuses; it is called on the loop of the
// exchange. A Service outlives the exchanges it serves (the snapshot or app/ owns it).
#pragma once
#include "base/async/task.h"
#include "base/http/exchange.h"

namespace vaettir::http {

class Service {
 public:
  virtual ~Service() = default;
  virtual Task<void> serve(Exchange& ex) = 0;
};

// Finds the in-process service of an internal name ("ocapistaine", "github"): how a workflow's
// request reaches a target without a socket. One per loop; nullptr: no such name, the request goes
// out by the usual client.
class Directory {
 public:
  virtual ~Directory() = default;
  virtual Service* find(std::string_view host) = 0;
};

}  // namespace vaettir::http
