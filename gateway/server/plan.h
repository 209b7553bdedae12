// Plan: one loop's view of a Snapshot: what runs for a route, from the first middleware to the
// service. Built on its loop when a generation is published; the Gateway holds one reference, every
// running exchange another. The count is not atomic: a plan never leaves its loop.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http/service.h"
#include "gateway/middleware/filter.h"
#include "gateway/server/counters.h"
#include "gateway/server/snapshot.h"
#include "routes/table.h"

namespace vaettir::gateway {

class Gateway;
class Plan;

// One reference to a plan.
class PlanRef {
 public:
  PlanRef() = default;
  explicit PlanRef(const Plan* plan);
  PlanRef(const PlanRef& other) : PlanRef(other.plan_) {}
  PlanRef(PlanRef&& other) noexcept : plan_(std::exchange(other.plan_, nullptr)) {}
  PlanRef& operator=(PlanRef other) noexcept {
    std::swap(plan_, other.plan_);
    return *this;
  }
  ~PlanRef();
  const Plan& operator*() const { return *plan_; }
  const Plan* operator->() const { return plan_; }
  explicit operator bool() const { return plan_ != nullptr; }

 private:
  const Plan* plan_ = nullptr;
};

class Plan {
 public:
  static PlanRef build(Gateway& gateway, std::shared_ptr<const LiveTable> live);
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  const routes::RouteTable& table() const { return *live_->table; }
  // Of this loop's plans, counted from 1: what is remembered about a plan is kept under it.
  std::uint64_t serial() const { return serial_; }
  // The content of a target's own offline page; nullptr: the built-in one is shown.
  const std::string* offline_page(std::string_view target) const;
  // The winner, or nullptr. Uses the loop's scratch.
  const routes::Route* match(const routes::MatchRequest& request) const;
  // What runs for the route on that entry point. nullptr: the route is disabled or its service is
  // not part of this program.
  http::Service* chain(const routes::Route& route, routes::EntryPointId entry_point) const;
  const RequestSeries& series(const routes::Route& route) const;
  // The service of a target, for requests in process; nullptr: no such target.
  http::Service* target(std::string_view name) const;

 private:
  friend class PlanRef;
  friend class PlanBuilder;
  Plan(Gateway& gateway, std::shared_ptr<const LiveTable> live);
  ~Plan();

  Gateway& gateway_;
  const std::uint64_t serial_;
  std::shared_ptr<const LiveTable> live_;
  // Filters, wrappers, segments and services; later ones may refer to earlier ones.
  std::vector<std::unique_ptr<Filter>> filters_;
  std::vector<std::unique_ptr<http::Service>> services_;
  std::vector<http::Service*> by_service_;  // by ServiceId; nullptr: not part of this program
  std::vector<http::Service*> by_target_;   // by TargetId
  std::vector<http::Service*> chains_;      // route * entry points + entry point
  std::vector<RequestSeries> series_;       // by RouteId
  mutable std::uint32_t references_ = 0;
};

inline PlanRef::PlanRef(const Plan* plan) : plan_(plan) {
  if (plan_ != nullptr) ++plan_->references_;
}
inline PlanRef::~PlanRef() {
  if (plan_ != nullptr && --plan_->references_ == 0) delete plan_;
}

}  // namespace vaettir::gateway
