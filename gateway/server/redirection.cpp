#include "gateway/server/redirection.h"

#include "base/http/target.h"
#include "gateway/server/origin_form.h"
#include "gateway/server/shared.h"

namespace vaettir::gateway {
namespace {

std::uint16_t usual_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

// A client that repeats the request as GET loses what it wanted to send: only GET and HEAD may.
std::uint16_t status_for(std::string_view method, bool permanent) {
  const bool simple = method == "GET" || method == "HEAD";
  if (permanent) return simple ? 301 : 308;
  return simple ? 302 : 307;
}

}  // namespace

Redirection::Redirection(const routes::RouteTable& table, const routes::Redirect& settings,
                         const Shared& shared)
    : scheme_(settings.scheme), permanent_(settings.permanent) {
  std::uint16_t port = settings.port;
  if (settings.to) {
    const routes::EntryPoint& to = table[*settings.to];
    port = shared.port_of(to.name);
    if (port == 0) port = to.address.port;
  }
  if (port != 0 && port != usual_port(scheme_)) port_ = fmt::format(":{}", port);
}

Task<void> Redirection::serve(http::Exchange& ex) {
  const auto parts = http::split_authority(ex.request.authority);
  if (!parts) {
    ex.refuse(Cause::kBadRequest, "a request without a host cannot be redirected");
    return {};
  }
  const std::string_view target =
      ex.request.path == "*" ? "/" : origin_form(ex.request, ex.arena());
  ex.reply = http::Reply{};
  ex.reply.status = status_for(ex.request.method, permanent_);
  ex.reply.headers.add(http::Name::kLocation,
                       ex.arena().join(scheme_, "://", parts->host, port_, target));
  return {};
}

}  // namespace vaettir::gateway
