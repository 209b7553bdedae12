#include "gateway/server/plan.h"

#include "gateway/middleware/catalog.h"
#include "gateway/middleware/segment.h"
#include "gateway/server/gateway.h"
#include "gateway/server/internal_services.h"
#include "gateway/server/redirection.h"
#include "gateway/targets/target_service.h"
#include "gateway/upstream/load_balancer.h"

namespace vaettir::gateway {

// Builds a plan; only while build() runs.
class PlanBuilder {
 public:
  explicit PlanBuilder(Plan& plan) : plan_(plan), gateway_(plan.gateway_) {}

  void build() {
    const routes::RouteTable& table = plan_.table();
    for (const routes::Target& target : table.targets()) {
      plan_.by_target_.push_back(own(std::make_unique<TargetService>(gateway_, target)));
    }
    for (const routes::Service& service : table.services()) {
      plan_.by_service_.push_back(made(service));
    }
    filters_.resize(table.middlewares().size());
    for (const routes::Route& route : table.routes()) add(route);
  }

 private:
  http::Service* own(std::unique_ptr<http::Service> service) {
    if (service == nullptr) return nullptr;
    plan_.services_.push_back(std::move(service));
    return plan_.services_.back().get();
  }

  http::Service* made(const routes::Service& service) {
    return std::visit([this](const auto& what) { return made_from(what); }, service.what);
  }
  http::Service* made_from(const routes::LoadBalancer& settings) {
    // Somewhere in the round: a reload must not send everything to the first server.
    unsigned char first = 0;
    gateway_.shared().entropy.fill({&first, 1});
    return own(std::make_unique<LoadBalancer>(gateway_.origins(), settings, first));
  }
  http::Service* made_from(routes::TargetId target) {
    return plan_.by_target_[routes::index(target)];
  }
  http::Service* made_from(routes::Internal which) {
    return own(internal_service(which, gateway_.shared()));
  }
  http::Service* made_from(const routes::Redirect& settings) {
    return own(std::make_unique<Redirection>(plan_.table(), settings, gateway_.shared()));
  }

  void add(const routes::Route& route) {
    const routes::RouteTable& table = plan_.table();
    const std::size_t entry_points = table.entry_points().size();
    const std::size_t begin = plan_.chains_.size();
    plan_.chains_.resize(begin + entry_points, nullptr);
    plan_.series_.emplace_back(gateway_.shared().metrics, "vaettir_requests_total",
                               "Requests by router and class of status",
                               observe::Labels{{"router", route.name}});
    if (!route.disabled.empty() || !route.service) return;
    http::Service* service = plan_.by_service_[routes::index(*route.service)];
    if (service == nullptr) return;
    for (const routes::EntryPointId entry_point : route.entry_points) {
      plan_.chains_[begin + routes::index(entry_point)] =
          &chained(table.chain(route, entry_point), *service);
    }
  }

  // From the innermost to the outermost: a wrapper needs the service that it asks.
  http::Service& chained(const std::vector<routes::MiddlewareId>& middlewares,
                         http::Service& service) {
    http::Service* next = &service;
    std::vector<Filter*> filters;
    for (auto id = middlewares.rbegin(); id != middlewares.rend(); ++id) {
      const routes::Middleware& middleware = plan_.table()[*id];
      const MiddlewareType* type = middleware_named(middleware.settings.type().name);
      CHECK(type != nullptr);  // the catalog that parsed it is made of the same list
      if (type->filter != nullptr) {
        filters.push_back(&filter(*id, middleware, *type));
        continue;
      }
      next = &behind(filters, *next);
      next = own(type->wrapper(middleware.settings, around(middleware), *next));
    }
    return behind(filters, *next);
  }

  http::Service& behind(std::vector<Filter*>& filters, http::Service& next) {
    if (filters.empty()) return next;
    std::ranges::reverse(filters);
    return *own(std::make_unique<Segment>(std::exchange(filters, {}), next));
  }

  // One filter of a middleware serves all routes that name it.
  Filter& filter(routes::MiddlewareId id, const routes::Middleware& middleware,
                 const MiddlewareType& type) {
    Filter*& known = filters_[routes::index(id)];
    if (known == nullptr) {
      plan_.filters_.push_back(type.filter(middleware.settings, around(middleware)));
      known = plan_.filters_.back().get();
    }
    return *known;
  }

  Surroundings around(const routes::Middleware& middleware) {
    return {.name = middleware.name,
            .hash = middleware.settings.hash(),
            .memory = gateway_.shared().memory};
  }

  Plan& plan_;
  Gateway& gateway_;
  std::vector<Filter*> filters_;  // by MiddlewareId; nullptr: nobody uses it yet
};

Plan::Plan(Gateway& gateway, std::shared_ptr<const LiveTable> live)
    : gateway_(gateway), serial_(gateway.next_plan_serial()), live_(std::move(live)) {}

Plan::~Plan() = default;

PlanRef Plan::build(Gateway& gateway, std::shared_ptr<const LiveTable> live) {
  Plan* plan = new Plan(gateway, std::move(live));
  PlanRef reference(plan);
  PlanBuilder(*plan).build();
  return reference;
}

const std::string* Plan::offline_page(std::string_view target) const {
  const auto found = live_->offline_pages.find(target);
  return found == live_->offline_pages.end() ? nullptr : &found->second;
}

const routes::Route* Plan::match(const routes::MatchRequest& request) const {
  return table().match(request, gateway_.match_scratch());
}

http::Service* Plan::chain(const routes::Route& route, routes::EntryPointId entry_point) const {
  const std::size_t row = routes::index(table().id(route)) * table().entry_points().size();
  return chains_[row + routes::index(entry_point)];
}

const RequestSeries& Plan::series(const routes::Route& route) const {
  return series_[routes::index(table().id(route))];
}

http::Service* Plan::target(std::string_view name) const {
  const auto targets = table().targets();
  for (std::size_t i = 0; i < targets.size(); i++) {
    if (targets[i].name == name) return by_target_[i];
  }
  return nullptr;
}

}  // namespace vaettir::gateway
