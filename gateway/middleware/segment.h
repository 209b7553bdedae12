// Segment: a stretch of filters before the next service: on_request in order, then the service,
// then on_response in reverse for those that were entered. The filters are walked without a frame
// each. Part of a Plan.
#pragma once
#include <vector>

#include "base/http/service.h"
#include "gateway/middleware/filter.h"

namespace vaettir::gateway {

class Segment final : public http::Service {
 public:
  Segment(std::vector<Filter*> filters, http::Service& next)
      : filters_(std::move(filters)), next_(next) {}
  Task<void> serve(http::Exchange& ex) override;

 private:
  std::vector<Filter*> filters_;
  http::Service& next_;
};

}  // namespace vaettir::gateway
