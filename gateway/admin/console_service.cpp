#include "gateway/admin/console_service.h"

#include "base/core/text.h"
#include "base/http/target.h"
#include "gateway/server/exchange.h"
#include "gateway/server/shared.h"
#include "gateway/targets/write_back.h"

namespace vaettir::gateway {
namespace {

constexpr std::string_view kConsoleEntryPoint = "console";

// Names that nobody else can point at this machine. On a routed public name the router has checked
// it.
bool is_own_name(std::string_view host) {
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return routes::IpAddress::parse(host).has_value();
}

}  // namespace

Task<void> ConsoleService::serve(http::Exchange& ex) {
  if (ex.request.path.starts_with("/healthz")) {
    if (shared_.serving.load(std::memory_order_relaxed)) {
      ex.answer(200, "application/json", R"({"status":"ok"})");
    } else {
      ex.refuse(Cause::kShuttingDown, "not serving yet, or not any more");
    }
    return {};
  }
  if (ex.client.entry_point == kConsoleEntryPoint && !is_own_name(ex.request.host)) {
    ex.refuse(Cause::kMisdirected,
              fmt::format("the console does not answer to the name '{}'", ex.request.host));
    return {};
  }
  const auto origin = ex.request.headers.find(http::Name::kOrigin);
  ex.refuse(Cause::kAuthFailed, origin && !origin_is_own(*origin, ex.request.authority)
                                    ? "the request comes from a page of another origin"
                                    : "there is no login yet: only /healthz answers here");
  return {};
}

}  // namespace vaettir::gateway
