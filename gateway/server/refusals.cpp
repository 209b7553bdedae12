#include "gateway/server/refusals.h"

#include "base/http/problem.h"
#include "gateway/server/exchange.h"
#include "gateway/targets/offline_page.h"

namespace vaettir::gateway {
namespace {

// Seconds after which it may be worth asking again, for causes that pass by themselves.
constexpr std::string_view kSoon = "1";

bool passes_by_itself(Cause cause) {
  return cause == Cause::kTooManyInFlight || cause == Cause::kQueueFull ||
         cause == Cause::kShuttingDown;
}

}  // namespace

void Refusals::render(http::Exchange& inner) {
  Exchange* ex = Exchange::find(inner);
  const std::string_view id = ex != nullptr ? ex->request_id() : "";
  const bool trusted = inner.client.peer.is_loopback() && (ex == nullptr || !ex->relayed());
  if (passes_by_itself(*inner.cause()) && !inner.reply.headers.has(http::Name::kRetryAfter)) {
    inner.reply.headers.add(http::Name::kRetryAfter, kSoon);
  }
  if (inner.reply.status == 401) inner.reply.headers.set("WWW-Authenticate", "Bearer");
  if (ex != nullptr && render_offline_page(*ex, trusted)) return;
  http::render_problem(inner, id, trusted);
}

}  // namespace vaettir::gateway
