// EntryPoint: one entry point on one loop: its listener, its TLS, its HTTP/1 server and the tasks
// of its connections. Owned by Edge; made and bound before the loop runs, drained on the loop,
// destroyed after it. It is also the root service of its connections.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/async/scope.h"
#include "base/http/h1_server.h"
#include "base/http/service.h"
#include "base/net/listener.h"
#include "base/net/tls.h"
#include "gateway/server/refusals.h"
#include "gateway/server/shared.h"
#include "routes/table.h"

namespace vaettir::gateway {

class Exchange;
class Gateway;
class Plan;

class EntryPoint final : public http::Service {
 public:
  EntryPoint(Gateway& gateway, const routes::EntryPoint& settings);
  ~EntryPoint() override;

  // Errors: internal, with address and reason. `address`: where to listen, with the port that an
  // earlier loop was given for port 0.
  Result<> listen(const net::Address& address, bool several_loops);
  const net::Address& address() const { return listener_->address(); }

  // No new connections, no further requests on those that are open.
  void drain();
  bool idle() const { return connections_.empty(); }
  // Cancels what is left.
  void cut() { connections_.clear(); }

  Task<void> serve(http::Exchange& ex) override;
  const routes::Route* match(Exchange& ex);

  const std::string& name() const { return name_; }
  // Of this entry point in the plan's table, which may order them anew.
  routes::EntryPointId id(const Plan& plan) const { return *known_id(plan); }
  // nullptr: the table in force no longer has it.
  const routes::EntryPoint* settings(const Plan& plan) const;
  observe::Histogram& durations() const { return durations_; }
  observe::Counter& bytes_in() const { return bytes_in_; }
  observe::Counter& bytes_out() const { return bytes_out_; }

 private:
  std::optional<routes::EntryPointId> known_id(const Plan& plan) const;
  void accepted(net::Accepted connection);
  Task<void> converse(net::Accepted connection);
  Task<Result<std::unique_ptr<net::Stream>>> opened(net::UniqueFd fd);
  Task<Result<std::unique_ptr<net::Stream>>> sniffed(net::UniqueFd fd);
  void tell_handshake_failure(const Error& error, const net::Address& peer);

  Gateway& gateway_;
  std::string name_;
  mutable std::uint64_t known_for_ = 0;  // the plan's serial
  mutable std::optional<routes::EntryPointId> known_;
  Refusals refusals_;
  http::H1Server server_;
  std::unique_ptr<net::TlsServer> tls_;
  std::unique_ptr<net::Listener> listener_;
  observe::Histogram& durations_;
  observe::Counter& bytes_in_;
  observe::Counter& bytes_out_;
  observe::Gauge& open_;
  Scope connections_;
};

}  // namespace vaettir::gateway
