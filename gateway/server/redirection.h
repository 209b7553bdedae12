// Redirection: an entry point's redirection to another scheme and port (HTTP -> HTTPS): to the port
// that the other entry point is bound to. Part of a Plan.
#pragma once
#include <string>

#include "base/http/service.h"
#include "routes/table.h"

namespace vaettir::gateway {

struct Shared;

class Redirection final : public http::Service {
 public:
  Redirection(const routes::RouteTable& table, const routes::Redirect& settings,
              const Shared& shared);
  Task<void> serve(http::Exchange& ex) override;

 private:
  std::string scheme_;
  std::string port_;  // ":8443"; empty: the scheme's own
  bool permanent_;
};

}  // namespace vaettir::gateway
