// gateway::Exchange: what the gateway adds to one http::Exchange: the plan it runs on, its route,
// what was believed of forwarded fields, what the upstream side did. It lives in the frame of
// Gateway::handle, is reached from services through http::Exchange::extension, and ends after the
// answer has been sent. One loop.
#pragma once
#include <memory>
#include <string_view>
#include <utility>

#include "base/http/exchange.h"
#include "gateway/server/plan.h"
#include "routes/ip.h"
#include "routes/table.h"

namespace vaettir::gateway {

class EntryPoint;
class Gateway;

// Something that is given back when the exchange ends: a place in a limit.
class Kept : public Pooled {
 public:
  virtual ~Kept() = default;

 private:
  friend class Exchange;
  std::unique_ptr<Kept> next_;
};

// What the service side did, for the record. Views lie in the exchange's arena.
struct UpstreamFacts {
  std::string_view url;      // of the server: "http://10.0.0.1:8080"
  std::string_view address;  // "10.0.0.1:8080"
  std::uint16_t status = 0;  // 0: no answer came
  std::uint32_t retries = 0;
  Deadline began{};    // the first attempt
  Deadline head_at{};  // the answer's head was there
};

class Exchange final : public http::Exchange::Extension {
 public:
  Exchange(http::Exchange& inner, Gateway& gateway, EntryPoint& entry);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // The gateway's part of an exchange that came through handle().
  static Exchange& of(http::Exchange& inner) {
    assert(inner.extension != nullptr);
    return *static_cast<Exchange*>(inner.extension);
  }
  // nullptr for exchanges in process.
  static Exchange* find(http::Exchange& inner) { return static_cast<Exchange*>(inner.extension); }

  http::Exchange& inner() const { return inner_; }
  http::Request& request() { return inner_.request; }
  const http::Request& request() const { return inner_.request; }
  http::Reply& reply() { return inner_.reply; }
  http::Arena& arena() { return inner_.arena(); }
  void refuse(Cause cause, std::string detail = {}) { inner_.refuse(cause, std::move(detail)); }

  Gateway& gateway() const { return gateway_; }
  EntryPoint& entry() const { return entry_; }
  const Plan& plan() const { return *plan_; }

  // The socket's peer, and whether what it forwards is believed.
  routes::IpAddress peer() const { return {inner_.client.peer.bytes()}; }
  bool trusted_peer() const { return trusted_peer_; }
  // Somebody who is not the peer may be behind it: a local proxy or tunnel makes strangers look as
  // if they were here.
  bool relayed() const { return relayed_; }
  bool came_by_tls() const { return came_by_tls_; }
  // X-Forwarded-For as it came from a trusted peer, without the peer itself.
  std::string_view forwarded_for() const { return forwarded_for_; }

  // Path and query as they came: middlewares may change request.path.
  std::string_view received_target() const { return received_target_; }

  // The Host that the service sees instead of the request's; empty: none was set.
  std::string_view host_override() const { return host_override_; }
  void override_host(std::string_view host) { host_override_ = host; }

  // Made when first asked for; unique in this process and very likely everywhere.
  std::string_view request_id();
  // Gives it back after the answer has been sent.
  void keep(std::unique_ptr<Kept> thing);

  const routes::Route* route = nullptr;
  UpstreamFacts upstream;

 private:
  friend class Forwarded;
  http::Exchange& inner_;
  Gateway& gateway_;
  EntryPoint& entry_;
  PlanRef plan_;
  bool trusted_peer_ = false;
  bool relayed_ = false;
  bool came_by_tls_ = false;
  std::string_view received_target_;
  std::string_view forwarded_for_;
  std::string_view host_override_;
  std::string_view request_id_;
  std::unique_ptr<Kept> kept_;
};

}  // namespace vaettir::gateway
