#include "gateway/middleware/segment.h"

#include "gateway/server/exchange.h"

namespace vaettir::gateway {

Task<void> Segment::serve(http::Exchange& inner) {
  Exchange& ex = Exchange::of(inner);
  std::size_t entered = 0;
  bool answered = false;
  while (entered < filters_.size() && !answered) {
    answered = co_await filters_[entered]->on_request(ex) == Step::kAnswered;
    ++entered;
  }
  if (!answered) co_await next_.serve(inner);
  while (entered > 0) co_await filters_[--entered]->on_response(ex);
}

}  // namespace vaettir::gateway
