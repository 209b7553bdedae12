// Origins: all servers that one loop has spoken to lately, with their kept connections. Owned by
// the loop's Gateway; outlives its plans, so that connections outlive reloads. Looks once a second
// for connections that were idle too long and servers that nobody names any more.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "base/async/loop.h"
#include "base/http/limits.h"
#include "base/net/resolver.h"
#include "base/net/tls.h"
#include "gateway/server/shared.h"
#include "gateway/upstream/origin.h"

namespace vaettir::gateway {

class Origins final : public Swept {
 public:
  // Go keeps them so long, and so do the services that close first: an idle connection is cheap,
  // one that the peer has just closed costs a resend.
  static constexpr Duration kIdleTime = std::chrono::seconds(90);

  Origins(Loop& loop, Shared& shared);
  ~Origins();

  std::shared_ptr<Origin> find(const routes::ServerUrl& url);
  void on_sweep(Deadline now) override;

  Loop& loop() const { return loop_; }
  Shared& shared() const { return shared_; }
  net::Resolver& resolver() { return *resolver_; }
  // Made when the first https server is called.
  Result<net::TlsClient*> tls();
  const http::Limits& limits() const { return shared_.limits; }
  std::size_t size() const { return known_.size(); }

 private:
  Loop& loop_;
  Shared& shared_;
  std::unique_ptr<net::Resolver> resolver_;
  std::unique_ptr<net::TlsClient> tls_;
  // Scheme, host and port say all that a connection depends on: the server name is the host, and
  // verification is the same for all until serversTransports exist.
  std::map<std::string, std::shared_ptr<Origin>, std::less<>> known_;
};

}  // namespace vaettir::gateway
