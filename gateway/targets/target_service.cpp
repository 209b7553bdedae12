#include "gateway/targets/target_service.h"

#include "gateway/server/exchange.h"
#include "gateway/server/gateway.h"
#include "gateway/targets/host_refusal.h"
#include "gateway/targets/ngrok.h"
#include "gateway/targets/target_health.h"
#include "gateway/targets/write_back.h"
#include "gateway/upstream/loop_check.h"

namespace vaettir::gateway {
namespace {

PublicName public_name(const http::Exchange& ex) {
  return {ex.client.tls ? "https" : "http", ex.request.authority, ex.request.host};
}

std::shared_ptr<const TargetPlace> fallback_place(Gateway& gateway, const routes::Target& target) {
  if (!target.fallback) return nullptr;
  auto place = std::make_shared<TargetPlace>();
  place->url = *target.fallback;
  place->origin = gateway.origins().find(*target.fallback);
  place->health = std::make_shared<TargetHealth>();
  place->origin_field =
      fmt::format("{}://{}", target.fallback->scheme, target.fallback->authority());
  place->is_ngrok = is_ngrok_host(target.fallback->host);
  return place;
}

}  // namespace

TargetService::TargetService(Gateway& gateway, const routes::Target& target)
    : gateway_(gateway), target_(target), fallback_(fallback_place(gateway, target)) {}

Task<void> TargetService::serve(http::Exchange& ex) {
  if (came_round(ex.request.headers, gateway_.shared().loop_name)) {
    ex.refuse(Cause::kLoopDetected, "CDN-Loop holds the name of this gateway");
    co_return;
  }
  const BodyMark body(ex);
  // This request's address, whatever `target set` does meanwhile.
  const std::shared_ptr<const TargetPlace> place = gateway_.targets().place(target_.name);
  Result<> sent = place ? co_await ask(ex, *place)
                        : fail(Cause::kNoHealthyServer,
                               fmt::format("target '{}' has no address", target_.name));
  if (sent) co_return;
  // Whoever can be asked in its place is, as long as the request is whole.
  if (fallback_ && sent.error().side() == Side::kUpstream && body.untouched()) {
    Result<> fallen = co_await ask(ex, *fallback_);
    if (fallen) co_return;
  }
  ex.refuse(std::move(sent).error().because("target '" + target_.name + "'"));
}

Task<Result<>> TargetService::ask(http::Exchange& ex, const TargetPlace& place) const {
  auto sent = co_await forward(ex, hop_to(place, ex));
  if (sent && place.is_ngrok) {
    if (const auto cause = ngrok_cause(ex.reply.headers)) {
      sent = fail(*cause, fmt::format("the tunnel {} answered {}", place.url.host,
                                      ex.reply.headers.find(kNgrokErrorField).value_or("")));
      ex.reply = http::Reply{};
    }
  }
  if (sent) {
    const auto refused = co_await refuses_host(ex);
    if (!refused) sent = std::unexpected(refused.error().copy());
    if (refused && *refused) {
      sent = fail(Cause::kHostMismatch, "the development server's list of allowed hosts");
    }
    if (!sent) ex.reply = http::Reply{};
  }
  tell(place, sent);
  if (sent) write_back(ex.reply.headers, place.url, public_name(ex), ex.arena());
  co_return sent;
}

Hop TargetService::hop_to(const TargetPlace& place, http::Exchange& ex) const {
  Hop hop{.origin = *place.origin,
          .host = place.origin->authority(),
          .path_prefix = place.url.path,
          .dial = target_.timeouts.dial,
          .response_header = target_.timeouts.response_header};
  if (target_.pass_host_header && !ex.request.authority.empty()) hop.host = ex.request.authority;
  if (const Exchange* outer = Exchange::find(ex); outer && !outer->host_override().empty()) {
    hop.host = outer->host_override();
  }
  const auto origin = ex.request.headers.find(http::Name::kOrigin);
  if (target_.rewrite_origin && origin && origin_is_own(*origin, ex.request.authority)) {
    hop.origin_field = place.origin_field;
  }
  if (place.is_ngrok) {
    hop.extra_name = kNgrokSkipField;
    hop.extra_value = "1";
  }
  return hop;
}

void TargetService::tell(const TargetPlace& place, const Result<>& sent) const {
  const std::int64_t now = epoch_ms(gateway_.shared().clock.now());
  if (sent) {
    place.health->succeeded(now);
  } else if (sent.error().side() == Side::kUpstream) {
    place.health->failed(now, sent.error().cause());
  }
}

}  // namespace vaettir::gateway
