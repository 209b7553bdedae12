// Gateway: the gateway on one loop: its current plan, its connections to services, its targets, and
// handle(), through which every request goes (exchange.cpp). Made by Edge (edge.h, which shows how
// app/ builds everything) before the loop runs, destroyed after it has ended.
#pragma once
#include <memory>
#include <string>

#include "base/http/service.h"
#include "gateway/server/log_time.h"
#include "gateway/server/plan.h"
#include "gateway/server/shared.h"
#include "gateway/server/snapshot.h"
#include "gateway/targets/loop_targets.h"
#include "gateway/upstream/origins.h"
#include "routes/table.h"

namespace vaettir::gateway {

class EntryPoint;

class Gateway {
 public:
  Gateway(Loop& loop, Shared& shared);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // The next request takes this generation; running ones keep theirs.
  void adopt(std::shared_ptr<const Snapshot> snapshot);

  // One request, from its head to its record.
  Task<void> handle(http::Exchange& inner, EntryPoint& entry);

  Loop& loop() const { return loop_; }
  Shared& shared() const { return shared_; }
  const PlanRef& plan() const { return plan_; }
  Origins& origins() { return origins_; }
  LoopTargets& targets() { return targets_; }

  routes::MatchScratch& match_scratch() { return match_scratch_; }
  // For one access log line at a time.
  std::string& line_buffer() { return line_buffer_; }
  LogTime& log_time() { return log_time_; }
  std::uint64_t next_plan_serial() { return next_plan_serial_++; }
  std::uint64_t next_request_number() { return next_request_number_++; }
  std::string_view request_prefix() const { return request_prefix_; }

 private:
  Loop& loop_;
  Shared& shared_;
  Origins origins_;
  LoopTargets targets_;
  routes::MatchScratch match_scratch_;
  std::string line_buffer_;
  LogTime log_time_;
  std::string request_prefix_;
  std::uint64_t next_request_number_ = 1;
  std::uint64_t next_plan_serial_ = 1;
  std::shared_ptr<const LiveTable> live_;
  PlanRef plan_;
};

}  // namespace vaettir::gateway
