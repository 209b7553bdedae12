// AdminSocket: <data>/admin.sock: HTTP for commands of this machine. The file is 0600, and whoever
// connects must have our user id or be root (SO_PEERCRED): file modes alone do not hold on every
// file system. Owned by Edge, on the control loop.
#pragma once
#include <memory>

#include "base/async/scope.h"
#include "base/http/h1_server.h"
#include "base/net/listener.h"
#include "gateway/server/refusals.h"
#include "gateway/server/shared.h"

namespace vaettir::gateway {

class AdminSocket {
 public:
  // `root` outlives this.
  AdminSocket(Loop& loop, http::Service& root, Shared& shared);

  // Errors: internal. Before or while the loop runs.
  Result<> listen(const std::filesystem::path& path);
  // On the loop: no new connections, and those that are open end when they have been answered.
  void drain();
  void cut() { connections_.clear(); }

 private:
  Task<void> converse(net::Accepted connection);

  Loop& loop_;
  Shared& shared_;
  Refusals refusals_;
  http::H1Server server_;
  std::unique_ptr<net::Listener> listener_;
  Scope connections_;
};

}  // namespace vaettir::gateway
