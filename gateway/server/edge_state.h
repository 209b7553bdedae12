// Edge's parts, in the order in which they depend on each other. Private to edge*.cpp.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "gateway/admin/admin_service.h"
#include "gateway/admin/admin_socket.h"
#include "gateway/providers/publisher.h"
#include "gateway/server/edge.h"
#include "gateway/server/entry_point.h"
#include "gateway/server/gateway.h"
#include "gateway/server/shared.h"
#include "gateway/targets/target_table.h"

namespace vaettir::gateway {

struct Edge::State {
  explicit State(Options given);

  Loop& control() const { return *options.edge_loops.front(); }
  // Does the url lead to one of our own listeners?
  bool is_own(const routes::ServerUrl& url) const;
  json::Value own_status() const;    // any thread
  json::Value whole_status() const;  // with targets and app's members; the control loop's
  Result<> listen(const routes::EntryPoint& settings);

  Options options;
  std::unique_ptr<observe::Registry> own_metrics;
  Shared shared;
  TargetTable targets;
  std::vector<std::unique_ptr<Gateway>> gateways;  // of the edge loops first
  Publisher publisher;
  std::vector<std::unique_ptr<EntryPoint>> entry_points;
  std::vector<Loop*> entry_point_loops;  // of each of them
  AdminService admin;
  AdminSocket admin_socket;
  Scope following;  // on the control loop
};

}  // namespace vaettir::gateway
