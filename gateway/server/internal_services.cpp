#include "gateway/server/internal_services.h"

#include "gateway/admin/console_service.h"
#include "gateway/server/shared.h"

namespace vaettir::gateway {
namespace {

class Ping final : public http::Service {
  Task<void> serve(http::Exchange& ex) override {
    ex.answer(200, "text/plain; charset=utf-8", "OK");
    return {};
  }
};

class Metrics final : public http::Service {
 public:
  explicit Metrics(Shared& shared) : shared_(shared) {}
  Task<void> serve(http::Exchange& ex) override {
    ex.answer(200, observe::Registry::kContentType, shared_.metrics.text());
    return {};
  }

 private:
  Shared& shared_;
};

// As Traefik: a service that exists so that a router may have none.
class Noop final : public http::Service {
  Task<void> serve(http::Exchange& ex) override {
    ex.answer(418, "", "");
    return {};
  }
};

// What belongs to another part of the program.
class Elsewhere final : public http::Service {
 public:
  explicit Elsewhere(http::Service& service) : service_(service) {}
  Task<void> serve(http::Exchange& ex) override { return service_.serve(ex); }

 private:
  http::Service& service_;
};

}  // namespace

std::unique_ptr<http::Service> internal_service(routes::Internal which, Shared& shared) {
  switch (which) {
    case routes::Internal::kEngine:
      if (shared.engine == nullptr) return nullptr;
      return std::make_unique<Elsewhere>(*shared.engine);
    case routes::Internal::kConsole:
    case routes::Internal::kApi:
      return std::make_unique<ConsoleService>(shared);
    case routes::Internal::kPing:
      return std::make_unique<Ping>();
    case routes::Internal::kPrometheus:
      return std::make_unique<Metrics>(shared);
    case routes::Internal::kNoop:
      return std::make_unique<Noop>();
  }
  return nullptr;
}

}  // namespace vaettir::gateway
