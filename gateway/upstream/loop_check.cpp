#include "gateway/upstream/loop_check.h"

#include "base/core/text.h"

namespace vaettir::gateway {

bool came_round(const http::Headers& headers, std::string_view our_name) {
  for (const http::Field& field : headers.fields()) {
    if (field.id != http::Name::kCdnLoop) continue;
    for (std::string_view info : split_list(field.value)) {
      if (trim(info.substr(0, info.find(';'))) == our_name) return true;
    }
  }
  return false;
}

}  // namespace vaettir::gateway
