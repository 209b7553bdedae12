// FieldSource: a request's fields as rules see them. A view for one call.
#pragma once
#include "base/core/text.h"
#include "base/http/headers.h"
#include "routes/rule.h"

namespace vaettir::gateway {

class FieldSource final : public routes::HeaderSource {
 public:
  explicit FieldSource(const http::Headers& headers) : headers_(headers) {}
  std::optional<std::string_view> value(std::string_view name, std::size_t index) const override {
    for (const http::Field& field : headers_.fields()) {
      if (equal_ignoring_case(field.name, name) && index-- == 0) return field.value;
    }
    return std::nullopt;
  }

 private:
  const http::Headers& headers_;
};

}  // namespace vaettir::gateway
