// AdminService: reload, status, targets and metrics as HTTP with JSON, behind <data>/admin.sock.
// Belongs to the control loop. Errors are problem documents.
//
//   POST   /api/reload                 {"applied", "generation", "fallen_back", "left_out",
//                                      "diagnostics"}; 422 when nothing was changed
//   GET    /api/status                 entry points, routes, targets, problems; app's members
//   GET    /api/targets[/NAME]         {"targets": [...]} or one of them
//   PUT    /api/targets/NAME           {"url": ..., "ttl": "8h"?}: answers when every loop uses it
//   DELETE /api/targets/NAME
//   GET    /api/metrics                Prometheus' text format
#pragma once
#include <functional>

#include "base/core/json.h"
#include "base/http/service.h"
#include "gateway/providers/publisher.h"
#include "gateway/targets/target_table.h"

namespace vaettir::gateway {

class AdminService final : public http::Service {
 public:
  // All outlive this. `status`: the whole answer of GET /api/status.
  AdminService(Publisher& publisher, TargetTable& targets, Shared& shared,
               std::function<json::Value()> status)
      : publisher_(publisher), targets_(targets), shared_(shared), status_(std::move(status)) {}

  Task<void> serve(http::Exchange& ex) override;

 private:
  Task<void> reload(http::Exchange& ex);
  Task<void> target(http::Exchange& ex, std::string_view encoded_name);
  Task<Result<>> set(http::Exchange& ex, std::string name);

  Publisher& publisher_;
  TargetTable& targets_;
  Shared& shared_;
  std::function<json::Value()> status_;
};

}  // namespace vaettir::gateway
