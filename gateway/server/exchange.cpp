// The life of one request. Everything a request meets is called from here.
#include "gateway/server/exchange.h"

#include "gateway/server/entry_point.h"
#include "gateway/server/field_source.h"
#include "gateway/server/forwarded.h"
#include "gateway/server/gateway.h"
#include "gateway/server/origin_form.h"
#include "gateway/server/record.h"

namespace vaettir::gateway {
namespace {

bool is_trace_of_relay(http::Name name) {
  return name == http::Name::kXForwardedFor || name == http::Name::kForwarded ||
         name == http::Name::kXRealIp || name == http::Name::kVia || name == http::Name::kCdnLoop;
}

}  // namespace

Task<void> Gateway::handle(http::Exchange& inner, EntryPoint& entry) {
  Exchange ex(inner, *this, entry);  // holds this loop's plan: a reload changes nothing for it
  Record record(ex);  // its destructor writes log and metrics: also when the client is gone
  if (!inner.answered()) Forwarded::receive(ex);  // what strangers claim ends here
  if (!inner.answered()) ex.route = entry.match(ex);
  if (!inner.answered()) {
    http::Service* chain = ex.route ? ex.plan().chain(*ex.route, entry.id(ex.plan())) : nullptr;
    if (chain != nullptr) {
      co_await chain->serve(inner);  // filters and wrappers, outermost first, ending in the service
    } else if (ex.route == nullptr) {
      ex.refuse(Cause::kNoRoute);
    } else {
      ex.refuse(Cause::kRouteDisabled, ex.route->disabled);
    }
  }
  (void)co_await inner.send();  // each read and write has its idle limit; what failed is the cause
  // A body holds its connection to the service, and nothing of the plan: it ends before both.
  inner.reply.body.reset();
  inner.reply.tunnel.reset();
}

Exchange::Exchange(http::Exchange& inner, Gateway& gateway, EntryPoint& entry)
    : inner_(inner), gateway_(gateway), entry_(entry), plan_(gateway.plan()) {
  received_target_ = origin_form(inner.request, inner.arena());
  for (const http::Field& field : inner.request.headers.fields()) {
    relayed_ |= is_trace_of_relay(field.id);
  }
  inner_.extension = this;
}

Exchange::~Exchange() {
  // The request may end by being cancelled: then its body is still there.
  inner_.reply.body.reset();
  inner_.reply.tunnel.reset();
  inner_.extension = nullptr;
}

std::string_view Exchange::request_id() {
  if (request_id_.empty()) {
    char digits[20];
    const auto end =
        std::to_chars(std::begin(digits), std::end(digits), gateway_.next_request_number(), 36);
    request_id_ =
        arena().join(gateway_.request_prefix(),
                     std::string_view(digits, static_cast<std::size_t>(end.ptr - digits)));
  }
  return request_id_;
}

void Exchange::keep(std::unique_ptr<Kept> thing) {
  thing->next_ = std::move(kept_);
  kept_ = std::move(thing);
}

}  // namespace vaettir::gateway
